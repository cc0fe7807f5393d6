# METADATA
# title: Object policies
# description: |
#   Evaluates the object policies of the plan on every target. `data.plan[set][rule][group/kind]` holds groups of constraints
#   with one match; `*` stands for constraints that name no exact kinds. Results for `deny` and `warn` are separate
#   queries of conftest without a common cache, so the plan is split by rule.
package gate.objects

import data.gate.batch
import data.gate.match
import data.gate.result

results[rule] contains outcome if {
	some rule in ["deny", "warn"]
	some hit in _hits[rule]
	some constraint in hit.constraints
	some violation in data.policies[constraint.area][constraint.rule].violation with input as {
		"review": hit.target.review,
		"parameters": constraint.parameters,
	}
	outcome := result.of(constraint, hit.target.id, violation, hit.target)
}

# Gatekeeper makes this a violation, too: a constraint that cannot be matched must not pass
results[rule] contains outcome if {
	some rule in ["deny", "warn"]
	some hit in _undecidable[rule]
	some constraint in hit.constraints
	msg := sprintf(
		"unable to match constraint %s: its namespaceSelector needs the Namespace object %q",
		[constraint.name, hit.target.namespace],
	)
	outcome := result.of(constraint, hit.target.id, {"msg": msg}, hit.target)
}

# policy id -> ids of the items on which it was evaluated
evaluated[constraint.policy] contains hit.target.id if {
	some rule in ["deny", "warn"]
	some hit in _hits[rule]
	some constraint in hit.constraints
}

# pairs of a target and a group of constraints whose match holds
_hits[rule] := [{"target": target, "constraints": group.constraints} |
	some target in batch.targets
	some key in [target.group_kind, "*"]

	# all keys are known here, nothing is iterated but the groups
	# regal ignore:mixed-iteration
	some group in data.plan[target.set][rule][key]
	match.holds(group.match, target)
] if {
	some rule in ["deny", "warn"]
}

_undecidable[rule] := [{"target": target, "constraints": group.constraints} |
	some target in batch.targets
	target.namespaced
	target.namespace_labels == null
	some key in [target.group_kind, "*"]

	# all keys are known here, nothing is iterated but the groups
	# regal ignore:mixed-iteration
	some group in data.plan[target.set][rule][key]
	match.undecidable(group.match, target)
] if {
	some rule in ["deny", "warn"]
}
