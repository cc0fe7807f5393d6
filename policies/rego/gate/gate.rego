# METADATA
# title: The gate
# description: |
#   The only entry point of conftest: one `deny` and one `warn`, whatever the number of policies. The input is a GateBatch, a
#   FleetModel, or one plain Kubernetes object, which `data.gate.default` assigns to a policy set.
#   Silence is failure: what cannot be evaluated is denied, and exactly one warning is the record of what was evaluated.
package main

import data.gate.batch
import data.gate.fleet
import data.gate.objects
import data.gate.plan

# METADATA
# description: What stops the change.
# entrypoint: true
deny contains problem if some problem in batch.problems

deny contains problem if some problem in batch.overlooked

deny contains problem if some problem in fleet.problems

deny contains problem if some problem in plan.problems

deny contains violation if some violation in objects.results.deny

deny contains violation if some violation in fleet.results.deny

# METADATA
# description: What is only reported.
# entrypoint: true
warn contains violation if some violation in objects.results.warn

warn contains violation if some violation in fleet.results.warn

# the adapter takes this record out of the warnings and demands that it adds up
warn contains {"msg": "gate coverage", "coverage": {
	"ids": array.concat(batch.ids, fleet.ids),
	"targets": count(batch.targets) + count(fleet.clusters),
	"policies": object.union(objects.evaluated, fleet.evaluated),
}}
