# METADATA
# title: Containers of a Pod
# description: All containers, init and ephemeral ones included, each with the path at which it stands.
package lib.containers

import data.lib.objects
import data.lib.texts

_lists := ["containers", "initContainers", "ephemeralContainers"]

of(pod) := [{"container": container, "path": ["spec", list, index]} |
	some list in _lists
	some index, container in pod.spec[list]
]

# how messages name a container: the path makes it unique, the name is what people look for
label(entry) := sprintf("%s (%s)", [
	texts.dotted(entry.path),
	texts.short(object.get(entry.container, "name", "")),
])

# All images that a Pod brings to a node, those that are mounted as volumes included: each with its path, how messages name
# it, and what exemptions compare it with.
images(pod) := array.concat(
	[{
		"image": object.get(entry.container, "image", null),
		"path": array.concat(entry.path, ["image"]),
		"label": label(entry),
		"container": entry.container,
	} |
		some entry in of(pod)
	],
	[{
		"image": reference,
		"path": array.concat(path, ["image", "reference"]),
		"label": label({"path": path, "container": volume}),
		"container": {"name": object.get(volume, "name", ""), "image": reference},
	} |
		some index, volume in pod.spec.volumes
		is_object(object.get(volume, "image", null))
		reference := object.get(volume, ["image", "reference"], null)
		path := ["spec", "volumes", index]
	],
)

# Without containers there is nothing to judge, and nothing would be found: a policy says so instead.
are_in(pod) if is_array(pod.spec.containers)

missing := "spec.containers is not a list of containers"

# Everything that keeps containers from being judged. The API server refuses all of it, so policies need not ask; the gate
# asks once for each Pod.
malformed(pod) := {sprintf("%s is not a list of containers", [texts.dotted(["spec", list])]) |
	some list in _lists
	not _is_list(list, object.get(pod, ["spec", list], null))
} | {sprintf("%s is not a container with a name", [texts.dotted(["spec", list, index])]) |
	some list in _lists
	some index, container in pod.spec[list]
	not _has_name(container)
}

# Results for containers in which a field is something else than a list of mappings, or nothing.
broken(pod, field) := {{"msg": msg, "details": {"path": array.concat(entry.path, [field])}} |
	some entry in of(pod)
	not objects.is_list(object.get(entry.container, field, null))
	msg := sprintf("%s: %s is not a list of mappings", [label(entry), field])
}

# only `containers` is required
_is_list("initContainers", null)

_is_list("ephemeralContainers", null)

_is_list(_, value) if is_array(value)

_has_name(container) if is_string(container.name)
