package policies.serving.cards_test

import data.policies.serving.cards

_unit(requests, model) := {
	"component": "tf-serving",
	"instance": "gap",
	"requests": requests,
	"release": {"gpu": {"native": ["8.0", "8.9"], "compiledFrom": "9.0"}},
	"values": {"modelDefaults": {"accelerator": {"kind": "nvidia"}, "startupSeconds": 600}, "models": {"gap": model}},
}

_pool(capability) := {
	"name": "main",
	"arch": "amd64",
	"gpu": {"vendor": "nvidia", "product": "X1", "computeCapability": capability},
	"resources": {"nvidia.com/gpu": 1},
}

_input(pools, by_unit) := {
	"parameters": {"components": {"tf-serving": "models"}, "startupSeconds": 1200},
	"cluster": {"name": "store-1", "nodePools": pools, "units": by_unit},
}

_served := {"nvidia.com/gpu": 1}

_violation(rule, msg, setting) := {
	"msg": msg,
	"details": {"rule": rule, "unit": "a", "path": concat(".", ["spec.components.tf-serving.values.modelDefaults", setting])},
}

test_passing[name] if {
	some name, [pools, by_unit] in {
		"no units": [[_pool("8.9")], {}],
		"on a card with code of its own": [[_pool("8.6")], {"a": _unit(_served, {})}],
		"time to compile": [[_pool("12.0")], {"a": _unit(_served, {"startupSeconds": 1200})}],
		"no card is wanted": [[_pool("8.9")], {"a": _unit({}, {"accelerator": {"kind": "none"}})}],
		"no card is left": [[object.union(_pool("8.9"), {"resources": {"nvidia.com/gpu": 0}})], {"a": _unit({}, {})}],
		"no card is there": [[{"name": "main", "gpu": null, "resources": {}}], {"a": _unit({}, {})}],
		"no model": [[_pool("12.0")], {"a": {"component": "x", "requests": _served}}],
	}
	cards.violation == set() with input as _input(pools, by_unit)
}

test_failing_idle if {
	cards.violation == {_violation(
		"idle-cards",
		"unit a computes on the CPU, but pool main offers nvidia.com/gpu",
		"accelerator.resource",
	)} with input as _input([_pool("8.9")], {"a": _unit({}, {})})
}

test_failing_compiles if {
	cards.violation == {_violation(
		"slow-start",
		"unit a compiles its kernels for the X1 in pool main at each start, and has 600 seconds for it",
		"startupSeconds",
	)} with input as _input([_pool("12.0")], {"a": _unit(_served, {})})
}

test_malformed[name] if {
	some name, document in {"empty input": {}, "units are a list": _input([], []), "pools are text": _input("x", {})}
	violations := cards.violation with input as document
	{v.msg | some v in violations} == {"the model of the cluster has no units or no node pools"}
}
