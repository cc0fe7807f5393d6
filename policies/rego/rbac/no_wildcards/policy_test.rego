package policies.rbac.no_wildcards_test

import data.policies.rbac.no_wildcards

_request(rules, changed) := {
	"parameters": object.union({"roles": ["cluster-admins"], "exemptions": []}, changed),
	"review": {"object": {"kind": "ClusterRole", "metadata": {"name": "reader"}, "rules": rules}},
}

_reading := {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}

_all := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}

test_passing[name] if {
	some name, [rules, changed] in {
		"listed": [[_reading], {}],
		"all groups of a resource": [[object.union(_reading, {"apiGroups": ["*"]})], {}],
		"urls": [[{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}], {}],
		"aggregated": [null, {}],
		"no rules": [[], {}],
		"allowed by name": [[_all], {"roles": ["reader"]}],
		"exempt": [[_all], {"exemptions": [{"workload": "reader"}]}],
	}
	no_wildcards.violation == set() with input as _request(rules, changed)
}

test_failing if {
	subresources := object.union(_reading, {"resources": ["pods", "*/scale"]})
	no_wildcards.violation == {
		{"msg": "rules[1].resources grants *", "details": {"path": ["rules", 1, "resources"]}},
		{"msg": "rules[1].verbs grants *", "details": {"path": ["rules", 1, "verbs"]}},
		{"msg": "rules[2].resources grants */scale", "details": {"path": ["rules", 2, "resources"]}},
	} with input as _request([_reading, _all, subresources], {})
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, {"the role has no list of rules"}],
		"rules are text": [_request("x", {}), {"the role has no list of rules"}],
		"rule is text": [_request(["x"], {}), {"rules[0].resources is not a list of names", "rules[0].verbs is not a list of names"}],
		"verbs are text": [_request([{"resources": ["pods"], "verbs": "*"}], {}), {"rules[0].verbs is not a list of names"}],
		"resource is a number": [_request([{"resources": [7], "verbs": ["get"]}], {}), {"rules[0].resources is not a list of names"}],
		"nothing": [_request([{}], {}), {"rules[0].resources is not a list of names", "rules[0].verbs is not a list of names"}],
	}
	violations := no_wildcards.violation with input as document
	{v.msg | some v in violations} == expected
}
