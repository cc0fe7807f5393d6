package policies.network.published_models_test

import data.policies.network.published_models

_request(spec, exemptions) := {
	"parameters": {"services": ["tf-serving-"], "exemptions": exemptions},
	"review": {"object": {"metadata": {"name": "models", "namespace": "serving"}, "spec": spec}},
}

_ingress(service) := {"rules": [{"http": {"paths": [{"path": "/", "backend": {"service": {"name": service}}}]}}]}

test_passing[name] if {
	some name, [spec, exemptions] in {
		"a gateway": [_ingress("model-gateway"), []],
		"nothing": [{}, []],
		"a route to a gateway": [{"rules": [{"backendRefs": [{"name": "model-gateway", "port": 8443}]}]}, []],
		"exempt": [_ingress("tf-serving-gap"), [{"namespace": "serving", "workload": "models"}]],
	}
	published_models.violation == set() with input as _request(spec, exemptions)
}

test_failing[name] if {
	some name, [spec, shown, path] in {
		"path of an Ingress": [
			_ingress("tf-serving-gap"),
			"spec.rules[0].http.paths[0].backend",
			["spec", "rules", 0, "http", "paths", 0, "backend"],
		],
		"default of an Ingress": [
			{"defaultBackend": {"service": {"name": "tf-serving-gap"}}},
			"spec.defaultBackend",
			["spec", "defaultBackend"],
		],
		"route": [
			{"rules": [{"backendRefs": [{"name": "web"}, {"name": "tf-serving-gap"}]}]},
			"spec.rules[0].backendRefs[1]",
			["spec", "rules", 0, "backendRefs", 1],
		],
		"mirror of a route": [
			{"rules": [{"filters": [{"requestMirror": {"backendRef": {"name": "tf-serving-gap"}}}]}]},
			"spec.rules[0].filters[0]",
			["spec", "rules", 0, "filters", 0],
		],
		"route of OpenShift": [{"to": {"kind": "Service", "name": "tf-serving-gap"}}, "spec.to", ["spec", "to"]],
		"other backends of such a route": [
			{"to": {"name": "web"}, "alternateBackends": [{"name": "tf-serving-gap"}]},
			"spec.alternateBackends[0]",
			["spec", "alternateBackends", 0],
		],
	}
	published_models.violation == {{
		"msg": sprintf("%s leads straight to the model server tf-serving-gap", [shown]),
		"details": {"path": path},
	}} with input as _request(spec, [])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the object has no spec"],
		"spec is text": [_request("x", []), "the object has no spec"],
		"no parameters": [
			{"review": {"object": {"spec": _ingress("tf-serving-gap")}}},
			"spec.rules[0].http.paths[0].backend leads straight to the model server tf-serving-gap",
		],
	}
	violations := published_models.violation with input as document
	expected in {v.msg | some v in violations}
}
