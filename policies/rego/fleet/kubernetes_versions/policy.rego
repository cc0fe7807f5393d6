# METADATA
# scope: package
# title: Kubernetes versions are close and supported
# description: |
#   What is tested in one cluster of an environment has to hold in the others, so their minor
#   versions are close. A version past its end of life gets no fixes. The dates are those of
#   Kubernetes itself. Distributions in `longer` have their own dates; for them, only the distance
#   is checked.
# custom:
#   id: FG-FLT-003
#   kind: FGFleetKubernetesVersions
#   severity: high
#   scope: fleet
#   where: gate
#   failure: Kubernetes versions of an environment are far apart, or past their end of life.
#   remediation: >-
#     Upgrade the clusters that are named, or list a distribution with its own dates in the
#     constraint.
#   controls: []
#   facts: [asOf, facts.distribution, 'facts["kubernetes.minor"]', names]
#   rules:
#     skew: The minor versions of an environment are too far apart.
#     end-of-life: A minor version reached its end of life.
#     end-unknown: No end of life is known for a minor version.
#   parameters:
#     type: object
#     properties:
#       skew:
#         type: integer
#         description: Minor versions by which clusters of an environment may differ.
#         minimum: 0
#         default: 2
#       longer:
#         type: array
#         description: Distributions whose vendor supports them on its own dates.
#         items: {type: string, minLength: 1}
#         default: [openshift, microshift]
#       endOfLife:
#         type: object
#         description: Last day with fixes, by minor version.
#         additionalProperties: {type: string, pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
#         default:
#           "1.32": "2026-02-28"
#           "1.33": "2026-06-28"
#           "1.34": "2026-10-27"
#           "1.35": "2027-02-28"
#           "1.36": "2027-06-28"
package policies.fleet.kubernetes_versions

violation contains {
	"msg": msg,
	"details": {"rule": "skew", "clusters": sort(object.keys(names)), "path": "spec.kubernetes.version"},
} if {
	_newest - _oldest > _skew
	names := _by_minor[_oldest]
	msg := sprintf("the environment runs Kubernetes 1.%d to 1.%d, more than %d minor versions apart", [_oldest, _newest, _skew])
}

violation contains {
	"msg": msg,
	"details": {"rule": "end-of-life", "clusters": sort(object.keys(names)), "path": "spec.kubernetes.version"},
} if {
	some minor, names in _judged
	date := object.get(_ends, sprintf("1.%d", [minor]), null)
	is_string(date)
	date < object.get(input, "asOf", "")
	msg := sprintf("Kubernetes 1.%d reached its end of life on %s", [minor, date])
}

violation contains {
	"msg": msg,
	"details": {"rule": "end-unknown", "clusters": sort(object.keys(names)), "path": "spec.kubernetes.version"},
} if {
	some minor, names in _judged
	not is_string(object.get(_ends, sprintf("1.%d", [minor]), null))
	msg := sprintf("no end of life is known for Kubernetes 1.%d", [minor])
}

violation contains {"msg": "the model of a cluster has no names or Kubernetes version", "details": {}} if {
	some cluster in object.get(input, "clusters", [])
	not _minor(cluster)
}

violation contains {"msg": "the model has no list of clusters or no date", "details": {}} if not _is_model

_is_model if {
	is_array(input.clusters)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, input.asOf)
}

_oldest := min(object.keys(_by_minor))

_newest := max(object.keys(_by_minor))

_skew := object.get(input, ["parameters", "skew"], 0)

_ends := object.get(input, ["parameters", "endOfLife"], {})

_by_minor := _grouped(object.get(input, "clusters", []))

# those whose vendor keeps to the dates of Kubernetes
_judged := _grouped([cluster |
	some cluster in object.get(input, "clusters", [])
	not object.get(cluster, ["facts", "distribution"], "") in object.get(input, ["parameters", "longer"], [])
])

# Minor version -> names of clusters. A rule `_grouped[minor] contains ...` takes quadratic time in opa.
_grouped(clusters) := object.union_n([{minor: {name: true}} |
	some cluster in clusters
	minor := _minor(cluster)
	some name in cluster.names
])

_minor(cluster) := to_number(trim_prefix(cluster.facts["kubernetes.minor"], "1.")) if is_array(cluster.names)
