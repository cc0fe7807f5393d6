package policies.pod.no_privileged_test

import data.policies.pod.no_privileged

_request(spec, exemptions) := {
	"parameters": {"exemptions": exemptions},
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_container(name, privileged) := {"name": name, "securityContext": {"privileged": privileged}}

_violation(msg, path) := {"msg": msg, "details": {"path": path}}

test_passing[name] if {
	some name, spec in {
		"not said": {"containers": [{"name": "web"}]},
		"false": {"containers": [_container("web", false)]},
		"null": {"containers": [_container("web", null), {"name": "log", "securityContext": null}], "initContainers": null},
	}
	no_privileged.violation == set() with input as _request(spec, [])
}

test_failing_in_every_list if {
	spec := {
		"containers": [_container("web", true)],
		"initContainers": [_container("load", false), _container("load", true)],
		"ephemeralContainers": [_container("debug", true)],
	}
	no_privileged.violation == {
		_violation(
			"spec.containers[0] (web): the container is privileged",
			["spec", "containers", 0, "securityContext", "privileged"],
		),
		_violation(
			"spec.initContainers[1] (load): the container is privileged",
			["spec", "initContainers", 1, "securityContext", "privileged"],
		),
		_violation(
			"spec.ephemeralContainers[0] (debug): the container is privileged",
			["spec", "ephemeralContainers", 0, "securityContext", "privileged"],
		),
	} with input as _request(spec, [])
}

test_exempt_container if {
	spec := {"containers": [_container("web", true), _container("log", true)]}
	violations := no_privileged.violation with input as _request(spec, [{"namespace": "shop", "container": "web"}])
	{v.msg | some v in violations} == {"spec.containers[1] (log): the container is privileged"}
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "spec.containers is not a list of containers"],
		"object is text": [{"review": {"object": "x"}}, "spec.containers is not a list of containers"],
		"privileged is text": [
			_request({"containers": [_container("web", "no")]}, []),
			"spec.containers[0] (web): the container is privileged",
		],
		"security context is text": [
			_request({"containers": [{"name": "web", "securityContext": "x"}]}, []),
			"spec.containers[0] (web): securityContext is not a mapping",
		],
	}
	violations := no_privileged.violation with input as document
	expected in {v.msg | some v in violations}
}
