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
