package policies.audit.complete_test

import data.policies.audit.complete

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "Policy", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_secret := {"secret": ["secrets", "tokenreviews"]}

_safe := {
	"level": "Metadata",
	"resources": [{"group": "", "resources": ["secrets"]}, {"group": "authentication.k8s.io", "resources": ["tokenreviews"]}],
}

_all := {"level": "Metadata"}

_rules(rules) := {"rules": rules}

_passing := {
	"metadata of all": [_rules([_all]), _secret],
	"bodies of others": [_rules([_safe, {"level": "RequestResponse"}]), _secret],
	"noise": [_rules([{"level": "None", "nonResourceURLs": ["/healthz*"]}, _all]), _secret],
	"some verbs": [_rules([{"level": "Request", "verbs": ["delete"]}, _all]), _secret],
	"stage-left-out": [object.union(_rules([_all]), {"omitStages": ["RequestReceived"]}), _secret],
	"exempt": [_rules([{"level": "None"}]), object.union(_secret, {"exemptions": [{"workload": "web"}]})],
	"exempt bodies": [
		object.union(_rules([{"level": "Request"}]), {"omitStages": ["Panic"]}),
		object.union(_secret, {"exemptions": [{"workload": "web"}]}),
	],
}

_failing := {
	"no end": [
		_rules([_safe]),
		_secret,
		"the last rule does not catch everything else",
		{"rule": "no-last-rule", "path": ["rules"]},
	],
	"no rules": [_rules([]), _secret, "the last rule does not catch everything else", {"rule": "no-last-rule", "path": ["rules"]}],
	"leaves out": [
		_rules([{"level": "None", "verbs": ["watch"]}, _all]),
		_secret,
		"rules[0] omits calls without naming them",
		{"rule": "wide-exception", "path": ["rules", 0]},
	],
	"bodies of all": [
		_rules([object.union(_safe, {"resources": [{"group": "", "resources": ["secrets"]}]}), {"level": "Request"}]),
		_secret,
		"rules[1] writes the content of tokenreviews into the log",
		{"rule": "secret-content", "path": ["rules", 1]},
	],
	"bodies of a group": [
		_rules([{"level": "RequestResponse", "resources": [{"group": ""}]}, _all]),
		{"secret": ["secrets"]},
		"rules[0] writes the content of secrets into the log",
		{"rule": "secret-content", "path": ["rules", 0]},
	],
	"stage-left-out": [
		object.union(_rules([_all]), {"omitStages": ["ResponseComplete"]}),
		_secret,
		"the stage ResponseComplete is left out",
		{"rule": "stage-left-out", "path": ["omitStages"]},
	],
}

_malformed := {
	"empty input": [{}, {"the policy has no list of rules", "the last rule does not catch everything else"}],
	"rules are text": [
		_request(_rules("x"), {}),
		{"the policy has no list of rules", "the last rule does not catch everything else"},
	],
	"level is unknown": [
		_request(_rules([{"level": "all"}]), {"secret": ["secrets"]}),
		{"the last rule does not catch everything else", "rules[0] writes the content of secrets into the log"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	complete.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	complete.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := complete.violation with input as document
	{v.msg | some v in violations} == expected
}
