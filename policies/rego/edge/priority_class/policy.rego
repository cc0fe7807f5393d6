# METADATA
# scope: package
# title: Pods have a priority class of the set
# description: |
#   When a node of a small site is full, priority decides who stays. A Pod without a class, or with one that nobody agreed to,
#   displaces what matters or is displaced by what does not. The classes are those of cluster-baseline.
# custom:
#   id: FG-EDGE-003
#   kind: FGEdgePriorityClass
#   severity: medium
#   scope: object
#   where: both
#   failure: A Pod has no priority class, or one that is not in the set.
#   remediation: Set priorityClassName to one of the classes of cluster-baseline.
#   controls: []
#   facts: []
#   parameters:
#     type: object
#     properties:
#       classes:
#         type: array
#         description: Priority classes that may be used.
#         items: {type: string, minLength: 1}
#         default: [critical, serving, batch]
package policies.edge.priority_class

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["spec", "priorityClassName"]}} if {
	class := object.get(_pod, ["spec", "priorityClassName"], null)
	not class in object.get(input, ["parameters", "classes"], [])
	not exempt.is_object_exempt(input)
	msg := sprintf("the priority class is %s", [texts.short(class)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)
