package policies.network.published_models_test

import data.policies.network.published_models

_request(spec, exemptions) := {
	"parameters": {"services": ["tf-serving-"], "exemptions": exemptions},
	"review": {"object": {"metadata": {"name": "models", "namespace": "serving"}, "spec": spec}},
}

_ingress(service) := {"rules": [{"http": {"paths": [{"path": "/", "backend": {"service": {"name": service}}}]}}]}

_pod(port, more) := object.union({"containers": [{"name": "tf", "ports": [port]}]}, more)

test_passing[name] if {
	some name, [spec, exemptions] in {
		"a gateway": [_ingress("model-gateway"), []],
		"nothing": [{}, []],
		"a route to a gateway": [{"rules": [{"backendRefs": [{"name": "model-gateway", "port": 8443}]}]}, []],
		"exempt": [_ingress("tf-serving-gap"), [{"namespace": "serving", "workload": "models"}]],
		"Service inside": [{"type": "ClusterIP", "ports": [{"port": 8500}]}, []],
		"another port of a Service": [{"type": "NodePort", "ports": [{"port": 443, "targetPort": "https"}]}, []],
		"exempt Service": [{"type": "NodePort", "ports": [{"port": 8500}]}, [{"workload": "models"}]],
		"container not on the host": [_pod({"containerPort": 8500}, {}), []],
		"another port of the host": [_pod({"containerPort": 80, "hostPort": 80}, {}), []],
		"exempt container": [_pod({"containerPort": 8500, "hostPort": 80}, {}), [{"container": "tf"}]],
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
		"details": {"rule": "route", "path": path},
	}} with input as _request(spec, [])
}

test_failing_port[name] if {
	some name, [spec, msg, details] in {
		"of a Service": [
			{"type": "NodePort", "ports": [{"port": 80}, {"port": 8501}]},
			"spec.ports[1] publishes port 8501 of a model server",
			{"rule": "service-port", "path": ["spec", "ports", 1]},
		],
		"behind a Service": [
			{"type": "LoadBalancer", "ports": [{"port": 443, "targetPort": 8500}]},
			"spec.ports[0] publishes port 8500 of a model server",
			{"rule": "service-port", "path": ["spec", "ports", 0]},
		],
		"at an address": [
			{"externalIPs": ["10.0.0.1"], "ports": [{"port": 8500}]},
			"spec.ports[0] publishes port 8500 of a model server",
			{"rule": "service-port", "path": ["spec", "ports", 0]},
		],
		"of the host": [
			_pod({"containerPort": 8500, "hostPort": 8500}, {}),
			"spec.containers[0] (tf): port 8500 of a model server is on the host",
			{"rule": "host-port", "path": ["spec", "containers", 0, "ports", 0]},
		],
		"in the network of the host": [
			_pod({"containerPort": 8501}, {"hostNetwork": true}),
			"spec.containers[0] (tf): port 8501 of a model server is on the host",
			{"rule": "host-port", "path": ["spec", "containers", 0, "ports", 0]},
		],
	}
	published_models.violation == {{"msg": msg, "details": details}} with input as _request(spec, [])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the object has no spec"],
		"spec is text": [_request("x", []), "the object has no spec"],
		"port is a list": [
			_request({"type": "NodePort", "ports": [{"port": [8500]}]}, []),
			"spec.ports[0] publishes port [8500] of a model server",
		],
		"no parameters": [
			{"review": {"object": {"spec": _ingress("tf-serving-gap")}}},
			"spec.rules[0].http.paths[0].backend leads straight to the model server tf-serving-gap",
		],
	}
	violations := published_models.violation with input as document
	expected in {v.msg | some v in violations}
}
