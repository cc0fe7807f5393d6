# METADATA
# title: The gate
# description: |
#   The only entry point of conftest: one `deny` and one `warn`, whatever the number of policies. The input is a GateBatch,
#   GateModels, or one plain Kubernetes object, which `data.gate.default` assigns to a policy set.
#   Silence is failure: what cannot be evaluated is denied, and exactly one warning is the record of what was evaluated.
package main

import data.gate.batch
import data.gate.models
import data.gate.objects
import data.gate.plan
import data.gate.result

# METADATA
# description: What stops the change.
# entrypoint: true
deny contains problem if some problem in batch.problems

deny contains problem if some problem in batch.overlooked

deny contains problem if some problem in models.problems

# A broken plan says nothing about any item: each of them is denied, so that no answer about one can be kept as a pass.
deny contains result.problem(id, "E0804", msg) if {
	some msg in plan.problems
	some id in _ids
}

deny contains violation if some violation in objects.results.deny

deny contains violation if some violation in models.results

# METADATA
# description: What is only reported.
# entrypoint: true
warn contains violation if some violation in objects.results.warn

# the adapter takes this record out of the warnings and demands that it adds up
warn contains {"msg": "gate coverage", "coverage": {
	"ids": array.concat(batch.ids, models.ids),
	"targets": count(batch.forms) + count(models.ids),
	"policies": object.union(objects.evaluated, models.evaluated),
}}

_ids contains id if some id in batch.ids

_ids contains id if some id in models.ids

_ids contains "" if {
	count(batch.items) == 0
	count(models.ids) == 0
}
