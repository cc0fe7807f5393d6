package lib.contents_test

import data.lib.contents

_pod := {"kind": "Pod", "spec": {"containers": [{
	"name": "web",
	"command": ["serve"],
	"args": ["--port=80", 7],
	"env": [{"name": "A", "value": "b"}, {"name": "C", "valueFrom": {}}, {"name": "D", "value": 7}],
}]}}

test_config_map if {
	contents.of({"kind": "ConfigMap", "data": {"a": "b", "n": 7}}) == [{"path": ["data", "a"], "text": "b"}]
	contents.of({"kind": "ConfigMap"}) == []
}

test_pod if {
	contents.of(_pod) == [
		{"path": ["spec", "containers", 0, "command", 0], "text": "serve"},
		{"path": ["spec", "containers", 0, "args", 0], "text": "--port=80"},
		{"path": ["spec", "containers", 0, "env", 0, "value"], "text": "b"},
	]
}

test_other_kinds if {
	contents.of({"kind": "Secret", "data": {"a": "b"}}) == []
}

test_variables if {
	[[variable.name, variable.text, variable.path[4]] | some variable in contents.variables(_pod)] == [["A", "b", 0], ["D", 7, 2]]
}
