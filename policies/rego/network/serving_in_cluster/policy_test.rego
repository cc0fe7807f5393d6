package policies.network.serving_in_cluster_test

import data.policies.network.serving_in_cluster

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "Service", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_service(type, port) := {"spec": {"type": type, "ports": [{"port": 80, "targetPort": 8080}, port]}}

_ingress(service) := {"kind": "Ingress", "spec": {"rules": [{"http": {"paths": [{"backend": {"service": service}}]}}]}}

_pod(port, more) := {"kind": "Pod", "spec": object.union({"containers": [{"name": "tf", "ports": [port]}]}, more)}

_passing := {
	"inside": [_service("ClusterIP", {"port": 8500}), {}],
	"another port": [_service("NodePort", {"port": 443}), {}],
	"another service": [_ingress({"name": "web", "port": {"number": 80}}), {"services": ["tf-serving"]}],
	"not on the host": [_pod({"containerPort": 8500}, {}), {}],
	"another port of the host": [_pod({"containerPort": 80, "hostPort": 80}, {}), {}],
	"exempt service": [_service("NodePort", {"port": 8500}), {"exemptions": [{"workload": "web"}]}],
	"exempt ingress": [_ingress({"name": "a", "port": {"number": 8501}}), {"exemptions": [{"workload": "web"}]}],
	"exempt container": [_pod({"containerPort": 8500, "hostPort": 80}, {}), {"exemptions": [{"container": "tf"}]}],
}

_failing := {
	"node port": [
		_service("NodePort", {"port": 8501}),
		{},
		"spec.ports[1] publishes port 8501 of a model server",
		["spec", "ports", 1],
	],
	"target port": [
		_service("LoadBalancer", {"port": 443, "targetPort": 8500}),
		{},
		"spec.ports[1] publishes port 8500 of a model server",
		["spec", "ports", 1],
	],
	"address": [
		{"spec": {"externalIPs": ["10.0.0.1"], "ports": [{"port": 8500}]}},
		{},
		"spec.ports[0] publishes port 8500 of a model server",
		["spec", "ports", 0],
	],
	"ingress by port": [
		_ingress({"name": "web", "port": {"number": 8501}}),
		{},
		"the Ingress leads to the Service web of a model server",
		["spec"],
	],
	"ingress by name": [
		_ingress({"name": "tf-serving-gap", "port": {"name": "rest"}}),
		{"services": ["tf-serving"]},
		"the Ingress leads to the Service tf-serving-gap of a model server",
		["spec"],
	],
	"port of the host": [
		_pod({"containerPort": 8500, "hostPort": 8500}, {}),
		{},
		"spec.containers[0] (tf): port 8500 of a model server is on the host",
		["spec", "containers", 0, "ports"],
	],
	"network of the host": [
		_pod({"containerPort": 8501}, {"hostNetwork": true}),
		{},
		"spec.containers[0] (tf): port 8501 of a model server is on the host",
		["spec", "containers", 0, "ports"],
	],
}

_malformed := {
	"empty input": [{}, {"this is no Service, Ingress or Pod with a spec"}],
	"another kind": [_request({"kind": "ConfigMap", "spec": {}}, {}), {"this is no Service, Ingress or Pod with a spec"}],
	"port is a list": [
		_request(_service("NodePort", {"port": [8500]}), {}),
		{"spec.ports[1] publishes port [8500] of a model server"},
	],
	"spec is text": [_request({"spec": "x"}, {}), {"this is no Service, Ingress or Pod with a spec"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	serving_in_cluster.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	serving_in_cluster.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := serving_in_cluster.violation with input as document
	{v.msg | some v in violations} == expected
}
