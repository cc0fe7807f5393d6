package policies.pod.selinux_test

import data.policies.pod.selinux

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_of_pod(options) := {"securityContext": {"seLinuxOptions": options}, "containers": [{"name": "web"}]}

_of_container(options) := {"containers": [{"name": "web", "securityContext": {"seLinuxOptions": options}}]}

_passing := {
	"not said": [{"containers": [{"name": "web"}]}, {}],
	"level": [_of_pod({"level": "s0:c1,c2", "user": "", "role": null}), {}],
	"type": [_of_container({"type": "container_init_t"}), {}],
	"engine since 1.31": [_of_pod({"type": "container_engine_t"}), {"pssVersion": "v1.31"}],
	"exempt": [_of_pod({"type": "spc_t"}), {"exemptions": [{"workload": "web"}]}],
}

_options := ["spec", "securityContext", "seLinuxOptions"]

_failing := {
	"type": [_of_pod({"type": "spc_t"}), {}, "the Pod: the SELinux type is spc_t", array.concat(_options, ["type"])],
	"user": [_of_pod({"user": "system_u"}), {}, "the Pod: the SELinux user is system_u", array.concat(_options, ["user"])],
	"role": [_of_pod({"role": "system_r"}), {}, "the Pod: the SELinux role is system_r", array.concat(_options, ["role"])],
	"engine before 1.31": [
		_of_pod({"type": "container_engine_t"}),
		{"pssVersion": "v1.30"},
		"the Pod: the SELinux type is container_engine_t",
		array.concat(_options, ["type"]),
	],
	"container": [
		_of_container({"type": "spc_t"}),
		{},
		"spec.containers[0] (web): the SELinux type is spc_t",
		["spec", "containers", 0, "securityContext", "seLinuxOptions", "type"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"options are text": [
		_request(_of_pod("x"), {}),
		{"the Pod: the SELinux type is x", "the Pod: the SELinux user is x", "the Pod: the SELinux role is x"},
	],
	"type is a list": [_request(_of_pod({"type": ["container_t"]}), {}), {`the Pod: the SELinux type is ["container_t"]`}],
	"version is none": [
		_request(_of_pod({"type": "container_engine_t"}), {"pssVersion": "latest"}),
		{"the Pod: the SELinux type is container_engine_t"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	selinux.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	selinux.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := selinux.violation with input as document
	{v.msg | some v in violations} == expected
}
