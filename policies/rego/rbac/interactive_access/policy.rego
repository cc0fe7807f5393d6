# METADATA
# scope: package
# title: Only listed roles reach into running containers
# description: |
#   exec, attach, port forwarding and the proxies bypass every review: they give a shell in a
#   container, a connection past NetworkPolicy, and, with nodes/proxy, access to every container of
#   the node. The parameter `roles` lists the roles that may use them. FG-RBAC-001 handles roles
#   with `*`.
# custom:
#   id: FG-RBAC-003
#   kind: FGRbacInteractiveAccess
#   severity: critical
#   scope: object
#   where: both
#   failure: A role that is not listed reaches into running containers.
#   remediation: Remove the resource from the role, or list the role in the constraint.
#   controls: [CIS-K8s-5.1.10, NSA-CISA-authorization, MITRE-T1609]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       resources:
#         type: array
#         description: Resources that lead into running containers.
#         items: {type: string, pattern: "^[a-z]+/[a-z]+$"}
#         default: [pods/exec, pods/attach, pods/portforward, pods/proxy, pods/ephemeralcontainers, services/proxy, nodes/proxy]
#       roles:
#         type: array
#         description: Names of roles that may use them.
#         items: {type: string, minLength: 1}
#         default: []
package policies.rbac.interactive_access

import data.lib.objects
import data.lib.roles
import data.lib.texts

violation contains {"msg": msg, "details": {"path": grant.path}} if {
	not roles.is_listed(input, _object)
	some grant in roles.granted(_object, "resources")
	some resource in object.get(input, ["parameters", "resources"], [])
	_grants(grant.value, resource)
	msg := sprintf("%s grants %s", [texts.dotted(grant.path), texts.short(resource)])
}

violation contains outcome if some outcome in roles.broken(_object)

_object := objects.of(input)

_grants(granted, wanted) if granted == wanted

# `*/exec` is the exec of everything
_grants(granted, wanted) if granted == concat("", ["*/", split(wanted, "/")[1]])
