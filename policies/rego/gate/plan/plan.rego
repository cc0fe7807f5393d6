# METADATA
# title: Checks of the plan
# description: |
#   The plan is data. An entry that this gate could not evaluate would pass everything in silence, so each one is looked at:
#   its policy must be loaded, its keys complete, and its match must hold known matchers only.
package gate.plan

import data.gate.match

problems contains msg if {
	some constraint in _constraints
	not _is_loaded(constraint)
	name := object.get(constraint, "name", null)
	policy := object.get(constraint, "policy", null)
	msg := sprintf("constraint %v cannot be evaluated: policy %v is not loaded", [name, policy])
}

problems contains sprintf("constraint %v has an incomplete entry in the plan", [name]) if {
	some constraint in _constraints
	not _is_complete(constraint)
	name := object.get(constraint, "name", null)
}

problems contains "there is no plan" if not _has_plan

problems contains "a group of constraints in the plan has no match" if {
	some group in _groups
	not is_object(object.get(group, "match", null))
}

problems contains sprintf("a match of the plan holds the unknown matcher %s", [matcher]) if {
	some group in _groups
	some matcher, _ in group.match
	not matcher in match.known
}

problems contains sprintf("a match of the plan holds the unknown scope %v", [group.match.scope]) if {
	some group in _groups
	not group.match.scope in {"Cluster", "Namespaced"}
}

_has_plan if is_object(data.plan)

_groups contains group if {
	some set in data.plan
	some rule in ["deny", "warn"]
	some groups in set[rule]
	some group in groups
}

_constraints contains constraint if {
	some group in _groups
	some constraint in group.constraints
}

_is_loaded(constraint) if [constraint.area, constraint.rule] in _loaded

# An empty set of violations is a value, too: the rule exists. Each is asked once, however many constraints and sets name it.
_loaded contains [area, rule] if {
	some [area, rule] in _named
	data.policies[area][rule].violation with input as {}
}

_named contains [constraint.area, constraint.rule] if some constraint in _constraints

_is_complete(constraint) if {
	is_string(constraint.policy)
	is_string(constraint.name)
	constraint.action in {"deny", "warn", "dryrun"}
	is_object(constraint.parameters)
}
