package policies.rbac.no_escalation_test

import data.policies.rbac.no_escalation

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "ClusterRole", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_parameters := {"verbs": ["escalate", "bind", "impersonate"], "roles": ["support"]}

_rule(resources, verbs) := {"rules": [{"apiGroups": [""], "resources": resources, "verbs": verbs}]}

_passing := {
	"ordinary": [_rule(["pods"], ["get", "create"]), _parameters],
	"tokens are read": [_rule(["serviceaccounts/token"], ["get"]), _parameters],
	"listed": [object.union(_rule(["users"], ["impersonate"]), {"metadata": {"name": "support"}}), _parameters],
	"exempt": [_rule(["serviceaccounts/token"], ["create"]), object.union(_parameters, {"exemptions": [{"workload": "web"}]})],
}

_failing := {
	"impersonate": [
		_rule(["users"], ["get", "impersonate"]),
		_parameters,
		"rules[0].verbs grants impersonate",
		{"rule": "verb", "path": ["rules", 0, "verbs"]},
	],
	"bind": [
		_rule(["clusterroles"], ["bind"]),
		_parameters,
		"rules[0].verbs grants bind",
		{"rule": "verb", "path": ["rules", 0, "verbs"]},
	],
	"token": [
		_rule(["serviceaccounts/token"], ["create"]),
		_parameters,
		"rules[0].resources lets tokens be created for ServiceAccounts",
		{"rule": "token", "path": ["rules", 0, "resources"]},
	],
}

_malformed := {
	"empty input": [{}, {"the role has no list of rules"}],
	"verbs are text": [
		_request({"rules": [{"resources": ["pods"], "verbs": "bind"}]}, _parameters),
		{"rules[0].verbs is not a list of names"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_escalation.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	no_escalation.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_escalation.violation with input as document
	{v.msg | some v in violations} == expected
}
