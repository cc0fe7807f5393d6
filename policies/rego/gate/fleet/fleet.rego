# METADATA
# title: Cluster and fleet policies
# description: |
#   Evaluates the policies that read the resolved model of an environment: on each cluster by itself
#   (`data.plan[set].cluster`, reported under the cluster's name) and on all clusters together
#   (`data.plan[set].fleet`, reported under `fleet`).
package gate.fleet

import data.gate.batch
import data.gate.result

clusters := input.clusters if {
	_is_model
	is_array(input.clusters)
}

clusters := [] if not _has_clusters

ids := [cluster.name | some cluster in clusters]

results[rule] contains outcome if {
	some constraint in _plan.cluster
	rule := _rule(constraint)
	some cluster in clusters
	some violation in data.policies[constraint.area][constraint.rule].violation with input as {
		"asOf": _as_of,
		"cluster": cluster,
		"parameters": constraint.parameters,
	}
	outcome := result.of(constraint, cluster.name, violation, result.original)
}

results[rule] contains outcome if {
	_is_model
	some constraint in _plan.fleet
	rule := _rule(constraint)
	some violation in data.policies[constraint.area][constraint.rule].violation with input as {
		"asOf": _as_of,
		"environment": object.get(input, "environment", {}),
		"clusters": clusters,
		"parameters": constraint.parameters,
	}
	outcome := result.of(constraint, "fleet", violation, result.original)
}

# policy id -> clusters on which it was evaluated, or `fleet`
evaluated[constraint.policy] contains cluster.name if {
	some constraint in _plan.cluster
	some cluster in clusters
}

evaluated[constraint.policy] contains "fleet" if {
	some constraint in _plan.fleet
	_is_model
}

problems contains _problem("the model has no list of clusters") if {
	_is_model
	not _has_clusters
}

problems contains _problem("a cluster of the model has no name") if {
	some cluster in clusters
	not is_string(object.get(cluster, "name", null))
}

problems contains _problem(sprintf("unknown policy set %v", [object.get(input, "policySet", null)])) if {
	_is_model
	not _has_plan
}

_plan := data.plan[input.policySet]

_as_of := object.get(input, "asOf", "")

_is_model if batch.kind == "FleetModel"

_has_plan if is_object(_plan)

_has_clusters if {
	_is_model
	is_array(input.clusters)
}

_problem(msg) := result.problem("fleet", "E0804", msg)

_rule(constraint) := "deny" if constraint.action == "deny"

_rule(constraint) := "warn" if constraint.action != "deny"
