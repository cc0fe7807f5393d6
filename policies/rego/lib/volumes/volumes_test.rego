package lib.volumes_test

import data.lib.volumes

_pod := {"spec": {
	"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "data", "hostPath": {"path": "/data"}}],
	"containers": [{"name": "web", "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, {"name": "data", "mountPath": "/data"}]}],
	"initContainers": [{"name": "load", "volumeMounts": [{"name": "data", "mountPath": "/x", "readOnly": true}]}],
}}

test_volumes if {
	[volumes.label(entry) | some entry in volumes.of(_pod)] == ["spec.volumes[0] (tmp)", "spec.volumes[1] (data)"]
	volumes.of({}) == []
}

test_mounts if {
	[[mount.entry.container.name, mount.path, mount.mount.mountPath] | some mount in volumes.mounts(_pod, "data")] == [
		["web", ["spec", "containers", 0, "volumeMounts", 1], "/data"],
		["load", ["spec", "initContainers", 0, "volumeMounts", 0], "/x"],
	]
}

test_broken[name] if {
	some name, [value, expected] in {
		"nothing": [null, set()],
		"list": [[{"name": "tmp"}], set()],
		"text": ["x", {{"msg": "spec.volumes is not a list", "details": {"path": ["spec", "volumes"]}}}],
		"text in list": [["x"], {{"msg": "spec.volumes[0] is not a volume", "details": {"path": ["spec", "volumes", 0]}}}],
	}
	volumes.broken({"spec": {"volumes": value}}) == expected
}
