# METADATA
# title: Volumes of a Pod
# description: The volumes, each with the path at which it stands, and where containers mount them.
package lib.volumes

import data.lib.containers
import data.lib.texts

of(pod) := [{"volume": volume, "path": ["spec", "volumes", index]} |
	some index, volume in pod.spec.volumes
	is_object(volume)
]

# how messages name a volume
label(entry) := sprintf("%s (%s)", [texts.dotted(entry.path), texts.short(object.get(entry.volume, "name", ""))])

# the mounts of a volume: {entry (of the container), mount, path}
mounts(pod, name) := [{"entry": entry, "mount": mount, "path": array.concat(entry.path, ["volumeMounts", index])} |
	some entry in containers.of(pod)
	some index, mount in entry.container.volumeMounts
	mount.name == name
]

# results for everything that keeps volumes from being judged
broken(pod) := {{"msg": "spec.volumes is not a list", "details": {"path": ["spec", "volumes"]}} |
	not _is_list(object.get(pod, ["spec", "volumes"], null))
} | {{"msg": msg, "details": {"path": path}} |
	some index, volume in pod.spec.volumes
	not is_object(volume)
	path := ["spec", "volumes", index]
	msg := sprintf("%s is not a volume", [texts.dotted(path)])
}

_is_list(null)

_is_list(value) if is_array(value)
