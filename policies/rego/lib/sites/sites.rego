# METADATA
# title: The model of a cluster
# description: |
#   What the units of a cluster bring, and on which node pools a workload may run. Labels of nodes that are only found out at the
#   site (the card's name, the zone) are taken to fit, and node affinity is not read: saying nothing is better than saying
#   something wrong.
package lib.sites

import data.lib.texts

# workloads, claims or whatever list a unit has: [{unit, item}]
items(request, list) := [{"unit": unit, "item": item} |
	some unit, description in request.cluster.units
	some item in description[list]
]

# how messages name a workload of a unit
label(entry) := sprintf("%s %s of unit %s", [entry.item.kind, texts.short(entry.item.name), texts.short(entry.unit)])

pools(request) := object.get(request, ["cluster", "nodePools"], [])

# the pools on whose nodes a workload may run
fitting(request, workload) := [pool |
	some pool in pools(request)
	_is_selected(pool, workload)
	_is_tolerated(pool, workload)
]

nodes(list) := sum([pool.count | some pool in list])

# results for everything that keeps the pools of a cluster from being judged
without_pools(request) := {{"msg": "the model of the cluster has no list of node pools", "details": {"path": "spec.nodePools"}} |
	not is_array(object.get(request, ["cluster", "nodePools"], null))
}

# results for everything that keeps its units from being judged; `lists` names what of them is read
broken(request, lists) := {{"msg": "the model of the cluster has no units", "details": {}} |
	not is_object(object.get(request, ["cluster", "units"], null))
} | {{"msg": msg, "details": {"unit": unit}} |
	some unit, description in request.cluster.units
	some list in lists
	not _has_list(description, list)
	msg := sprintf("the model of unit %s has no list of %s", [texts.short(unit), list])
}

# a built-in on something undefined is undefined itself, and so is its negation: hence a predicate
_has_list(description, list) if is_array(description[list])

_is_selected(pool, workload) if {
	every key, value in workload.nodeSelector {
		_has_label(pool, key, value)
	}
}

_has_label(pool, key, value) if pool.labels[key] == value

_has_label(pool, "kubernetes.io/arch", value) if pool.arch == value

_has_label(_, "kubernetes.io/os", "linux")

# set by rule from the inventory
_has_label(pool, "fleetgen.io/pool", value) if pool.name == value

_has_label(pool, key, _) if {
	not pool.labels[key]
	some beginning in _discovered
	startswith(key, beginning)
}

_discovered := [
	"amd.com/",
	"beta.amd.com/",
	"feature.node.kubernetes.io/",
	"gpu.intel.com/",
	"intel.feature.node.kubernetes.io/",
	"kubernetes.io/hostname",
	"node-role.kubernetes.io/",
	"node.kubernetes.io/",
	"nvidia.com/",
	"topology.kubernetes.io/",
]

_is_tolerated(pool, workload) if {
	every taint in pool.taints {
		_tolerates(workload, taint)
	}
}

_tolerates(_, taint) if taint.effect == "PreferNoSchedule"

_tolerates(workload, taint) if {
	some toleration in workload.tolerations
	object.get(toleration, "effect", "") in {"", taint.effect}
	_covers(toleration, taint)
}

_covers(toleration, taint) if {
	toleration.operator == "Exists"
	object.get(toleration, "key", "") in {"", taint.key}
}

_covers(toleration, taint) if {
	object.get(toleration, "operator", "Equal") == "Equal"
	toleration.key == taint.key
	_value(toleration) == _value(taint)
}

_value(keyed) := object.get(keyed, "value", "")
