package lib.models_test

import data.lib.models

_components := {"tf-serving": "models"}

_unit(values) := {"component": "tf-serving", "instance": "gap", "values": values}

test_entry if {
	models.entry(_unit({"models": {"gap": {"version": 7}}}), _components) == {"version": 7}
}

test_no_entry[name] if {
	some name, description in {
		"another component": {"component": "argocd", "values": {"models": {}}},
		"no values": {"component": "tf-serving", "instance": "gap"},
		"another model": _unit({"models": {"queue": {}}}),
		"text": _unit({"models": {"gap": "x"}}),
		"nothing": {},
	}
	not models.entry(description, _components)
	not models.accelerator(description, _components)
}

test_accelerator[name] if {
	some name, [values, expected] in {
		"nothing said": [{"models": {"gap": {}}}, {}],
		"defaults": [{"modelDefaults": {"accelerator": {"kind": "none"}}, "models": {"gap": {}}}, {"kind": "none"}],
		"both": [
			{
				"modelDefaults": {"accelerator": {"kind": "none", "resource": "nvidia.com/gpu"}},
				"models": {"gap": {"accelerator": {"kind": "nvidia"}}},
			},
			{"kind": "nvidia", "resource": "nvidia.com/gpu"},
		],
	}
	models.accelerator(_unit(values), _components) == expected
}
