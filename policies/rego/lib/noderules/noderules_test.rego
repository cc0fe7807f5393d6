package lib.noderules_test

import data.lib.noderules

_rule := {"match": null, "labels": {}, "taints": [], "refused": [], "isNeeded": false}

test_ruled if {
	good := {"name": "a", "rule": _rule}
	noderules.ruled({"cluster": {"nodePools": [good, {"name": "b"}, {"rule": _rule}, null]}}) == [good]
	noderules.ruled({}) == []
}

test_are_ruled if {
	noderules.are_ruled({"cluster": {"nodePools": []}})
	noderules.are_ruled({"cluster": {"nodePools": [{"name": "a", "rule": _rule}]}})
	not noderules.are_ruled({"cluster": {"nodePools": [{"name": "a", "rule": _rule}, {"name": "b", "rule": 1}]}})
	not noderules.are_ruled({"cluster": {"nodePools": {}}})
	not noderules.are_ruled({})
}
