package lib.roles_test

import data.lib.roles

_role(rules) := {"metadata": {"name": "reader"}, "rules": rules}

_reading := {"resources": ["pods", "pods/log"], "verbs": ["get"]}

test_granted if {
	[[grant.path, grant.value] | some grant in roles.granted(_role([_reading, {"verbs": ["list"]}]), "resources")] == [
		[["rules", 0, "resources"], "pods"],
		[["rules", 0, "resources"], "pods/log"],
	]
	roles.granted({}, "verbs") == []
}

test_is_listed if {
	roles.is_listed({"parameters": {"roles": ["reader"]}}, _role([]))
	roles.is_listed({"parameters": {"exemptions": [{"workload": "reader"}]}, "review": {"object": _role([])}}, _role([]))
	not roles.is_listed({"parameters": {"roles": ["read*"]}}, _role([]))
	not roles.is_listed({}, _role([]))
}

test_not_broken[name] if {
	some name, rules in {
		"rules": [_reading],
		"none": [],
		"aggregated": null,
		"urls": [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}],
	}
	roles.broken(_role(rules)) == set()
}

test_broken[name] if {
	some name, [role, expected] in {
		"empty": [{}, {"the role has no list of rules"}],
		"text": [_role("x"), {"the role has no list of rules"}],
		"rule is text": [_role(["x"]), {"rules[0].resources is not a list of names", "rules[0].verbs is not a list of names"}],
		"verbs are text": [_role([{"resources": ["pods"], "verbs": "*"}]), {"rules[0].verbs is not a list of names"}],
		"resource is a number": [_role([{"resources": [7], "verbs": ["get"]}]), {"rules[0].resources is not a list of names"}],
	}
	{outcome.msg | some outcome in roles.broken(role)} == expected
}
