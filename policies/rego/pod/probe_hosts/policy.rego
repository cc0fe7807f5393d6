# METADATA
# scope: package
# title: Probes and hooks name no host
# description: |
#   The kubelet calls the address of a probe or hook from the node. With a host of its own a probe lets whoever writes a Pod
#   reach what only the node reaches: its loopback, the metadata service, the local network of the site. The Pod Security
#   Standards forbid it from 1.34 on; with an older `pssVersion` nothing is judged.
# custom:
#   id: FG-POD-012
#   kind: FGPodProbeHosts
#   severity: medium
#   scope: object
#   where: both
#   failure: A probe or lifecycle hook names a host.
#   remediation: Remove host from httpGet and tcpSocket; without it the kubelet calls the Pod itself.
#   controls: [PSS-baseline-host-probes]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       pssVersion:
#         type: string
#         description: Version of the Pod Security Standards that counts; that of the namespaces' labels.
#         pattern: ^v1\.[0-9]+$
#         default: v1.35
package policies.pod.probe_hosts

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.pss
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, path)}} if {
	not pss.is_before(input, 34)
	some entry in containers.of(_pod)
	some [place, handler] in _handlers(entry.container)
	some action in ["httpGet", "tcpSocket"]
	host := objects.at(handler, [action, "host"])
	not host in {null, ""}
	not exempt.is_container_exempt(input, entry.container)
	path := array.concat(place, [action, "host"])
	msg := sprintf("%s: %s is %s", [containers.label(entry), texts.dotted(path), texts.short(host)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_handlers(container) := array.concat(
	[[[probe], container[probe]] | some probe in ["livenessProbe", "readinessProbe", "startupProbe"]],
	[[["lifecycle", hook], objects.at(container, ["lifecycle", hook])] | some hook in ["postStart", "preStop"]],
)
