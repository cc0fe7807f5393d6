package policies.node.pool_rules_test

import data.policies.node.pool_rules

_pool(name, match, needed) := {"name": name, "rule": {"match": match, "isNeeded": needed}}

_input(components, node_pools) := {
	"parameters": {"component": "node-feature-discovery"},
	"cluster": {"name": "store-1", "units": {name: {"component": name} | some name in components}, "nodePools": node_pools},
}

test_passing[name] if {
	some name, [components, node_pools] in {
		"the only pool": [["node-feature-discovery"], [_pool("a", [], true)]],
		"found by its cards": [["node-feature-discovery"], [_pool("a", [{"feature": "pci.device"}], true), _pool("b", null, false)]],
		"nobody sets anything": [["cluster-baseline"], [_pool("a", null, true)]],
	}
	pool_rules.violation == set() with input as _input(components, node_pools)
}

test_failing_pool_without_rule if {
	pool_rules.violation == {{
		"msg": "nothing tells the nodes of pool b apart, so no rule sets its labels and taints",
		"details": {"unit": "node-feature-discovery", "path": "spec.nodePools.b"},
	}} with input as _input(["node-feature-discovery"], [_pool("a", [], true), _pool("b", null, true)])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the model of the cluster has no units"],
		"no parameters": [{"cluster": {"units": {}, "nodePools": []}}, "the parameter component is not text"],
		"a pool without rule": [
			_input([], [{"name": "a"}]),
			"the model of the cluster has a node pool without name or rule",
		],
	}
	violations := pool_rules.violation with input as document
	expected in {v.msg | some v in violations}
}
