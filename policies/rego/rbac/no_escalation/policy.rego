# METADATA
# scope: package
# title: No role leads to the rights of others
# description: |
#   escalate and bind let the holder write any role for themselves; impersonate lets them be
#   anybody; a token of a ServiceAccount carries its rights. One such verb is cluster-admin in two
#   steps. The parameter `roles` lists the roles that may have them. FG-RBAC-001 handles roles with
#   `*`.
# custom:
#   id: FG-RBAC-004
#   kind: FGRbacNoEscalation
#   severity: critical
#   scope: object
#   where: both
#   failure: A role leads to the rights of others.
#   remediation: Remove the verb from the role, or list the role in the constraint.
#   controls: [CIS-K8s-5.1.8, CIS-K8s-5.1.13, NSA-CISA-authorization, MITRE-T1098]
#   facts: []
#   rules:
#     verb: A role grants a verb by which its holders can grant themselves more.
#     token: A role lets tokens be created for ServiceAccounts.
#   parameters:
#     type: object
#     properties:
#       verbs:
#         type: array
#         description: Verbs that lead to the rights of others.
#         items: {type: string, minLength: 1}
#         default: [escalate, bind, impersonate]
#       roles:
#         type: array
#         description: Names of roles that may have them.
#         items: {type: string, minLength: 1}
#         default: []
package policies.rbac.no_escalation

import data.lib.objects
import data.lib.roles
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "verb", "path": grant.path}} if {
	not roles.is_listed_for(input, _object, "verb")
	some grant in roles.granted(_object, "verbs")
	grant.value in object.get(input, ["parameters", "verbs"], [])
	msg := sprintf("%s grants %s", [texts.dotted(grant.path), texts.short(grant.value)])
}

violation contains {"msg": msg, "details": {"rule": "token", "path": grant.path}} if {
	not roles.is_listed_for(input, _object, "token")
	some grant in roles.granted(_object, "resources")
	grant.value in {"serviceaccounts/token", "*/token"}
	"create" in grant.rule.verbs
	msg := sprintf("%s lets tokens be created for ServiceAccounts", [texts.dotted(grant.path)])
}

violation contains outcome if some outcome in roles.broken(_object)

_object := objects.of(input)
