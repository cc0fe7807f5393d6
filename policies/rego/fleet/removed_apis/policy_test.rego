package policies.fleet.removed_apis_test

import data.policies.fleet.removed_apis

_request(cluster, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"cluster": object.union({"name": "store-1", "nodePools": [], "units": {}}, cluster),
}

_removed := {"removed": {"batch/v1beta1/CronJob": "1.25", "x/v1/Y": "1.9"}}

_site(minor, api) := {"facts": {"kubernetes.minor": minor}, "units": {"job": {"apis": ["v1/ConfigMap", api]}}}

_passing := {
	"newer version": [_site("1.35", "batch/v1/CronJob"), _removed],
	"older cluster": [_site("1.24", "batch/v1beta1/CronJob"), _removed],
}

_details := {"unit": "job", "path": "spec.kubernetes.version"}

_failing := {
	"gone": [
		_site("1.25", "batch/v1beta1/CronJob"),
		_removed,
		"unit job holds batch/v1beta1/CronJob, which is gone since Kubernetes 1.25; the cluster has 1.25",
		_details,
	],
	"numbers, not texts": [
		_site("1.10", "x/v1/Y"),
		_removed,
		"unit job holds x/v1/Y, which is gone since Kubernetes 1.9; the cluster has 1.10",
		_details,
	],
}

_malformed := {
	"empty input": [{}, {"the model of the cluster has no units"}],
	"no APIs": [_request({"units": {"a": {}}}, _removed), {"the model of unit a has no list of apis"}],
	"no version": [
		_request(_site(null, "x/v1/Y"), _removed),
		{"unit job holds x/v1/Y, which is gone since Kubernetes 1.9; the cluster has null"},
	],
}

test_passing[name] if {
	some name, [cluster, parameters] in _passing
	removed_apis.violation == set() with input as _request(cluster, parameters)
}

test_failing[name] if {
	some name, [cluster, parameters, msg, details] in _failing
	removed_apis.violation == {{"msg": msg, "details": details}} with input as _request(cluster, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := removed_apis.violation with input as document
	{v.msg | some v in violations} == expected
}
