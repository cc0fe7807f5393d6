# METADATA
# scope: package
# title: Paths of the host are listed and read-only
# description: |
#   Whoever writes to the file system of the node owns the node; whoever reads it finds the keys of the site. The parameter
#   `allowed` lists the paths that may be mounted, each with all that lies below it, read-only unless the entry says `write:
#   true`. Without a list no path may be mounted, which is the control of the baseline level of Pod Security.
# custom:
#   id: FG-POD-003
#   kind: FGPodHostPaths
#   severity: high
#   scope: object
#   where: both
#   failure: A Pod mounts a path of the host that is not listed, or may write to it.
#   remediation: "Use a PersistentVolumeClaim or emptyDir; mount what is listed with readOnly: true."
#   controls: [PSS-baseline-host-path-volumes, CIS-K8s-5.2.12, NSA-CISA-pod-security, MITRE-T1611]
#   facts: []
#   rules:
#     not-allowed: A path of the host is not among those that are allowed.
#     writable: A path of the host that may be read is mounted for writing.
#   parameters:
#     type: object
#     properties:
#       allowed:
#         type: array
#         description: Paths of the host that may be mounted, with all that lies below them.
#         items:
#           type: object
#           required: [path]
#           additionalProperties: false
#           properties:
#             path: {type: string, pattern: "^/", description: Absolute path.}
#             write: {type: boolean, description: Whether it may be mounted for writing.}
#         default: []
package policies.pod.host_paths

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts
import data.lib.volumes

violation contains {"msg": msg, "details": {"rule": "not-allowed", "path": array.concat(entry.path, ["hostPath"])}} if {
	not exempt.is_object_exempt_from(input, "not-allowed")
	some entry in volumes.of(_pod)
	path := _host_path(entry.volume)
	not _is_allowed(path)
	msg := sprintf("%s: the path %s of the host is not allowed", [volumes.label(entry), texts.cut(path, 80)])
}

violation contains {"msg": msg, "details": {"rule": "writable", "path": mount.path}} if {
	some entry in volumes.of(_pod)
	path := _host_path(entry.volume)
	_is_allowed(path)
	not _is_writable(path)
	some mount in volumes.mounts(_pod, entry.volume.name)
	object.get(mount.mount, "readOnly", false) != true
	not exempt.is_container_exempt_from(input, mount.entry.container, "writable")
	msg := sprintf("%s: the path %s of the host is mounted for writing", [containers.label(mount.entry), texts.cut(path, 80)])
}

violation contains outcome if some outcome in volumes.broken(_pod)

violation contains outcome if some outcome in containers.broken(_pod, "volumeMounts")

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_host_path(volume) := objects.at(volume, ["hostPath", "path"]) if object.get(volume, "hostPath", null) != null

_entries(path) := [entry |
	not ".." in split(path, "/")
	some entry in object.get(input, ["parameters", "allowed"], [])
	startswith(_as_folder(path), _as_folder(entry.path))
]

# parts are compared whole: /var/log does not admit /var/logs
_as_folder(path) := concat("", [trim_right(path, "/"), "/"])

_is_allowed(path) if count(_entries(path)) > 0

_is_writable(path) if {
	some entry in _entries(path)
	entry.write == true
}
