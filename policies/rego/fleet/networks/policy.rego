# METADATA
# scope: package
# title: Networks do not overlap
# description: |
#   If two networks of one cluster overlap, routes fail; the first symptom is a Service that some
#   Pods cannot reach. Networks of the kinds in `unique` must not overlap between clusters of one
#   security domain either, because those clusters reach each other through a VPN or a cluster mesh.
#   The model carries the addresses as numbers in order, so only neighbors are compared.
# custom:
#   id: FG-FLT-001
#   kind: FGFleetNetworks
#   severity: high
#   scope: fleet
#   where: gate
#   failure: Networks of a cluster, or of clusters that reach each other, overlap.
#   remediation: Give one of them another range in spec.network.
#   controls: []
#   facts: [names, ranges, site.securityDomain]
#   rules:
#     cluster-overlap: Two networks of a cluster overlap.
#     domain-overlap: Networks of two clusters in a security domain overlap.
#   parameters:
#     type: object
#     properties:
#       unique:
#         type: array
#         description: Kinds of networks that must not overlap between clusters of one security domain.
#         items: {type: string, enum: [podCIDRs, serviceCIDRs, nodeCIDRs]}
#         default: [nodeCIDRs]
package policies.fleet.networks

import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "cluster-overlap", "clusters": cluster.names, "path": "spec.network"}} if {
	some cluster in _clusters
	some [one, other] in _overlapping(cluster.ranges)
	msg := sprintf("%s %s and %s %s of the cluster overlap", [one.kind, one.cidr, other.kind, other.cidr])
}

violation contains {
	"msg": msg,
	"details": {"rule": "domain-overlap", "clusters": [one.cluster, other.cluster], "path": "spec.network"},
} if {
	some domain, members in _domains
	some [one, other] in _overlapping(_labelled(members))
	one.cluster != other.cluster
	msg := sprintf("%s of %s and %s of %s, both in the security domain %s, overlap", [
		one.cidr,
		texts.short(one.cluster),
		other.cidr,
		texts.short(other.cluster),
		texts.short(domain),
	])
}

violation contains {"msg": msg, "details": {"clusters": cluster.names, "path": "spec.network"}} if {
	some cluster in _clusters
	some range in cluster.ranges
	not _is_range(range)
	msg := sprintf("%s is not a network", [texts.short(object.get(range, "cidr", null))])
}

violation contains {"msg": "the model of a cluster has no names or ranges", "details": {}} if {
	some cluster in object.get(input, "clusters", [])
	not _is_cluster(cluster)
}

violation contains {"msg": "the model has no list of clusters", "details": {}} if {
	not is_array(object.get(input, "clusters", null))
}

_clusters := [cluster | some cluster in object.get(input, "clusters", []); _is_cluster(cluster)]

_is_cluster(cluster) if {
	is_array(cluster.names)
	is_array(cluster.ranges)
}

_is_range(range) if {
	is_string(range.first)
	is_string(range.last)
}

# Security domain -> cluster -> its ranges. A rule `_domains[domain] contains ...` takes quadratic time in opa.
_domains := object.union_n([{domain: {name: ranges}} |
	some cluster in _clusters
	domain := cluster.site.securityDomain
	domain != ""
	ranges := [range | some range in cluster.ranges; range.kind in object.get(input, ["parameters", "unique"], [])]
	some name in cluster.names
])

_labelled(members) := [object.union(range, {"cluster": name}) | some name, ranges in members; some range in ranges]

# If two of a list overlap, then two neighbours do, in the order of their first addresses.
_overlapping(ranges) := [[one[2], other[2]] |
	ordered := sort([[range.first, range.last, range] | some range in ranges])
	some index, one in ordered
	other := ordered[index + 1]
	other[0] <= one[1]
]
