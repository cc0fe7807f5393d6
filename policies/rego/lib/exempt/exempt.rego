# METADATA
# title: Exemptions
# description: |
#   Every object policy has the parameter `exemptions`: a list of {namespace, workload, container, image, rule}. All keys that an
#   exemption has must match; `*` counts at the ends. Waivers of the pull request become exemptions in the cluster.
#   A policy that gives its rules codes asks for each by its code: an exemption with `rule` is for that one only.
package lib.exempt

_keys := {"namespace", "workload", "container", "image", "rule"}

# the object as a whole
is_object_exempt(request) if is_object_exempt_from(request, "")

# the object as a whole, from the rule with this code
is_object_exempt_from(request, rule) if {
	some exemption in _of_object(request, rule)
	object.keys(exemption) & {"container", "image"} == set()
}

# one container of a Pod
is_container_exempt(request, container) if is_container_exempt_from(request, container, "")

# one container of a Pod, from the rule with this code
is_container_exempt_from(request, container, rule) if {
	some exemption in _of_object(request, rule)
	_matches(exemption, "container", [object.get(container, "name", "")])
	_matches(exemption, "image", [object.get(container, "image", "")])
}

_of_object(request, rule) := [exemption |
	some exemption in object.get(request, ["parameters", "exemptions"], [])
	count(exemption) > 0
	object.keys(exemption) & _keys == object.keys(exemption)
	object.get(exemption, "rule", rule) == rule
	o := object.get(request, ["review", "object"], {})
	_matches(exemption, "namespace", [object.get(o, ["metadata", "namespace"], "")])
	_matches(exemption, "workload", _workloads(o))
]

# A Pod answers to its own name and to those of its owners. A Deployment owns its Pods through a ReplicaSet, a CronJob through
# a Job, and the names of both are made from the workload's.
_workloads(o) := array.concat([object.get(o, ["metadata", "name"], "")], [name |
	some owner in _owners(o)
	some name in _names(owner, object.get(o, ["metadata", "labels", "pod-template-hash"], ""))
])

_names(owner, hash) := [owner.name, trim_suffix(owner.name, sprintf("-%s", [hash]))] if owner.kind == "ReplicaSet"

_names(owner, _) := [owner.name, regex.replace(owner.name, `-[0-9]+$`, "")] if owner.kind == "Job"

_names(owner, _) := [owner.name] if not owner.kind in {"ReplicaSet", "Job"}

_owners(o) := object.get(o, ["metadata", "ownerReferences"], [])

_matches(exemption, key, _) if not key in object.keys(exemption)

_matches(exemption, key, names) if {
	some name in names
	_glob(exemption[key], name)
}

_glob(pattern, text) if pattern == text

_glob(pattern, text) if {
	startswith(pattern, "*")
	endswith(text, trim_prefix(pattern, "*"))
}

_glob(pattern, text) if {
	endswith(pattern, "*")
	startswith(text, trim_suffix(pattern, "*"))
}

_glob(pattern, text) if {
	startswith(pattern, "*")
	endswith(pattern, "*")
	contains(text, trim_suffix(trim_prefix(pattern, "*"), "*"))
}
