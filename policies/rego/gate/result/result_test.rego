package gate.result_test

import data.gate.result

_constraint := {"policy": "FG-POD-001", "name": "no-privileged", "action": "dryrun", "parameters": {}}

_form := {"source": "Generated", "prefix": "[Implied by expand-job] ", "template": ["spec", "template"]}

test_result if {
	result.of(_constraint, "7", {"msg": "bad", "details": {"path": ["spec"]}}, _form) == {
		"msg": "[Implied by expand-job] bad",
		"policy": "FG-POD-001",
		"constraint": "no-privileged",
		"action": "dryrun",
		"details": {"path": ["spec"]},
		"source": "Generated",
		"template": ["spec", "template"],
		"id": "7",
	}
}

# a broken policy must not be able to hide what it found
test_result_of_a_broken_policy[name] if {
	some name, violation in {
		"text": "bad",
		"no message": {"details": "x"},
		"message is a number": {"msg": 7},
	}
	outcome := result.of(_constraint, "7", violation, result.original)
	[outcome.msg, outcome.details] == ["the policy gave a result without a message", {}]
}
