package policies.fleet.supported_releases_test

import data.policies.fleet.supported_releases

_input(ends) := {
	"asOf": "2026-06-01",
	"parameters": {"days": 60},
	"cluster": {"name": "store-1", "units": {"app": {"component": "app", "version": "v1.0.0", "supportEnds": ends}}},
}

test_passing[name] if {
	some name, ends in {"no date": "", "far away": "2026-08-01"}
	count(supported_releases.violation) == 0 with input as _input(ends)
}

test_failing[name] if {
	some name, [ends, rule, message] in {
		"over": ["2026-05-31", "support-ended", "app v1.0.0 got its last fixes on 2026-05-31, when its support ended"],
		"today": ["2026-06-01", "support-ending", "the support of app v1.0.0 ends on 2026-06-01"],
		"soon": ["2026-07-31", "support-ending", "the support of app v1.0.0 ends on 2026-07-31"],
	}
	supported_releases.violation == {{
		"msg": message,
		"details": {"rule": rule, "unit": "app", "path": "spec.components.app.version"},
	}} with input as _input(ends)
}

test_malformed[name] if {
	some name, [document, messages] in {
		"nothing": [
			{},
			{"the model of the cluster has no units", "the parameter days is not a number", "asOf is not a date"},
		],
		"a list of units": [
			{"asOf": "2026-06-01", "parameters": {"days": 1}, "cluster": {"units": []}},
			{"the model of the cluster has no units"},
		],
	}
	messages == {each.msg | some each in supported_releases.violation} with input as document
}
