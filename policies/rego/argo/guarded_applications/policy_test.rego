package policies.argo.guarded_applications_test

import data.policies.argo.guarded_applications

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "Application", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_spec(more) := {"spec": object.union({"project": "fleet"}, more)}

_project(windows) := {"kind": "AppProject", "spec": {"syncWindows": windows}}

_passing := {
	"plain": [_spec({}), {}],
	"automated": [_spec({"syncPolicy": {"automated": {"prune": true}, "syncOptions": ["ServerSideApply=true"]}}), {}],
	"project": [_project([]), {}],
	"project with window": [_project([{"kind": "allow"}]), {"windows": true}],
	"exempt": [
		{"spec": {"syncPolicy": {"automated": {"allowEmpty": true}, "syncOptions": ["Replace=true"]}}},
		{"exemptions": [{"workload": "web"}]},
	],
	"exempt project": [_project([]), {"windows": true, "exemptions": [{"workload": "web"}]}],
}

_failing := {
	"default project": [
		_spec({"project": "default"}),
		{},
		"spec.project is default",
		{"rule": "shared-project", "path": ["spec", "project"]},
	],
	"no project": [{"spec": {}}, {}, "spec.project is null", {"rule": "shared-project", "path": ["spec", "project"]}],
	"may be empty": [
		_spec({"syncPolicy": {"automated": {"allowEmpty": true}}}),
		{},
		"spec.syncPolicy.automated.allowEmpty is true",
		{"rule": "allow-empty", "path": ["spec", "syncPolicy", "automated", "allowEmpty"]},
	],
	"replaces": [
		_spec({"syncPolicy": {"syncOptions": ["Replace=true"]}}),
		{},
		"spec.syncPolicy.syncOptions contains Replace=true",
		{"rule": "replace-or-force", "path": ["spec", "syncPolicy", "syncOptions"]},
	],
	"no window": [
		_project(null),
		{"windows": true},
		"the project has no sync window",
		{"rule": "no-sync-window", "path": ["spec", "syncWindows"]},
	],
}

_malformed := {
	"empty input": [{}, {"this is not an Application or AppProject with a spec"}],
	"project is a list": [_request(_spec({"project": ["fleet"]}), {}), {`spec.project is ["fleet"]`}],
	"policy is text": [
		_request(_spec({"syncPolicy": "automated"}), {}),
		{"spec.syncPolicy.automated.allowEmpty is automated"},
	],
	"option is a number": [_request(_spec({"syncPolicy": {"syncOptions": [7]}}), {}), {"spec.syncPolicy.syncOptions contains 7"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	guarded_applications.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	guarded_applications.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := guarded_applications.violation with input as document
	{v.msg | some v in violations} == expected
}
