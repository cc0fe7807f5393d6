package policies.resources.room_test

import data.policies.resources.room

_entry := {
	"unit": "tf-serving.gap",
	"path": "spec.components.tf-serving.values.models.gap",
	"kind": "Deployment",
	"namespace": "serving",
	"name": "tf-serving-gap",
	"replicas": 2,
	"missing": 2,
	"asks": {"cpu": 40, "memoryGiB": 300},
	"pool": "main",
	"left": {"cpu": 7.5, "memoryGiB": 28},
}

_text(missing) := concat("", [
	"Deployment serving/tf-serving-gap: ", missing, " of 2 Pods find no node; ",
	"each asks for 40 CPU, 300 GiB; the roomiest node, in pool main, has 7.5 CPU, 28 GiB left",
])

_cluster(unplaced) := {"cluster": {"unplaced": unplaced}}

_expected(rule, missing) := {{
	"msg": _text(missing),
	"details": {"rule": rule, "unit": "tf-serving.gap", "path": "spec.components.tf-serving.values.models.gap"},
}}

test_passing if {
	count(room.violation) == 0 with input as _cluster([])
}

test_failing_none_fits if {
	room.violation == _expected("too-large", "2") with input as _cluster([_entry])
}

test_failing_one_fits if {
	room.violation == _expected("too-many", "1") with input as _cluster([object.union(_entry, {"missing": 1})])
}

test_malformed if {
	expected := {{"msg": "the model of the cluster does not say what is unplaced", "details": {}}}
	room.violation == expected with input as _cluster(null)
	room.violation == expected with input as {}
}
