package policies.rbac.interactive_access_test

import data.policies.rbac.interactive_access

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "ClusterRole", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_parameters := {"resources": ["pods/exec", "nodes/proxy"], "roles": ["support"]}

_rules(resources) := {
	"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}, {"resources": resources, "verbs": ["create"]}],
}

_passing := {
	"others": [_rules(["pods/log"]), _parameters],
	"all is another rule's": [_rules(["*"]), _parameters],
	"listed": [object.union(_rules(["pods/exec"]), {"metadata": {"name": "support"}}), _parameters],
	"exempt": [_rules(["pods/exec"]), object.union(_parameters, {"exemptions": [{"workload": "web"}]})],
}

_failing := {
	"exec": [_rules(["pods", "pods/exec"]), _parameters, "rules[1].resources grants pods/exec", ["rules", 1, "resources"]],
	"every exec": [_rules(["*/exec"]), _parameters, "rules[1].resources grants pods/exec", ["rules", 1, "resources"]],
	"nodes": [_rules(["nodes/proxy"]), _parameters, "rules[1].resources grants nodes/proxy", ["rules", 1, "resources"]],
}

_malformed := {
	"empty input": [{}, {"the role has no list of rules"}],
	"rules are text": [_request({"rules": "x"}, {}), {"the role has no list of rules"}],
	"resource is a number": [_request(_rules([7]), _parameters), {"rules[1].resources is not a list of names"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	interactive_access.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	interactive_access.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := interactive_access.violation with input as document
	{v.msg | some v in violations} == expected
}
