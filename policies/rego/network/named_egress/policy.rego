# METADATA
# scope: package
# title: Traffic leaves only to named peers
# description: |
#   A NetworkPolicy that lets Pods of a serving namespace send traffic out names its peers: Pods by
#   labels, a namespace by labels, or a network. With an empty list, an empty selector or the
#   network of all addresses, a compromised model server can call home.
# custom:
#   id: FG-NET-004
#   kind: FGNetworkNamedEgress
#   severity: medium
#   scope: object
#   where: gate
#   failure: A NetworkPolicy allows traffic to any destination.
#   remediation: "Name the peers: pods or cidrs of the exception in cluster-baseline, instead of anywhere."
#   controls: [CIS-K8s-5.3.2, NSA-CISA-network]
#   facts: []
#   rules:
#     anywhere: A rule without peers leads anywhere.
#     unnamed-peer: A peer names nobody.
#   parameters:
#     type: object
#     properties: {}
package policies.network.named_egress

import data.lib.exempt
import data.lib.objects

violation contains {"msg": msg, "details": {"rule": "anywhere", "path": ["spec", "egress", index]}} if {
	not exempt.is_object_exempt_from(input, "anywhere")
	some index, rule in objects.items(_object, ["spec", "egress"])
	objects.items(rule, ["to"]) == []
	msg := sprintf("spec.egress[%d] leads anywhere", [index])
}

violation contains {"msg": msg, "details": {"rule": "unnamed-peer", "path": ["spec", "egress", index, "to", number]}} if {
	not exempt.is_object_exempt_from(input, "unnamed-peer")
	some index, rule in objects.items(_object, ["spec", "egress"])
	some number, peer in objects.items(rule, ["to"])
	not _is_named(peer)
	msg := sprintf("spec.egress[%d].to[%d] names no peer", [index, number])
}

violation contains {"msg": "the NetworkPolicy has no spec", "details": {"path": []}} if not _has_spec

_object := objects.of(input)

_has_spec if is_object(_object.spec)

_is_named(peer) if {
	some kind in ["podSelector", "namespaceSelector"]
	some key in ["matchLabels", "matchExpressions"]
	count(peer[kind][key]) > 0
}

# the Pods of the policy's own namespace
_is_named(peer) if {
	is_object(peer.podSelector)
	object.get(peer, "namespaceSelector", null) == null
}

_is_named(peer) if {
	regex.match(`^[0-9a-fA-F.:]+/([1-9]|[1-9][0-9]|1[0-9][0-9])$`, peer.ipBlock.cidr)
}
