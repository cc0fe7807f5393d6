package policies.pod.apparmor_test

import data.policies.pod.apparmor

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_of_pod(context) := {"securityContext": context, "containers": [{"name": "web"}]}

_of_container(context) := {"containers": [{"name": "web", "securityContext": context}]}

_passing := {
	"not said": [{"containers": [{"name": "web"}]}, {}],
	"null": [_of_pod(null), {}],
	"allowed for the Pod": [_of_pod({"appArmorProfile": {"type": "RuntimeDefault"}}), {}],
	"allowed for a container": [_of_container({"appArmorProfile": {"type": "RuntimeDefault"}}), {}],
	"exempt Pod": [_of_pod({"appArmorProfile": {"type": "Unconfined"}}), {"exemptions": [{"workload": "web"}]}],
	"exempt container": [_of_container({"appArmorProfile": {"type": "Unconfined"}}), {"exemptions": [{"container": "web"}]}],
}

_failing := {
	"Pod": [
		_of_pod({"appArmorProfile": {"type": "Unconfined"}}),
		{},
		"the Pod: the AppArmor profile is Unconfined",
		["spec", "securityContext", "appArmorProfile", "type"],
	],
	"container": [
		_of_container({"appArmorProfile": {"type": "Unconfined"}}),
		{},
		"spec.containers[0] (web): the AppArmor profile is Unconfined",
		["spec", "containers", 0, "securityContext", "appArmorProfile", "type"],
	],
	"ephemeral container": [
		{"containers": [], "ephemeralContainers": [{"name": "debug", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]},
		{},
		"spec.ephemeralContainers[0] (debug): the AppArmor profile is Unconfined",
		["spec", "ephemeralContainers", 0, "securityContext", "appArmorProfile", "type"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"context of the Pod is text": [_request(_of_pod("x"), {}), {"the Pod: the AppArmor profile is x"}],
	"context of a container is a list": [_request(_of_container([]), {}), {"spec.containers[0] (web): the AppArmor profile is []"}],
	"appArmorProfile is a number": [
		_request(_of_container({"appArmorProfile": 7}), {}),
		{"spec.containers[0] (web): the AppArmor profile is 7"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	apparmor.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	apparmor.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := apparmor.violation with input as document
	{v.msg | some v in violations} == expected
}

_annotated(value, parameters) := {
	"parameters": parameters,
	"review": {"object": {
		"metadata": {
			"name": "web",
			"annotations": {"container.apparmor.security.beta.kubernetes.io/web": value, "other": "unconfined"},
		},
		"spec": {"containers": [{"name": "web"}]},
	}},
}

test_passing_annotation[value] if {
	some value in ["", "runtime/default", "localhost/strict"]
	apparmor.violation == set() with input as _annotated(value, {})
}

test_passing_exempt_annotation if {
	apparmor.violation == set() with input as _annotated("unconfined", {"exemptions": [{"workload": "web"}]})
}

test_failing_annotation[name] if {
	some name, value in {"unconfined": "unconfined", "7": 7}
	apparmor.violation == {{
		"msg": sprintf("annotation for container web: the AppArmor profile is %s", [name]),
		"details": {"path": ["metadata", "annotations", "container.apparmor.security.beta.kubernetes.io/web"]},
	}} with input as _annotated(value, {})
}
