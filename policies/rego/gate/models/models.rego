# METADATA
# title: Cluster and fleet policies
# description: |
#   Evaluates the policies that read the model of a cluster or of the fleet. The input is {kind: GateModels, facts, items}. Each
#   item is one question: a policy (`policy`, `area`, `rule`), its `parameters`, and the key of the `facts` that it is given
#   (its input without `parameters`). Which constraints ask, and about which clusters, the caller knows.
package gate.models

import data.gate.batch
import data.gate.result

items := object.get(input, "items", null) if _is_models

items := [] if not _is_models

# the record of what was seen; duplicates stay, so that the caller can count
ids := [_id(item) | some item in items]

results contains outcome if {
	some item in items
	_is_sound(item)
	facts := object.union(input.facts[item.facts], {"parameters": item.parameters})
	some violation in data.policies[item.area][item.rule].violation with input as facts
	outcome := result.of({"policy": item.policy, "name": "", "action": "deny"}, item.id, violation, result.original)
}

# policy id -> ids of the questions on which it was evaluated
evaluated[item.policy] contains item.id if {
	some item in items
	_is_sound(item)
}

problems contains result.problem("", "E0804", "the models have no list of items") if {
	_is_models
	not is_array(items)
}

problems contains result.problem(_id(item), "E0804", "a question about models is incomplete") if {
	some item in items
	not _is_complete(item)
}

problems contains result.problem(_id(item), "E0804", sprintf("there are no facts %v", [object.get(item, "facts", null)])) if {
	some item in items
	not _has_facts(item)
}

problems contains result.problem(_id(item), "E0804", sprintf("policy %s is not loaded", [item.policy])) if {
	some item in items
	_is_complete(item)
	not _is_loaded(item)
}

_is_models if batch.kind == "GateModels"

_is_sound(item) if {
	_is_complete(item)
	_has_facts(item)
	_is_loaded(item)
}

_is_complete(item) if {
	every key in ["id", "policy", "area", "rule"] { is_string(item[key]) }
	is_object(item.parameters)
}

_has_facts(item) if is_object(input.facts[item.facts])

_is_loaded(item) if [item.area, item.rule] in _loaded

# An empty set of violations is a value, too: the rule exists. Each is asked once, however many items name it.
_loaded contains [area, rule] if {
	some [area, rule] in {[item.area, item.rule] | some item in items}
	data.policies[area][rule].violation with input as {}
}

_id(item) := item.id if _has_id(item)

_id(item) := "" if not _has_id(item)

_has_id(item) if is_string(item.id)
