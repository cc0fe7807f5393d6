# METADATA
# scope: package
# title: Ports of the host are listed
# description: |
#   A port of the host opens the container to the local network of the site, past Services and, with many network plug-ins,
#   past NetworkPolicy; two Pods with one port can never run on one node. The parameter `ranges` lists the ports that may be
#   taken.
# custom:
#   id: FG-POD-004
#   kind: FGPodHostPorts
#   severity: high
#   scope: object
#   where: both
#   failure: A container takes a port of the host that is not listed.
#   remediation: Remove hostPort and publish the port through a Service or the ingress of the site.
#   controls: [PSS-baseline-host-ports, CIS-K8s-5.2.13, NSA-CISA-network]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       ranges:
#         type: array
#         description: Ports of the host that may be taken.
#         items:
#           type: object
#           required: [first, last]
#           additionalProperties: false
#           properties:
#             first: {type: integer, minimum: 1, maximum: 65535, description: First port.}
#             last: {type: integer, minimum: 1, maximum: 65535, description: Last port.}
#         default: []
package policies.pod.host_ports

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["ports", index, "hostPort"])}} if {
	some entry in containers.of(_pod)
	some index, port in entry.container.ports
	number := object.get(port, "hostPort", null)
	not number in {null, 0}
	not _is_allowed(number)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: port %s of the host is not allowed", [containers.label(entry), texts.short(number)])
}

violation contains outcome if some outcome in containers.broken(_pod, "ports")

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_allowed(number) if {
	is_number(number)
	some range in object.get(input, ["parameters", "ranges"], [])
	number >= range.first
	number <= range.last
}
