# METADATA
# scope: package
# title: Anonymous callers have no rights
# description: |
#   A binding to system:anonymous or system:unauthenticated gives rights to everybody who reaches
#   the API server, before any login. At a site, that is everybody on the local network. The one
#   binding that Kubernetes itself creates, for the version page, is allowed by name.
# custom:
#   id: FG-RBAC-002
#   kind: FGRbacNoAnonymous
#   severity: critical
#   scope: object
#   where: both
#   failure: A binding gives rights to anonymous callers.
#   remediation: Bind the role to a group of the identity provider or to a ServiceAccount.
#   controls: [NSA-CISA-authorization, MITRE-T1078]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       subjects:
#         type: array
#         description: Names of users and groups that stand for anonymous callers.
#         items: {type: string, minLength: 1}
#         default: ["system:anonymous", "system:unauthenticated"]
#       bindings:
#         type: array
#         description: Names of bindings that may have them.
#         items: {type: string, minLength: 1}
#         default: ["system:public-info-viewer"]
package policies.rbac.no_anonymous

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["subjects", index]}} if {
	not _is_listed
	some index, subject in objects.items(_object, ["subjects"])
	name := objects.at(subject, ["name"])
	name in object.get(input, ["parameters", "subjects"], [])
	msg := sprintf("subjects[%d] is %s", [index, texts.short(name)])
}

violation contains {"msg": msg, "details": {"path": ["subjects", index]}} if {
	some index, subject in objects.items(_object, ["subjects"])
	not is_string(object.get(subject, "name", null))
	msg := sprintf("subjects[%d] has no name", [index])
}

violation contains {"msg": msg, "details": {"path": ["subjects", index]}} if {
	some index, subject in objects.items(_object, ["subjects"])
	not is_object(subject)
	msg := sprintf("subjects[%d] is not a subject", [index])
}

violation contains {"msg": "the binding has no roleRef", "details": {"path": ["roleRef"]}} if {
	not is_object(object.get(_object, "roleRef", null))
}

_object := objects.of(input)

_is_listed if object.get(_object, ["metadata", "name"], "") in object.get(input, ["parameters", "bindings"], [])

_is_listed if exempt.is_object_exempt(input)
