# METADATA
# title: Containers of a Pod
# description: All containers, init and ephemeral ones included, each with the path at which it stands.
package lib.containers

import data.lib.texts

_lists := ["containers", "initContainers", "ephemeralContainers"]

of(pod) := [entry |
	some list in _lists
	some index, container in _list(pod, list)
	is_object(container)
	entry := {"container": container, "path": ["spec", list, index]}
]

# how messages name a container: the path makes it unique, the name is what people look for
label(entry) := sprintf("%s (%s)", [
	texts.dotted(entry.path),
	texts.short(object.get(entry.container, "name", "")),
])

# What hides containers from the policies: a Pod that has any of these must not pass.
malformed(pod) := {sprintf("%s is not a list of containers", [texts.dotted(path)]) |
	some path in _not_lists(pod)
} | {sprintf("%s is not a container with a name", [texts.dotted(path)]) |
	some list in _lists
	some index, container in _list(pod, list)
	not is_string(object.get(_object(container), "name", null))
	path := ["spec", list, index]
}

_not_lists(pod) := [["spec", list] |
	some list in _lists
	not _is_list(list, _list(pod, list))
]

_list(pod, list) := object.get(_object(pod), ["spec", list], null)

# only `containers` is required
_is_list("initContainers", null)

_is_list("ephemeralContainers", null)

_is_list(_, value) if is_array(value)

_object(value) := value if is_object(value)

_object(value) := {} if not is_object(value)
