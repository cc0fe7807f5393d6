package policies.fleet.separate_duties_test

import data.policies.fleet.separate_duties

_request(roles, parameters) := {"parameters": parameters, "environment": {"roles": roles}, "clusters": []}

_apart := {"apart": [["platform-admin", "security"]]}

_passing := {
	"no roles": [{}, _apart],
	"apart": [{"platform-admin": ["admins"], "security": ["auditors"], "viewer": ["admins", "auditors"]}, _apart],
	"nothing is asked": [{"platform-admin": ["all"], "security": ["all"]}, {}],
}

_failing := {"one group": [
	{"platform-admin": ["admins", "oncall"], "security": ["oncall"]},
	_apart,
	{{"msg": "the group oncall holds the roles platform-admin and security", "details": {"clusters": []}}},
]}

_malformed := {
	"empty input": [{}, {"the model of the environment has no roles"}],
	"roles are text": [_request("x", _apart), {"the model of the environment has no roles"}],
	"groups are text": [_request({"security": "auditors"}, _apart), {"the groups of the role security are not a list"}],
}

test_passing[name] if {
	some name, [clusters, parameters] in _passing
	separate_duties.violation == set() with input as _request(clusters, parameters)
}

test_failing[name] if {
	some name, [clusters, parameters, expected] in _failing
	separate_duties.violation == expected with input as _request(clusters, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := separate_duties.violation with input as document
	{v.msg | some v in violations} == expected
}
