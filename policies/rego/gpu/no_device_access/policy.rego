# METADATA
# scope: package
# title: Cards are reached through the device plug-in only
# description: |
#   Whoever mounts the device files, or tells the container runtime which cards to hand in, gets all cards past the scheduler:
#   past requests, quotas and sharing. Only the operator's own Pods do that. `void` and `none` switch the runtime's hook off
#   and are allowed.
# custom:
#   id: FG-GPU-003
#   kind: FGGpuNoDeviceAccess
#   severity: high
#   scope: object
#   where: both
#   failure: A Pod reaches cards past the device plug-in.
#   remediation: Ask for the card through resources.limits and remove the volume or the variable.
#   controls: [MITRE-T1611, MITRE-T1496]
#   facts: []
#   rules:
#     device: A device of the host is mounted.
#     variable: A variable asks the container runtime for cards.
#   parameters:
#     type: object
#     properties:
#       devices:
#         type: array
#         description: Beginnings of the paths of device files.
#         items: {type: string, pattern: "^/"}
#         default: [/dev/nvidia, /dev/nvhost, /dev/nvmap, /dev/dri, /dev/kfd]
#       variables:
#         type: array
#         description: Variables by which container runtimes hand cards in.
#         items: {type: string, minLength: 1}
#         default: [NVIDIA_VISIBLE_DEVICES, AMD_VISIBLE_DEVICES]
package policies.gpu.no_device_access

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts
import data.lib.volumes

violation contains {"msg": msg, "details": {"rule": "device", "path": array.concat(entry.path, ["hostPath"])}} if {
	not exempt.is_object_exempt_from(input, "device")
	some entry in volumes.of(_pod)
	object.get(entry.volume, "hostPath", null) != null
	path := objects.at(entry.volume, ["hostPath", "path"])
	_is_device(path)
	msg := sprintf("%s: the device %s of the host is mounted", [volumes.label(entry), texts.cut(path, 60)])
}

violation contains {"msg": msg, "details": {"rule": "variable", "path": array.concat(entry.path, ["env", index])}} if {
	some entry in containers.of(_pod)
	some index, variable in entry.container.env
	variable.name in object.get(input, ["parameters", "variables"], [])
	value := object.get(variable, "value", "a reference")
	not value in {"", "none", "void"}
	not exempt.is_container_exempt_from(input, entry.container, "variable")
	msg := sprintf("%s: %s is %s", [containers.label(entry), texts.short(variable.name), texts.short(value)])
}

violation contains outcome if some outcome in volumes.broken(_pod)

violation contains outcome if some outcome in containers.broken(_pod, "env")

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_device(path) if {
	some device in object.get(input, ["parameters", "devices"], [])
	startswith(path, device)
}

# all devices at once
_is_device(path) if path in {"/", "/dev", "/dev/"}

_is_device(path) if not is_string(path)
