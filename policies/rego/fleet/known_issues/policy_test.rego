package policies.fleet.known_issues_test

import data.policies.fleet.known_issues

_issue := {
	"id": "CVE-2025-1",
	"severity": "critical",
	"fixedIn": "v1.0.1",
	"summary": "a container takes over its node",
}

_input(issues) := {
	"parameters": {"severities": ["critical", "high"]},
	"cluster": {"name": "store-1", "units": {"app": {"component": "app", "version": "v1.0.0", "issues": issues}}},
}

test_passing[name] if {
	some name, document in {
		"nothing known": _input([]),
		"a lesser issue": _input([object.union(_issue, {"severity": "medium"})]),
	}
	count(known_issues.violation) == 0 with input as document
}

test_failing[name] if {
	some name, [issue, message] in {
		"an issue that is fixed": [
			_issue,
			"app v1.0.0 has CVE-2025-1 (critical): a container takes over its node; fixed in v1.0.1",
		],
		"an issue that nothing fixes": [
			object.union(_issue, {"severity": "high", "fixedIn": ""}),
			"app v1.0.0 has CVE-2025-1 (high): a container takes over its node; no version fixes it yet",
		],
	}
	known_issues.violation == {{
		"msg": message,
		"details": {"rule": "known-issue", "unit": "app", "path": "spec.components.app.version"},
	}} with input as _input([issue])
}

test_malformed[name] if {
	some name, [document, messages] in {
		"nothing": [{}, {"the model of the cluster has no units", "the parameter severities is not a list"}],
		"a list of units": [
			{"parameters": {"severities": []}, "cluster": {"units": []}},
			{"the model of the cluster has no units"},
		],
	}
	messages == {each.msg | some each in known_issues.violation} with input as document
}
