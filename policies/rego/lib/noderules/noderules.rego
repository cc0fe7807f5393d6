# METADATA
# title: Rules of node pools
# description: The node pools in the model of a cluster, each with the rule that labels and taints its nodes.
package lib.noderules

# the message where the model is not as it should be
broken := "the model of the cluster has a node pool without name or rule"

are_ruled(model) if {
	is_array(model.cluster.nodePools)
	every pool in model.cluster.nodePools { _is_ruled(pool) }
}

ruled(model) := [pool | some pool in object.get(model, ["cluster", "nodePools"], []); _is_ruled(pool)]

_is_ruled(pool) if {
	is_string(pool.name)
	is_object(pool.rule)
}
