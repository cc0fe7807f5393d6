# METADATA
# title: Containers of a Pod
# description: All containers, init and ephemeral ones included, each with the path at which it stands.
package lib.containers

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

# only `containers` is required
_is_list("initContainers", null)

_is_list("ephemeralContainers", null)

_is_list(_, value) if is_array(value)

_has_name(container) if is_string(container.name)
