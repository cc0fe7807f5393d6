package lib.pss_test

import data.lib.pss

_request(version) := {"parameters": {"pssVersion": version}}

test_is_since if {
	pss.is_since(_request("v1.34"), 34)
	pss.is_since(_request("v1.100"), 34)
	not pss.is_since(_request("v1.33"), 34)
}

test_is_before if {
	pss.is_before(_request("v1.9"), 34)
	not pss.is_before(_request("v1.34"), 34)
}

test_default if {
	pss.is_since({}, 35)
	pss.is_before({}, 36)
}

test_neither_with_a_broken_version[name] if {
	some name, version in {"latest": "latest", "number": 1.35, "null": null, "two": "v2.1", "patch": "v1.35.2"}
	not pss.is_since(_request(version), 0)
	not pss.is_before(_request(version), 999)
}
