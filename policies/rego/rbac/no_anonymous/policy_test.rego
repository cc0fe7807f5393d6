package policies.rbac.no_anonymous_test

import data.policies.rbac.no_anonymous

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "ClusterRoleBinding", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_parameters := {"subjects": ["system:anonymous", "system:unauthenticated"], "bindings": ["system:public-info-viewer"]}

_binding(subjects) := {"roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": subjects}

_group(name) := {"kind": "Group", "name": name}

_passing := {
	"nobody": [_binding(null), _parameters],
	"group": [_binding([_group("developers")]), _parameters],
	"of Kubernetes": [
		object.union(_binding([_group("system:unauthenticated")]), {"metadata": {"name": "system:public-info-viewer"}}),
		_parameters,
	],
	"exempt": [_binding([_group("system:anonymous")]), object.union(_parameters, {"exemptions": [{"workload": "web"}]})],
}

_failing := {
	"anonymous": [
		_binding([_group("developers"), {"kind": "User", "name": "system:anonymous"}]),
		_parameters,
		"subjects[1] is system:anonymous",
		["subjects", 1],
	],
	"unauthenticated": [
		_binding([_group("system:unauthenticated")]),
		_parameters,
		"subjects[0] is system:unauthenticated",
		["subjects", 0],
	],
}

_malformed := {
	"empty input": [{}, {"the binding has no roleRef"}],
	"subjects are text": [_request(_binding("system:anonymous"), {}), {"subjects[0] is not a subject"}],
	"no name": [_request(_binding([{"kind": "Group"}]), _parameters), {"subjects[0] has no name"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_anonymous.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	no_anonymous.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_anonymous.violation with input as document
	{v.msg | some v in violations} == expected
}
