package lib.containers_test

import data.lib.containers

_pod := {"spec": {
	"containers": [{"name": "web"}, {"name": "log"}],
	"initContainers": [{"name": "load"}],
	"ephemeralContainers": [{"name": "debug"}],
}}

test_all_containers if {
	[containers.label(entry) | some entry in containers.of(_pod)] == [
		"spec.containers[0] (web)",
		"spec.containers[1] (log)",
		"spec.initContainers[0] (load)",
		"spec.ephemeralContainers[0] (debug)",
	]
}

test_path_and_container if {
	containers.of({"spec": {"containers": [{"name": "web"}]}}) == [{
		"container": {"name": "web"},
		"path": ["spec", "containers", 0],
	}]
}

test_images if {
	containers.images({"spec": {
		"containers": [{"name": "web", "image": "app:1"}],
		"initContainers": [{"name": "load"}],
		"volumes": [
			{"name": "tmp", "emptyDir": {}},
			{"name": "models", "image": {"reference": "models:2"}},
			{"image": {}},
			{"image": "x"},
		],
	}}) == [
		{
			"image": "app:1",
			"path": ["spec", "containers", 0, "image"],
			"label": "spec.containers[0] (web)",
			"container": {"name": "web", "image": "app:1"},
		},
		{
			"image": null,
			"path": ["spec", "initContainers", 0, "image"],
			"label": "spec.initContainers[0] (load)",
			"container": {"name": "load"},
		},
		{
			"image": "models:2",
			"path": ["spec", "volumes", 1, "image", "reference"],
			"label": "spec.volumes[1] (models)",
			"container": {"name": "models", "image": "models:2"},
		},
		{
			"image": null,
			"path": ["spec", "volumes", 2, "image", "reference"],
			"label": "spec.volumes[2] ()",
			"container": {"name": "", "image": null},
		},
	]
}

test_well_formed if {
	containers.malformed(_pod) == set()
	containers.malformed({"spec": {"containers": [], "initContainers": null}}) == set()
}

test_malformed[name] if {
	some name, [pod, expected] in {
		"no pod": [{}, {"spec.containers is not a list of containers"}],
		"spec is text": [{"spec": "x"}, {"spec.containers is not a list of containers"}],
		"mapping": [{"spec": {"containers": {"web": {"name": "web"}}}}, {"spec.containers is not a list of containers"}],
		"init text": [{"spec": {"containers": [], "initContainers": "x"}}, {"spec.initContainers is not a list of containers"}],
		"text in list": [{"spec": {"containers": ["web"]}}, {"spec.containers[0] is not a container with a name"}],
		"no name": [{"spec": {"containers": [{"image": "x"}]}}, {"spec.containers[0] is not a container with a name"}],
	}
	containers.malformed(pod) == expected
}

test_are_in if {
	containers.are_in(_pod)
	containers.are_in({"spec": {"containers": []}})
	not containers.are_in({})
	not containers.are_in({"spec": {"containers": "web"}})
}

test_broken[name] if {
	some name, [ports, expected] in {
		"nothing": [null, set()],
		"list": [[{"containerPort": 80}], set()],
		"text": ["80", {"spec.containers[0] (web): ports is not a list of mappings"}],
		"number in list": [[80], {"spec.containers[0] (web): ports is not a list of mappings"}],
	}
	outcomes := containers.broken({"spec": {"containers": [{"name": "web", "ports": ports}]}}, "ports")
	{outcome.msg | some outcome in outcomes} == expected
}
