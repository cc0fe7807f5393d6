# METADATA
# scope: package
# title: Argo CD projects have bounds
# description: |
#   An AppProject keeps an Application from applying anything, from anywhere, to everywhere. A `*`
#   among its sources, destinations or cluster-scoped kinds removes that limit. Patterns with a
#   fixed prefix are allowed.
# custom:
#   id: FG-ARGO-001
#   kind: FGArgoBoundedProjects
#   severity: critical
#   scope: object
#   where: both
#   failure: An AppProject allows all sources, destinations or cluster-scoped kinds.
#   remediation: >-
#     List repositories, namespaces and kinds (sourceRepos, namespaces, clusterResources in
#     component.yaml).
#   controls: []
#   facts: []
#   rules:
#     any-repository: A project admits repositories without bounds.
#     any-destination: A project admits destinations without bounds.
#     any-cluster-resource: A project admits cluster-scoped kinds without bounds.
#   parameters:
#     type: object
#     properties: {}
package policies.argo.bounded_projects

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "any-repository", "path": path}} if {
	not exempt.is_object_exempt_from(input, "any-repository")
	some index, source in _list("sourceRepos")
	_is_unbounded(source)
	path := ["spec", "sourceRepos", index]
	msg := sprintf("%s is %s", [texts.dotted(path), texts.short(source)])
}

violation contains {"msg": msg, "details": {"rule": rule, "path": path}} if {
	some [rule, list, keys] in [
		["any-destination", "destinations", {"server", "name", "namespace"}],
		["any-cluster-resource", "clusterResourceWhitelist", {"group", "kind"}],
	]
	not exempt.is_object_exempt_from(input, rule)
	some index, entry in _list(list)
	some key, value in entry
	key in keys
	_is_unbounded(value)
	path := ["spec", list, index, key]
	msg := sprintf("%s is %s", [texts.dotted(path), texts.short(value)])
}

violation contains {"msg": msg, "details": {"path": ["spec", list]}} if {
	some list in ["sourceRepos", "destinations", "clusterResourceWhitelist"]
	not is_array(_list(list))
	msg := sprintf("spec.%s is not a list", [list])
}

violation contains {"msg": msg, "details": {"path": path}} if {
	some list in ["destinations", "clusterResourceWhitelist"]
	some index, entry in _list(list)
	not is_object(entry)
	path := ["spec", list, index]
	msg := sprintf("%s is not a mapping", [texts.dotted(path)])
}

violation contains {"msg": "the AppProject has no spec", "details": {"path": []}} if {
	not is_object(object.get(_object, "spec", null))
}

_object := objects.of(input)

# what is missing admits nothing
_list(name) := object.get(_object, ["spec", name], [])

# nothing fixed before the first star: `*`, `**`, `https://*`
_is_unbounded(pattern) if regex.match(`^([a-z+]+:/*)?\*`, pattern)

_is_unbounded(pattern) if not is_string(pattern)
