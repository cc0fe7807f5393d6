package policies.edge.storage_test

import data.policies.edge.storage

_request(cluster, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"cluster": object.union({"name": "store-1", "nodePools": [], "units": {}}, cluster),
}

_site(class, modes) := {
	"nodePools": [{"name": "main", "storage": [{"class": "local-path", "sizeGiB": 100}]}],
	"units": {"db": {"claims": [{"name": "data", "class": class, "modes": modes}]}},
}

_once := ["ReadWriteOnce"]

_passing := {
	"of the pool": [_site("local-path", _once), {}],
	"default class": [_site(null, _once), {}],
	"shared": [_site("local-path", ["ReadWriteMany"]), {"shared": ["local-path"]}],
}

_details := {"unit": "db", "path": "spec.nodePools"}

_failing := {
	"no such class": [
		_site("fast", _once),
		{},
		"claim data of unit db asks for the storage class fast, which no node pool has",
		_details,
	],
	"many writers": [
		_site("local-path", ["ReadWriteMany"]),
		{},
		"claim data of unit db needs many writers, but the storage class local-path allows one",
		_details,
	],
}

_malformed := {
	"empty input": [{}, {"the model of the cluster has no units", "the model of the cluster has no list of node pools"}],
	"claims are text": [_request({"units": {"a": {"claims": "x"}}}, {}), {"the model of unit a has no list of claims"}],
	"class is a number": [
		_request(_site(7, _once), {}),
		{"claim data of unit db asks for the storage class 7, which no node pool has"},
	],
}

test_passing[name] if {
	some name, [cluster, parameters] in _passing
	storage.violation == set() with input as _request(cluster, parameters)
}

test_failing[name] if {
	some name, [cluster, parameters, msg, details] in _failing
	storage.violation == {{"msg": msg, "details": details}} with input as _request(cluster, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := storage.violation with input as document
	{v.msg | some v in violations} == expected
}
