# METADATA
# scope: package
# title: Roles name verbs and resources
# description: |
#   A `*` in a role also grants what is added later: the next resource, the next verb (impersonate,
#   escalate, bind). Roles list the verbs and the resources that they need.
# custom:
#   id: FG-RBAC-001
#   kind: FGRbacNoWildcards
#   severity: critical
#   scope: object
#   where: both
#   failure: A role grants all verbs or all resources.
#   remediation: >-
#     List verbs and resources in the TeamRole; name a role that must have all of them in the
#     constraint's `roles`.
#   controls: [CIS-K8s-5.1.3, NSA-CISA-authorization]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       roles:
#         type: array
#         description: Names of roles that may use `*`.
#         items: {type: string, minLength: 1}
#         default: []
package policies.rbac.no_wildcards

import data.lib.objects
import data.lib.roles
import data.lib.texts

violation contains {"msg": msg, "details": {"path": grant.path}} if {
	not roles.is_listed(input, _object)
	some field in ["verbs", "resources"]
	some grant in roles.granted(_object, field)
	contains(grant.value, "*")
	msg := sprintf("%s grants %s", [texts.dotted(grant.path), texts.short(grant.value)])
}

violation contains outcome if some outcome in roles.broken(_object)

_object := objects.of(input)
