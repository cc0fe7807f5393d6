package policies.fleet.kubernetes_versions_test

import data.policies.fleet.kubernetes_versions

_request(clusters, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"environment": {"name": "production"},
	"clusters": clusters,
}

_parameters := {"skew": 2, "endOfLife": {"1.32": "2026-02-28", "1.33": "2026-11-24", "1.35": "2027-02-28"}}

_cluster(name, minor) := {"names": [name], "facts": {"kubernetes.minor": minor}}

_passing := {
	"no clusters": [[], _parameters],
	"close": [[_cluster("a", "1.33"), _cluster("b", "1.35")], _parameters],
	"supported longer": [
		[{"names": ["a"], "facts": {"kubernetes.minor": "1.32", "distribution": "openshift"}}],
		object.union(_parameters, {"longer": ["openshift"]}),
	],
}

_violation(rule, msg, names) := {"msg": msg, "details": {"rule": rule, "clusters": names, "path": "spec.kubernetes.version"}}

_failing := {
	"far apart, and old": [
		[_cluster("b", "1.32"), _cluster("a", "1.32"), _cluster("c", "1.35")],
		_parameters,
		{
			_violation("skew", "the environment runs Kubernetes 1.32 to 1.35, more than 2 minor versions apart", ["a", "b"]),
			_violation("end-of-life", "Kubernetes 1.32 reached its end of life on 2026-02-28", ["a", "b"]),
		},
	],
	"not known": [
		[_cluster("a", "1.34")],
		_parameters,
		{_violation("end-unknown", "no end of life is known for Kubernetes 1.34", ["a"])},
	],
}

_malformed := {
	"empty input": [{}, {"the model has no list of clusters or no date"}],
	"no version": [_request([{"names": ["a"]}], _parameters), {"the model of a cluster has no names or Kubernetes version"}],
	"cluster is text": [_request(["a"], _parameters), {"the model of a cluster has no names or Kubernetes version"}],
	"date is none": [
		object.union(_request([_cluster("a", "1.33")], _parameters), {"asOf": "soon"}),
		{"the model has no list of clusters or no date", "Kubernetes 1.33 reached its end of life on 2026-11-24"},
	],
}

test_passing[name] if {
	some name, [clusters, parameters] in _passing
	kubernetes_versions.violation == set() with input as _request(clusters, parameters)
}

test_failing[name] if {
	some name, [clusters, parameters, expected] in _failing
	kubernetes_versions.violation == expected with input as _request(clusters, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := kubernetes_versions.violation with input as document
	{v.msg | some v in violations} == expected
}
