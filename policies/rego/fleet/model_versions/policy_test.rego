package policies.fleet.model_versions_test

import data.policies.fleet.model_versions

_unit(version) := {"component": "tf-serving", "instance": "gap", "values": {"models": {"gap": {"version": version}}}}

_cluster(name, ring, version) := {"names": [name], "ring": ring, "units": {
	"argocd": {"component": "argocd", "values": {}},
	"tf-serving.gap": _unit(version),
}}

_input(clusters) := {"parameters": {"components": {"tf-serving": "models"}}, "clusters": clusters}

_path := "spec.components.tf-serving.values.models.gap.version"

_violation(msg, outliers) := {"msg": msg, "details": {"clusters": outliers, "unit": "tf-serving.gap", "path": _path}}

test_passing[name] if {
	some name, clusters in {
		"no clusters": [],
		"one version": [_cluster("a", "early", 7), _cluster("b", "early", 7)],
		"rings may differ": [_cluster("a", "early", 7), _cluster("b", "broad", "8")],
		"without models": [{"names": ["a"], "ring": "early", "units": {"argocd": {"component": "argocd"}}}],
	}
	model_versions.violation == set() with input as _input(clusters)
}

test_failing_names_the_minority if {
	clusters := [_cluster("a", "early", 7), _cluster("b", "early", 8), _cluster("c", "early", 7), _cluster("d", "broad", 9)]
	model_versions.violation == {_violation(
		"ring early serves 2 versions of tf-serving.gap: 8 on 1, 7 on 2",
		["b"],
	)} with input as _input(clusters)
}

test_failing_names_another_digest if {
	digest := {"units": {"tf-serving.gap": {"values": {"models": {"gap": {"digest": "sha256:0123456789abcdef"}}}}}}
	clusters := [
		object.union(_cluster("a", "early", 7), digest),
		_cluster("b", "early", 7),
		object.union(_cluster("c", "early", 7), digest),
	]
	model_versions.violation == {_violation(
		"ring early serves 2 versions of tf-serving.gap: 7 on 1, 7@sha256:0123456789ab on 2",
		["b"],
	)} with input as _input(clusters)
}

test_failing_names_all_without_a_majority if {
	clusters := [_cluster("b", "early", 7), _cluster("a", "early", 8)]
	model_versions.violation == {_violation(
		"ring early serves 2 versions of tf-serving.gap: 7 on 1, 8 on 1",
		["a", "b"],
	)} with input as _input(clusters)
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, {"the model has no list of clusters", "the parameter components is not a mapping"}],
		"clusters are text": [_input("x"), {"the model has no list of clusters"}],
		"cluster is text": [_input(["x"]), {"the model of a cluster has no names, ring or units"}],
		"no units": [_input([{"names": ["a"], "ring": "early"}]), {"the model of a cluster has no names, ring or units"}],
		"no version": [_input([_cluster("a", "early", null)]), {"unit tf-serving.gap of cluster a has no model version"}],
		"no instance": [
			_input([{"names": ["a"], "ring": "early", "units": {"tf-serving": {"component": "tf-serving"}}}]),
			{"unit tf-serving of cluster a has no model version"},
		],
	}
	violations := model_versions.violation with input as document
	{v.msg | some v in violations} == expected
}
