package policies.serving.memory_test

import data.policies.serving.memory

_unit(servers, accelerator) := {
	"component": "tf-serving",
	"instance": "gap",
	"requests": {"nvidia.com/gpu": servers},
	"values": {"modelDefaults": {"accelerator": {"kind": "nvidia"}}, "models": {"gap": {"accelerator": accelerator}}},
}

_pool(cards, sharing) := {
	"name": "main",
	"arch": "amd64",
	"gpu": {"vendor": "nvidia", "count": cards, "memoryGiB": 25, "sharing": sharing},
	"resources": {"nvidia.com/gpu": 4},
}

_shared(replicas) := {"mode": "time-slicing", "replicas": replicas}

_input(pools, by_unit) := {
	"parameters": {"components": {"tf-serving": "models"}, "maximum": 1, "contextGiB": 0.5},
	"cluster": {"name": "store-1", "nodePools": pools, "units": by_unit},
}

_path := "spec.components.tf-serving.values.modelDefaults.accelerator.memoryFraction"

test_passing[name] if {
	some name, [pools, by_unit] in {
		"no units": [[_pool(1, _shared(4))], {}],
		"exactly the card": [[_pool(1, _shared(4))], {
			"a": _unit(2, {"memoryFraction": 0.28}),
			"b": _unit(1, {"memoryFraction": 0.38}),
		}],
		"tenths add up": [[_pool(1, _shared(10))], {"a": _unit(10, {"memoryFraction": 0.08})}],
		"no more than the shares of a card meet": [[_pool(2, _shared(2))], {"a": _unit(4, {"memoryFraction": 0.48})}],
		"whole cards": [[_pool(1, {"mode": "none", "replicas": 1})], {"a": _unit(1, {})}],
		"slices": [[_pool(1, {"mode": "mig", "replicas": 1})], {"a": _unit(4, {})}],
		"no card asked for": [[_pool(1, _shared(4))], {"a": _unit(0, {})}],
		"another pool": [[_pool(1, _shared(4))], {"a": {"component": "x", "requests": {"nvidia.com/mig-1g.6gb": 1}}}],
	}
	memory.violation == set() with input as _input(pools, by_unit)
}

test_failing_together if {
	memory.violation == {{
		"msg": "4 servers that can meet on one card of pool main take 1.18 of its memory, CUDA contexts included: a, b",
		"details": {"rule": "too-much", "units": {"a", "b"}, "path": "spec.nodePools"},
	}} with input as _input(
		[_pool(1, _shared(4))],
		{"a": _unit(3, {"memoryFraction": 0.2}), "b": _unit(1, {"memoryFraction": 0.5})},
	)
}

# Nothing is left for the CUDA contexts: the last server does not load.
test_failing_fractions_fill_the_card if {
	document := _input([_pool(1, _shared(4))], {"a": _unit(4, {"memoryFraction": 0.25})})
	violations := memory.violation with input as document
	some violation in violations
	contains(violation.msg, "take 1.08 of its memory, CUDA contexts included: a")
}

# Two cards have room for all four, but nothing keeps the two large ones apart.
test_failing_in_the_worst_placement if {
	memory.violation == {{
		"msg": "2 servers that can meet on one card of pool main take 1.24 of its memory, CUDA contexts included: a, b",
		"details": {"rule": "too-much", "units": {"a", "b"}, "path": "spec.nodePools"},
	}} with input as _input(
		[_pool(2, _shared(2))],
		{"a": _unit(2, {"memoryFraction": 0.6}), "b": _unit(2, {"memoryFraction": 0.2})},
	)
}

test_failing_headroom if {
	document := json.patch(
		_input([_pool(1, _shared(2))], {"a": _unit(2, {"memoryFraction": 0.48})}),
		[{"op": "replace", "path": "parameters/maximum", "value": 0.9}],
	)
	violations := memory.violation with input as document
	some violation in violations
	contains(violation.msg, "take 1 of its memory, CUDA contexts included: a")
}

test_failing_without_a_fraction if {
	memory.violation == {{
		"msg": "unit a shares the cards of pool main, but its memoryFraction is not set",
		"details": {"rule": "no-fraction", "unit": "a", "path": _path},
	}} with input as _input([_pool(1, _shared(4))], {"a": _unit(1, {}), "b": _unit(1, {"memoryFraction": 0.5})})
}

test_failing_another_component if {
	memory.violation == {{
		"msg": "unit a shares the cards of pool main, but its memoryFraction is not set",
		"details": {"rule": "no-fraction", "unit": "a", "path": "spec.components"},
	}} with input as _input([_pool(1, {"mode": "mps", "replicas": 2})], {"a": {"component": "x", "requests": {"nvidia.com/gpu": 1}}})
}

test_failing_two_shares if {
	memory.violation == {{
		"msg": "unit a asks for 2 shares of a card in pool main: a second share adds no computing power",
		"details": {"rule": "several-shares", "unit": "a", "path": _path},
	}} with input as _input([_pool(1, _shared(4))], {"a": _unit(2, {"count": 2, "memoryFraction": 0.2})})
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [
			{},
			{
				"the model of the cluster has no units or no node pools",
				"the parameter maximum is not a number",
				"the parameter contextGiB is not a number",
			},
		],
		"pools are text": [_input("x", {}), {"the model of the cluster has no units or no node pools"}],
		"fraction is text": [
			_input([_pool(1, _shared(4))], {"a": _unit(1, {"memoryFraction": "half"})}),
			{"unit a shares the cards of pool main, but its memoryFraction is not set"},
		],
	}
	violations := memory.violation with input as document
	{v.msg | some v in violations} == expected
}
