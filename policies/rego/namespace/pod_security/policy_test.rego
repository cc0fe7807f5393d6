package policies.namespace.pod_security_test

import data.policies.namespace.pod_security

_parameters := {
	"levels": ["baseline", "restricted"],
	"privileged": ["gpu-operator"],
	"modes": ["enforce", "audit"],
	"version": "",
}

_labels(level, version) := {
	"pod-security.kubernetes.io/enforce": level,
	"pod-security.kubernetes.io/enforce-version": version,
	"pod-security.kubernetes.io/audit": "restricted",
	"pod-security.kubernetes.io/audit-version": "v1.35",
}

_request(name, labels, changed) := {
	"parameters": object.union(_parameters, changed),
	"review": {"object": {"kind": "Namespace", "metadata": {"name": name, "labels": labels}}},
}

_enforce_only := {"modes": ["enforce"]}

test_passing[name] if {
	some name, document in {
		"allowed level": _request("shop", _labels("baseline", "v1.35"), {}),
		"listed as privileged": _request("gpu-operator", _labels("privileged", "v1.35"), {}),
		"wanted version": _request("shop", _labels("restricted", "v1.35"), {"version": "v1.35"}),
		"exempt": _request("shop", {}, {"exemptions": [{"workload": "shop"}]}),
		"audit may be laxer": _request(
			"shop", object.union(
				_labels("restricted", "v1.35"),
				{"pod-security.kubernetes.io/audit": "privileged", "pod-security.kubernetes.io/warn": "baseline"},
			),
			{},
		),
		"all modes": _request(
			"shop", object.union(
				_labels("restricted", "v1.35"),
				{"pod-security.kubernetes.io/warn": "baseline", "pod-security.kubernetes.io/warn-version": "v1.35"},
			),
			{"modes": ["enforce", "audit", "warn"]},
		),
	}
	pod_security.violation == set() with input as document
}

_failing := {
	"no labels": [
		_request("shop", {}, _enforce_only),
		{
			"the namespace has the Pod Security level null for enforce, allowed: baseline, restricted",
			"the namespace has the Pod Security version null for enforce, wanted: an exact one such as v1.35",
		},
	],
	"level": [
		_request("shop", _labels("privileged", "v1.35"), {}),
		{"the namespace has the Pod Security level privileged for enforce, allowed: baseline, restricted"},
	],
	"typing error": [
		_request("gpu-operator", _labels("privlieged", "v1.35"), {}),
		{"the namespace has the Pod Security level privlieged for enforce, allowed: baseline, privileged, restricted"},
	],
	"moving version": [
		_request("shop", _labels("baseline", "latest"), {}),
		{"the namespace has the Pod Security version latest for enforce, wanted: an exact one such as v1.35"},
	],
	"another version": [
		_request("shop", _labels("baseline", "v1.34"), {"version": "v1.35", "modes": ["enforce"]}),
		{"the namespace has the Pod Security version v1.34 for enforce, wanted: v1.35"},
	],
}

test_failing[name] if {
	some name, [document, expected] in _failing
	violations := pod_security.violation with input as document
	{v.msg | some v in violations} == expected
	{v.details.path | some v in violations} == {["metadata", "labels"]}
}

test_malformed[name] if {
	some name, document in {
		"empty input": {},
		"object is text": {"parameters": _parameters, "review": {"object": "x"}},
		"labels are a list": _request("shop", [], {}),
		"labels are null": _request("shop", null, {}),
		"version is a number": _request("shop", {"pod-security.kubernetes.io/enforce-version": 1.35}, {}),
	}
	violations := pod_security.violation with input as document
	count(violations) >= 4
}
