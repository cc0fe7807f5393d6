package policies.network.in_cluster_services_test

import data.policies.network.in_cluster_services

_request(spec, exemptions) := {
	"parameters": {"exemptions": exemptions},
	"review": {"object": {"kind": "Service", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

test_passing[name] if {
	some name, [spec, exemptions] in {
		"not said": [{"ports": []}, []],
		"in the cluster": [{"type": "ClusterIP", "externalIPs": []}, []],
		"no addresses": [{"type": "ExternalName", "externalIPs": null}, []],
		"exempt": [{"type": "LoadBalancer", "externalIPs": ["10.0.0.1"]}, [{"namespace": "shop", "workload": "web"}]],
	}
	in_cluster_services.violation == set() with input as _request(spec, exemptions)
}

test_failing_type[type] if {
	some type in ["LoadBalancer", "NodePort"]
	in_cluster_services.violation == {{
		"msg": sprintf("the Service has type %s", [type]),
		"details": {"rule": "type", "path": ["spec", "type"]},
	}} with input as _request({"type": type}, [])
}

test_failing_external_addresses if {
	in_cluster_services.violation == {{
		"msg": `the Service has external addresses ["10.0.0.1"]`,
		"details": {"rule": "external-addresses", "path": ["spec", "externalIPs"]},
	}} with input as _request({"externalIPs": ["10.0.0.1"]}, [])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the Service has no spec"],
		"spec is text": [_request("x", []), "the Service has no spec"],
		"type is a list": [_request({"type": ["ClusterIP"]}, []), `the Service has type ["ClusterIP"]`],
		"addresses are text": [_request({"externalIPs": "10.0.0.1"}, []), `the Service has external addresses "10.0.0.1"`],
	}
	violations := in_cluster_services.violation with input as document
	expected in {v.msg | some v in violations}
}
