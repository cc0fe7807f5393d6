# METADATA
# title: Security contexts
# description: The securityContext of a Pod and those of its containers, each with the path at which it stands.
package lib.security

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.pss

# the Pod's own first, then those of all containers, whatever stands there
contexts(pod) := array.concat(
	[{"path": ["spec", "securityContext"], "value": object.get(pod, ["spec", "securityContext"], null)}],
	[{"path": array.concat(entry.path, ["securityContext"]), "value": value, "entry": entry} |
		some entry in containers.of(pod)
		value := object.get(entry.container, "securityContext", null)
	],
)

# what a context says at `path`
field(context, path) := objects.at(context.value, path)

# Containers for which a field is set neither by themselves nor by the Pod.
unset(pod, path) := [context |
	[own | some context in contexts(pod); not context.entry; own := field(context, path)] == [null]
	some context in contexts(pod)
	context.entry
	field(context, path) == null
]

# how messages name it
label(context) := containers.label(context.entry)

label(context) := "the Pod" if not context.entry

is_exempt(request, context) if exempt.is_container_exempt(request, context.entry.container)

is_exempt(request, context) if {
	not context.entry
	exempt.is_object_exempt(request)
}

# Windows has no capabilities, seccomp or setuid; the kubelet refuses a Pod that names another system than that of its node.
is_windows(pod) if pod.spec.os.name == "windows"

# Root in a user namespace is nobody on the node; the standards follow this from 1.35 on.
has_user_namespace(request, pod) if {
	pod.spec.hostUsers == false
	pss.is_since(request, 35)
}
