package lib.exempt_test

import data.lib.exempt

_container := {"name": "web", "image": "ghcr.io/team/web:v1"}

_pod(metadata) := object.union({"name": "web-7d9f-x2x", "namespace": "shop"}, metadata)

_request(exemptions, metadata) := {"parameters": {"exemptions": exemptions}, "review": {"object": {"metadata": metadata}}}

_of_replica_set := _pod({
	"labels": {"pod-template-hash": "7d9f"},
	"ownerReferences": [{"kind": "ReplicaSet", "name": "web-7d9f"}],
})

_of_job := _pod({"ownerReferences": [{"kind": "Job", "name": "nightly-28000"}]})

_of_deployment := _pod({"ownerReferences": [{"kind": "Deployment", "name": "web"}]})

_container_exempt := {
	"namespace": [{"namespace": "shop"}, _pod({})],
	"namespace with star": [{"namespace": "sh*"}, _pod({})],
	"star in front": [{"namespace": "*op"}, _pod({})],
	"two stars": [{"namespace": "*ho*"}, _pod({})],
	"container": [{"namespace": "shop", "container": "web"}, _pod({})],
	"image": [{"image": "ghcr.io/team/*"}, _pod({})],
	"own name": [{"workload": "web-7d9f-x2x"}, _pod({})],
	"owner as generated": [{"workload": "web"}, _of_deployment],
	"owner behind a ReplicaSet": [{"workload": "web"}, _of_replica_set],
	"ReplicaSet itself": [{"workload": "web-7d9f"}, _of_replica_set],
	"owner behind a Job": [{"workload": "nightly"}, _of_job],
}

_not_exempt := {
	"nothing given": [{}, _pod({})],
	"other namespace": [{"namespace": "till"}, _pod({})],
	"other container": [{"namespace": "shop", "container": "log"}, _pod({})],
	"other image": [{"namespace": "shop", "image": "docker.io/*"}, _pod({})],
	"other workload": [{"workload": "we"}, _of_replica_set],
	"unknown key": [{"namespace": "shop", "reason": "x"}, _pod({})],
	"text": ["shop", _pod({})],
	"number": [{"namespace": 7}, _pod({})],
}

test_container_exempt[name] if {
	some name, [exemption, metadata] in _container_exempt
	exempt.is_container_exempt(_request([exemption], metadata), _container)
}

test_container_not_exempt[name] if {
	some name, [exemption, metadata] in _not_exempt
	not exempt.is_container_exempt(_request([exemption], metadata), _container)
}

test_object_exempt if {
	exempt.is_object_exempt(_request([{"namespace": "shop", "workload": "web"}], _of_deployment))
}

# exemption -> rules that it exempts from
_by_rule := {
	"all rules": [{"namespace": "shop"}, {"", "a", "b"}],
	"one rule": [{"namespace": "shop", "rule": "a"}, {"a"}],
	"one rule everywhere": [{"rule": "a"}, {"a"}],
	"one rule elsewhere": [{"namespace": "till", "rule": "a"}, set()],
	"a rule that is no text": [{"rule": 7}, set()],
}

test_exempt_from_a_rule[name] if {
	some name, [exemption, expected] in _by_rule
	request := _request([exemption], _pod({}))
	{rule | some rule in ["", "a", "b"]; exempt.is_object_exempt_from(request, rule)} == expected
	{rule | some rule in ["", "a", "b"]; exempt.is_container_exempt_from(request, _container, rule)} == expected
}

test_exemption_from_one_rule_is_none_for_a_policy_without_codes if {
	not exempt.is_object_exempt(_request([{"rule": "a"}], _pod({})))
	not exempt.is_container_exempt(_request([{"rule": "a"}], _pod({})), _container)
}

test_exemption_of_a_container_is_not_one_of_the_object if {
	not exempt.is_object_exempt(_request([{"namespace": "shop", "container": "web"}], _of_deployment))
}

test_nothing_is_exempt_without_parameters if {
	not exempt.is_object_exempt({})
	not exempt.is_container_exempt({"review": {}}, {})
}
