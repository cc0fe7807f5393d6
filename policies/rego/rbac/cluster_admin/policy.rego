# METADATA
# scope: package
# title: cluster-admin is bound only to listed subjects
# description: |
#   cluster-admin is every right on everything, forever. The parameter `subjects` lists who holds
#   it; everybody else gets a role that names what it needs.
# custom:
#   id: FG-RBAC-005
#   kind: FGRbacClusterAdmin
#   severity: critical
#   scope: object
#   where: both
#   failure: A binding gives cluster-admin to a subject that is not listed.
#   remediation: Bind a narrower role, or list the subject in the constraint.
#   controls: [CIS-K8s-5.1.1, CIS-K8s-5.1.7, NSA-CISA-authorization, MITRE-T1078]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       roles:
#         type: array
#         description: Roles with every right.
#         items: {type: string, minLength: 1}
#         default: [cluster-admin]
#       subjects:
#         type: array
#         description: Subjects that may hold them.
#         items:
#           type: object
#           required: [kind, name]
#           additionalProperties: false
#           properties:
#             kind: {type: string, enum: [User, Group, ServiceAccount], description: Kind of the subject.}
#             name: {type: string, minLength: 1, description: Name of the subject.}
#             namespace: {type: string, minLength: 1, description: Namespace of a ServiceAccount.}
#         default: [{kind: Group, name: "system:masters"}]
package policies.rbac.cluster_admin

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["subjects", index]}} if {
	not exempt.is_object_exempt(input)
	role := object.get(_object, ["roleRef", "name"], null)
	role in object.get(input, ["parameters", "roles"], ["cluster-admin"])
	some index, subject in objects.items(_object, ["subjects"])
	not _is_listed(subject)
	msg := sprintf("subjects[%d] (%s) gets %s", [index, texts.short(objects.at(subject, ["name"])), texts.short(role)])
}

violation contains {"msg": "the binding has no roleRef with a name", "details": {"path": ["roleRef"]}} if {
	not is_string(object.get(_object, ["roleRef", "name"], null))
}

_object := objects.of(input)

_is_listed(subject) if {
	some listed in object.get(input, ["parameters", "subjects"], [])
	every key in ["kind", "name", "namespace"] {
		_part(listed, key) == _part(subject, key)
	}
}

_part(subject, key) := object.get(subject, key, "")
