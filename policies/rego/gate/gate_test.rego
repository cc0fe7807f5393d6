package main_test

import data.main

_entry := {
	"policy": "FG-POD-001",
	"area": "pod",
	"rule": "no_privileged",
	"name": "no-privileged",
	"action": "deny",
	"parameters": {},
}

_warning := object.union(_entry, {"name": "soon", "action": "warn"})

_any_pod := {"/Pod": [{"match": {}, "constraints": [_entry]}]}

_plan := {"production": {"deny": _any_pod, "warn": {"*": [{"match": {"name": "loud*"}, "constraints": [_warning]}]}}}

_pod(name, privileged) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"containers": [{"name": "web", "securityContext": {"privileged": privileged}}]},
}

_deployment := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "loud", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [{"name": "web", "securityContext": {"privileged": true}}]}}},
}

_shop := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "shop"}}}

_item(id, o) := {"id": id, "policySet": "production", "namespace": "ns-1", "object": o}

_batch(items) := {"kind": "GateBatch", "namespaces": {"ns-1": _shop}, "items": items}

_coverage(results) := [result.coverage | some result in results; result.coverage] # regal ignore:external-reference

_findings(results) := {result | some result in results; not result.coverage}

_path := ["spec", "containers", 0, "securityContext", "privileged"]

_expected := {
	"msg": "spec.containers[0] (web): the container is privileged",
	"policy": "FG-POD-001",
	"constraint": "no-privileged",
	"action": "deny",
	"details": {"path": _path},
	"source": "Original",
	"template": [],
	"id": "a",
}

_undetailed := object.remove(_expected, ["details"])

_problem(id, code, msg) := {
	"msg": msg,
	"policy": "gate",
	"constraint": "",
	"action": "deny",
	"details": {"code": code},
	"source": "Original",
	"template": [],
	"id": id,
}

test_violation_of_an_object if {
	batch := _batch([_item("a", _pod("web", true)), _item("b", _pod("web", false))])
	main.deny == {_expected} with input as batch with data.plan as _plan
}

test_equal_violations_stay_apart_by_id if {
	batch := _batch([_item("a", _pod("web", true)), _item("b", _pod("web", true))])
	expected := {_expected, object.union(_expected, {"id": "b"})}
	main.deny == expected with input as batch with data.plan as _plan
}

test_workload_is_judged_by_its_pod if {
	results := main.deny with input as _batch([_item("a", _deployment)]) with data.plan as _plan
	results == {object.union(_expected, {
		"msg": "[Implied by expand-deployment] spec.containers[0] (web): the container is privileged",
		"source": "Generated",
		"template": ["spec", "template"],
	})}
}

test_warning if {
	batch := _batch([_item("a", _pod("loud", true))])
	findings := _findings(main.warn) with input as batch with data.plan as _plan
	findings == {object.union(_expected, {"constraint": "soon", "action": "warn"})}
}

test_coverage_of_a_batch if {
	items := [_item("a", _pod("web", false)), _item("a", _pod("web", false)), _item("d", _deployment), _item("x", {})]
	records := _coverage(main.warn) with input as _batch(items) with data.plan as _plan
	records == [{"ids": ["a", "a", "d", "x"], "targets": 4, "policies": {"FG-POD-001": {"a", "d"}}}]
}

test_plain_object_is_judged_by_the_default_set if {
	denied := main.deny with input as _pod("web", true) with data.plan as _plan with data.gate["default"] as "production"
	denied == {object.union(_expected, {"id": ""})}
}

test_unmatchable_namespace_selector if {
	item := object.union(_item("a", _pod("web", false)), {"namespace": null})
	plan := {"production": {"deny": {"/Pod": [{"match": {"namespaceSelector": {}}, "constraints": [_entry]}]}}}
	denied := main.deny with input as _batch([item]) with data.plan as plan
	denied == {object.union(_undetailed, {
		"msg": "unable to match constraint no-privileged: its namespaceSelector needs the Namespace object \"shop\"",
		"details": {},
	})}
}

test_namespace_object_decides_where_the_object_has_no_namespace if {
	pod := json.remove(_pod("web", true), ["metadata/namespace"])
	plan := {"production": {"deny": {"/Pod": [{"match": {"namespaces": ["shop"]}, "constraints": [_entry]}]}}}
	main.deny == {_expected} with input as _batch([_item("a", pod)]) with data.plan as plan
}

test_cluster_scoped_objects if {
	node := {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": null}}
	items := [
		{"id": "g", "policySet": "production", "object": {"apiVersion": "v1", "kind": "Node", "metadata": {"generateName": "n-"}}},
		{"id": "n", "policySet": "production", "namespace": null, "object": _shop},
		{"id": "r", "policySet": "production", "object": node},
	]
	plan := {"production": {"deny": {"*": [{"match": {"scope": "Cluster", "namespaceSelector": {}}, "constraints": [_entry]}]}}}
	records := _coverage(main.warn) with input as _batch(items) with data.plan as plan
	records == [{"ids": ["g", "n", "r"], "targets": 3, "policies": {"FG-POD-001": {"g", "n", "r"}}}]
}

# name -> [input, what the gate says about it]
_refused := {
	"unknown policy set": [
		_batch([object.union(_item("a", _pod("web", false)), {"policySet": "stagng"})]),
		_problem("a", "E0804", "unknown policy set stagng"),
	],
	"unknown namespace": [
		_batch([object.union(_item("a", _pod("web", false)), {"namespace": "ns-9"})]),
		_problem("a", "E0804", "no Namespace object with the key ns-9"),
	],
	"another namespace": [
		_batch([_item("a", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "till"}})]),
		_problem("a", "E0804", "the namespace is till, the given Namespace object is shop"),
	],
	"null": [_batch([_item("a", null)]), _problem("a", "E0602", "not a Kubernetes object: null")],
	"list": [_batch([_item("a", [1])]), _problem("a", "E0602", "not a Kubernetes object: [1]")],
	"text": [_batch([_item("a", "text")]), _problem("a", "E0602", "not a Kubernetes object: \"text\"")],
	"no name": [
		_batch([_item("a", {"apiVersion": "v1", "kind": "Pod", "metadata": {}})]),
		_problem("a", "E0602", `not a Kubernetes object: {"apiVersion":"v1","kind":"Pod","metadata":{}}`),
	],
	"labels are a list": [
		_batch([_item("a", {"apiVersion": "v1", "kind": "A", "metadata": {"labels": [], "name": "x"}})]),
		_problem("a", "E0602", `not a Kubernetes object: {"apiVersion":"v1","kind":"A","metadata":{"labels":[],"name":"x"}}`),
	],
	"List in a List": [
		_batch([_item("a", _list([_pod("web", false), _list([])]))]),
		_problem("a", "E0602", "items[1]: a List in a List"),
	],
	"List without a list": [
		_batch([_item("a", {"apiVersion": "v1", "kind": "List", "metadata": {"name": "x"}, "items": "x"})]),
		_problem("a", "E0602", "items of the List is not a list"),
	],
	"text in a List": [_batch([_item("a", _list(["x"]))]), _problem("a", "E0602", "not a Kubernetes object: \"x\"")],
	"List without a policy set": [
		_batch([{"id": "a", "object": _list([_shop])}]),
		_problem("a", "E0804", "unknown policy set null"),
	],
	"List without id": [
		_batch([{"policySet": "production", "object": _list([_shop])}]),
		_problem("", "E0804", "an item of the batch has no id"),
	],
	"no pod template": [
		_batch([_item("a", object.union(_deployment, {"spec": {"template": null}}))]),
		_problem("a", "E0602", "no usable pod template at spec.template"),
	],
	"container is text": [
		_batch([_item("a", object.union(_pod("web", false), {"spec": {"containers": ["web"]}}))]),
		_problem("a", "E0602", "spec.containers[0] is not a container with a name"),
	],
	"container of a pod template has no name": [
		_batch([_item("a", object.union(_deployment, {"spec": {"template": {"spec": {"containers": [{}]}}}}))]),
		_problem("a", "E0602", "[Implied by expand-deployment] spec.containers[0] is not a container with a name"),
	],
	"no id": [_batch([{"policySet": "production", "object": _shop}]), _problem("", "E0804", "an item of the batch has no id")],
	"item is no object": [_batch([3]), _problem("", "E0804", "an item of the batch has no id")],
	"no items": [{"kind": "GateBatch"}, _problem("", "E0804", "the batch has no list of items")],
	"null document": [null, _problem("", "E0602", "not a Kubernetes object: null")],
	"no Kubernetes object": [{"a": 1}, _problem("", "E0602", "not a Kubernetes object: {\"a\":1}")],
	"unknown default set": [_shop, _problem("", "E0804", "unknown policy set elsewhere")],
	"no list of models": [{"kind": "GateModels"}, _problem("", "E0804", "the models have no list of items")],
	"models are text": [{"kind": "GateModels", "items": "x"}, _problem("", "E0804", "the models have no list of items")],
	"question without id": [
		_models([object.remove(_capacity, ["id"])]),
		_problem("", "E0804", "a question about models is incomplete"),
	],
	"question without parameters": [
		_models([object.remove(_capacity, ["parameters"])]),
		_problem("a", "E0804", "a question about models is incomplete"),
	],
	"question is no object": [_models([3]), _problem("", "E0804", "a question about models is incomplete")],
	"question without facts": [_models([object.remove(_capacity, ["facts"])]), _problem("a", "E0804", "there are no facts null")],
	"question with unknown facts": [
		_models([object.union(_capacity, {"facts": "z"})]),
		_problem("a", "E0804", "there are no facts z"),
	],
	"question of a policy that is not loaded": [
		_models([object.union(_capacity, {"rule": "typo"})]),
		_problem("a", "E0804", "policy FG-GPU-001 is not loaded"),
	],
}

test_silence_is_failure[name] if {
	some name, [document, expected] in _refused
	denied := main.deny with input as document with data.plan as _plan with data.gate["default"] as "elsewhere"
	expected in denied
}

_list(elements) := {"apiVersion": "v1", "kind": "List", "metadata": {}, "items": elements}

test_items_of_a_list_are_judged_each if {
	elements := [_pod("web", true), _deployment, _shop, _pod("web", false)]
	denied := main.deny with input as _batch([_item("a", _list(elements))]) with data.plan as _plan
	denied == {
		object.union(_expected, {"template": ["items", 0]}),
		object.union(_expected, {
			"msg": "[Implied by expand-deployment] spec.containers[0] (web): the container is privileged",
			"source": "Generated",
			"template": ["items", 1, "spec", "template"],
		}),
	}
}

test_items_of_a_list_have_namespaces_of_their_own if {
	match := {"namespaceSelector": {"matchLabels": {"a": "b"}}}
	plan := {"production": {"deny": {"/Pod": [{"match": match, "constraints": [_entry]}]}}}
	till := json.patch(_pod("web", true), [{"op": "replace", "path": "metadata/namespace", "value": "till"}])
	other := json.patch(till, [{"op": "replace", "path": "metadata/namespace", "value": "elsewhere"}])
	batch := object.union(
		_batch([_item("a", _list([_pod("web", true), till, other]))]),
		{"namespaces": {"ns-2": {"metadata": {"name": "till", "labels": {"a": "b"}}}}},
	)
	denied := main.deny with input as batch with data.plan as plan
	{[outcome.template[1], outcome.msg] | some outcome in denied} == {
		[1, "spec.containers[0] (web): the container is privileged"],
		[2, "unable to match constraint no-privileged: its namespaceSelector needs the Namespace object \"elsewhere\""],
	}
}

test_coverage_of_a_list if {
	items := [_item("a", _list([_pod("web", false), _deployment])), _item("e", _list([]))]
	records := _coverage(main.warn) with input as _batch(items) with data.plan as _plan
	records == [{"ids": ["a", "e"], "targets": 3, "policies": {"FG-POD-001": {"a"}}}]
}

test_empty_list if {
	denied := main.deny with input as _batch([_item("e", _list([]))]) with data.plan as _plan
	denied == set()
}

test_plain_list if {
	denied := main.deny with input as _list([_pod("web", true)]) with data.plan as _plan with data.gate["default"] as "production"
	{outcome.template | some outcome in denied} == {["items", 0]}
}

test_item_that_is_overlooked if {
	denied := main.deny with input as _batch([_item("a", _shop)]) with data.plan as _plan with data.gate.batch.forms as []
	denied == {_problem("a", "E0804", "the item was not evaluated")}
}

test_plain_object_without_any_plan if {
	denied := main.deny with input as _shop
	denied == {_problem("", "E0804", "there is no plan"), _problem("", "E0804", "unknown policy set null")}
}

_broken_plans := {
	"policy is not loaded": [
		{"production": {"deny": {"*": [{"match": {}, "constraints": [object.union(_entry, {"rule": "typo"})]}]}}},
		"constraint no-privileged cannot be evaluated: policy FG-POD-001 is not loaded",
	],
	"no parameters": [
		{"production": {"deny": {"*": [{"match": {}, "constraints": [object.remove(_entry, ["parameters"])]}]}}},
		"constraint no-privileged has an incomplete entry in the plan",
	],
	"unknown action": [
		{"production": {"warn": {"*": [{"match": {}, "constraints": [object.union(_entry, {"action": "denyy"})]}]}}},
		"constraint no-privileged has an incomplete entry in the plan",
	],
	"no match": [
		{"production": {"deny": {"*": [{"constraints": [_entry]}]}}},
		"a group of constraints in the plan has no match",
	],
	"unknown scope": [
		{"production": {"deny": {"*": [{"match": {"scope": "namespaced"}, "constraints": [_entry]}]}}},
		"a match of the plan holds the unknown scope namespaced",
	],
	"unknown matcher": [
		{"production": {"deny": {"*": [{"match": {"namspaces": ["x"]}, "constraints": [_entry]}]}}},
		"a match of the plan holds the unknown matcher namspaces",
	],
}

test_broken_plan[name] if {
	some name, [plan, expected] in _broken_plans
	denied := main.deny with input as _batch([]) with data.plan as plan
	denied == {_problem("", "E0804", expected)}
}

test_broken_plan_denies_every_item if {
	broken := _broken_plans["no match"]
	denied := main.deny with input as _batch([_item("a", _shop), _item("b", _shop)]) with data.plan as broken[0]
	denied == {_problem("a", "E0804", broken[1]), _problem("b", "E0804", broken[1])}
}

test_broken_plan_denies_every_model if {
	broken := _broken_plans["no match"]
	denied := main.deny with input as _models([_capacity]) with data.plan as broken[0]
	_problem("a", "E0804", broken[1]) in denied
}

_capacity := {
	"id": "a",
	"policy": "FG-GPU-001",
	"area": "gpu",
	"rule": "capacity",
	"parameters": {"resources": ["nvidia.com/"]},
	"facts": "one",
}

_roles := {
	"id": "r",
	"policy": "FG-FLT-005",
	"area": "fleet",
	"rule": "separate_duties",
	"parameters": {"apart": [["platform-admin", "security"]]},
	"facts": "roles",
}

_models(items) := {"kind": "GateModels", "items": items, "facts": {
	"one": {"cluster": {"capacity": {}, "units": {"tf-serving.gap": {"requests": {"nvidia.com/gpu": 1}}}}},
	"two": {"cluster": {"capacity": {}, "units": {"argocd": {"requests": {}}}}},
	"roles": {"clusters": [{}], "environment": {"roles": {"platform-admin": ["x"], "security": ["x"]}}},
}}

_asked := _models([_capacity, object.union(_capacity, {"id": "b", "facts": "two"}), _roles])

test_policies_that_read_models if {
	denied := main.deny with input as _asked with data.plan as {}
	denied == {
		{
			"msg": "unit tf-serving.gap asks for nvidia.com/gpu, which no node pool offers",
			"policy": "FG-GPU-001",
			"constraint": "",
			"action": "deny",
			"details": {"rule": "not-offered", "unit": "tf-serving.gap", "path": "spec.nodePools"},
			"source": "Original",
			"template": [],
			"id": "a",
		},
		{
			"msg": "the group x holds the roles platform-admin and security",
			"policy": "FG-FLT-005",
			"constraint": "",
			"action": "deny",
			"details": {"clusters": []},
			"source": "Original",
			"template": [],
			"id": "r",
		},
	}
}

test_coverage_of_models if {
	records := _coverage(main.warn) with input as _asked with data.plan as {}
	policies := {"FG-GPU-001": {"a", "b"}, "FG-FLT-005": {"r"}}
	records == [{"ids": ["a", "b", "r"], "targets": 3, "policies": policies}]
}
