package lib.security_test

import data.lib.security

_pod := {"spec": {
	"securityContext": {"runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
	"containers": [{"name": "web", "securityContext": {"runAsUser": 0}}, {"name": "log"}],
}}

_entry(index) := {"container": _pod.spec.containers[index], "path": ["spec", "containers", index]}

test_contexts if {
	security.contexts(_pod) == [
		{"path": ["spec", "securityContext"], "value": _pod.spec.securityContext},
		{"path": ["spec", "containers", 0, "securityContext"], "value": {"runAsUser": 0}, "entry": _entry(0)},
		{"path": ["spec", "containers", 1, "securityContext"], "value": null, "entry": _entry(1)},
	]
}

test_contexts_of_nothing if {
	security.contexts({}) == [{"path": ["spec", "securityContext"], "value": null}]
}

test_labels if {
	[security.label(context) | some context in security.contexts(_pod)] == [
		"the Pod",
		"spec.containers[0] (web)",
		"spec.containers[1] (log)",
	]
}

test_fields if {
	[security.field(context, ["runAsUser"]) | some context in security.contexts(_pod)] == [1000, 0, null]
	[security.field(context, ["seccompProfile", "type"]) | some context in security.contexts(_pod)] == ["RuntimeDefault", null, null]
	security.field({"value": "text"}, ["runAsUser"]) == "text"
}

test_unset if {
	security.unset(_pod, ["runAsUser"]) == []
	[context.path | some context in security.unset(_pod, ["runAsNonRoot"])] == [
		["spec", "containers", 0, "securityContext"],
		["spec", "containers", 1, "securityContext"],
	]
	pod := json.remove(_pod, ["spec/securityContext"])
	[context.path[2] | some context in security.unset(pod, ["runAsUser"])] == [1]
}

test_exempt if {
	request := {"parameters": {"exemptions": [{"container": "web"}]}, "review": {"object": _pod}}
	[context.path[2] | some context in security.contexts(_pod); security.is_exempt(request, context)] == [0]
}

test_exempt_as_a_whole if {
	request := {"parameters": {"exemptions": [{"workload": "*"}]}, "review": {"object": _pod}}
	count([context | some context in security.contexts(_pod); security.is_exempt(request, context)]) == 3
}

test_windows if {
	security.is_windows({"spec": {"os": {"name": "windows"}}})
	not security.is_windows({"spec": {"os": {"name": "linux"}}})
	not security.is_windows({})
}

test_user_namespace if {
	security.has_user_namespace({"parameters": {"pssVersion": "v1.35"}}, {"spec": {"hostUsers": false}})
	not security.has_user_namespace({"parameters": {"pssVersion": "v1.34"}}, {"spec": {"hostUsers": false}})
	not security.has_user_namespace({}, {"spec": {"hostUsers": true}})
	not security.has_user_namespace({}, {"spec": {}})
}
