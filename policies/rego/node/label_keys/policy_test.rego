package policies.node.label_keys_test

import data.policies.node.label_keys

_refused(what, key) := {"what": what, "key": key, "why": "it has no prefix"}

_input(components, refused) := {
	"parameters": {"component": "node-feature-discovery", "carried": ["node-role.kubernetes.io/"]},
	"cluster": {
		"name": "store-1",
		"units": {name: {"component": name} | some name in components},
		"nodePools": [{"name": "a", "rule": {"refused": refused}}],
	},
}

test_passing[name] if {
	some name, [components, refused] in {
		"nothing refused": [["node-feature-discovery"], []],
		"the distribution sets it": [
			["node-feature-discovery"],
			[_refused("taint", "node-role.kubernetes.io/control-plane")],
		],
		"nobody sets anything": [["cluster-baseline"], [_refused("label", "zone")]],
	}
	label_keys.violation == set() with input as _input(components, refused)
}

test_failing_label if {
	label_keys.violation == {{
		"msg": "node feature discovery does not set the label zone of node pool a: it has no prefix",
		"details": {"unit": "node-feature-discovery", "path": "spec.nodePools.a.labels"},
	}} with input as _input(["node-feature-discovery"], [_refused("label", "zone")])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the model of the cluster has no units"],
		"no parameters": [{}, "the parameters component and carried are not text and a list"],
		"no pools": [{"cluster": {"units": {}}}, "the model of the cluster has a node pool without name or rule"],
	}
	violations := label_keys.violation with input as document
	expected in {v.msg | some v in violations}
}
