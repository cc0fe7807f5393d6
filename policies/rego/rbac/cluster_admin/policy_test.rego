package policies.rbac.cluster_admin_test

import data.policies.rbac.cluster_admin

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "ClusterRoleBinding", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_parameters := {"roles": ["cluster-admin"], "subjects": [
	{"kind": "Group", "name": "system:masters"},
	{"kind": "ServiceAccount", "name": "argocd", "namespace": "argocd"},
]}

_binding(role, subject) := {"roleRef": {"kind": "ClusterRole", "name": role}, "subjects": [subject]}

_group(name) := {"kind": "Group", "name": name, "apiGroup": "rbac.authorization.k8s.io"}

_passing := {
	"another role": [_binding("view", _group("developers")), _parameters],
	"listed": [_binding("cluster-admin", _group("system:masters")), _parameters],
	"listed account": [
		_binding("cluster-admin", {"kind": "ServiceAccount", "name": "argocd", "namespace": "argocd"}),
		_parameters,
	],
	"exempt": [_binding("cluster-admin", _group("a")), object.union(_parameters, {"exemptions": [{"workload": "web"}]})],
}

_failing := {
	"group": [
		_binding("cluster-admin", _group("developers")),
		_parameters,
		"subjects[0] (developers) gets cluster-admin",
		["subjects", 0],
	],
	"account of another namespace": [
		_binding("cluster-admin", {"kind": "ServiceAccount", "name": "argocd", "namespace": "shop"}),
		_parameters,
		"subjects[0] (argocd) gets cluster-admin",
		["subjects", 0],
	],
}

_malformed := {
	"empty input": [{}, {"the binding has no roleRef with a name"}],
	"subjects are text": [
		_request({"roleRef": {"name": "cluster-admin"}, "subjects": "system:masters"}, _parameters),
		{"subjects[0] (system:masters) gets cluster-admin"},
	],
	"role is a list": [_request({"roleRef": {"name": ["cluster-admin"]}}, _parameters), {"the binding has no roleRef with a name"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	cluster_admin.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	cluster_admin.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := cluster_admin.violation with input as document
	{v.msg | some v in violations} == expected
}
