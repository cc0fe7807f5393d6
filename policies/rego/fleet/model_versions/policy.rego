# METADATA
# scope: package
# title: One version of a model in a ring
# description: |
#   A ring is the step in which a model reaches its sites. If two clusters of a ring serve different
#   versions of a model, the ring proves nothing about either version, and the sites' results cannot
#   be compared. The finding names the clusters whose version differs from that of most clusters in
#   their ring; without a majority, it names all of them. For a model with a digest, the digest
#   counts too.
# custom:
#   id: FG-FLT-002
#   kind: FGFleetModelVersions
#   severity: high
#   scope: fleet
#   where: gate
#   failure: Clusters of one ring serve different versions of a model.
#   remediation: >-
#     Set the version in the ring or in the model's document, and remove it from the clusters that
#     differ.
#   controls: []
#   facts:
#     - names
#     - ring
#     - units.*.component
#     - units.*.instance
#     - units.*.values.*.*.digest
#     - units.*.values.*.*.version
#   parameters:
#     type: object
#     properties:
#       components:
#         type: object
#         description: Components that serve models, and the key of their values that has one entry per model.
#         additionalProperties: {type: string, minLength: 1}
#         default: {tf-serving: models}
package policies.fleet.model_versions

import data.lib.texts

violation contains {"msg": msg, "details": {"clusters": _outliers(versions), "unit": unit, "path": path}} if {
	some ring, served in _served
	some unit, shown in served
	versions := shown.versions
	count(versions) > 1
	path := min(object.keys(shown.paths))
	words := [texts.short(ring), count(versions), texts.short(unit), _shares(versions)]
	msg := sprintf("ring %s serves %d versions of %s: %s", words)
}

violation contains {"msg": msg, "details": {"clusters": [name], "unit": unit}} if {
	some cluster in _clusters
	some unit, _ in _serving(cluster)
	some name in cluster.names
	not _is_served(cluster.ring, unit, name)
	msg := sprintf("unit %s of cluster %s has no model version", [texts.short(unit), texts.short(name)])
}

violation contains {"msg": "the model of a cluster has no names, ring or units", "details": {}} if {
	some cluster in _list
	not _is_cluster(cluster)
}

violation contains {"msg": "the model has no list of clusters", "details": {}} if {
	not is_array(object.get(input, "clusters", null))
}

violation contains {"msg": "the parameter components is not a mapping", "details": {}} if {
	not is_object(object.get(input, ["parameters", "components"], null))
}

_list := object.get(input, "clusters", [])

_clusters := [cluster | some cluster in _list; _is_cluster(cluster)]

_is_cluster(cluster) if {
	is_array(cluster.names)
	is_string(cluster.ring)
	is_object(cluster.units)
}

# the units of a cluster that serve one model each
_serving(cluster) := {unit: description |
	some unit, description in cluster.units
	input.parameters.components[description.component]
}

_is_served(ring, unit, name) if _served[ring][unit].clusters[name]

# Ring -> unit -> its clusters, its versions as text with their clusters, and where a person would edit it. A rule such as
# `_served[ring][unit] contains ...` takes quadratic time in opa.
_served := object.union_n([{cluster.ring: {unit: shown}} |
	some cluster in _clusters
	some unit, description in _serving(cluster)
	key := input.parameters.components[description.component]
	version := _served_version(description.values[key][description.instance])
	path := sprintf("spec.components.%s.values.%s.%s.version", [description.component, key, description.instance])
	some name in cluster.names
	shown := {"clusters": {name: true}, "versions": {version: {name: true}}, "paths": {path: true}}
])

# the same number with another digest is another model
_served_version(model) := _text(model.version) if not is_string(object.get(model, "digest", null))

_served_version(model) := sprintf("%s@%s", [_text(model.version), substring(model.digest, 0, 19)]) if is_string(model.digest)

_text(version) := version if is_string(version)

_text(version) := json.marshal(version) if is_number(version)

# Those that run another version than most of the ring; all, if no version has the majority.
_outliers(versions) := sort([name | some names in versions; count(names) * 2 <= all_clusters; some name, _ in names]) if {
	all_clusters := sum([count(names) | some names in versions])
}

# the two rarest versions
_shares(versions) := concat(", ", [sprintf("%s on %d", [texts.short(share[1]), share[0]]) |
	some share in array.slice(sort([[count(names), version] | some version, names in versions]), 0, 2)
])
