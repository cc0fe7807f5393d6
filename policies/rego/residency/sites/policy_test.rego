package policies.residency.sites_test

import data.policies.residency.sites

_request(cluster, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"cluster": object.union({"name": "store-1", "nodePools": [], "units": {}}, cluster),
}

_known := {"residencies": {"eu": ["DE", "FR"], "us": ["US"]}, "endpoints": [
	{"host": "metrics.eu.example.com", "residency": "eu"},
	{"host": "metrics.us.example.com", "residency": "us"},
]}

_at(country, residency) := {"site": {"country": country, "dataResidency": residency, "dataClasses": ["video"]}}

_sends(host) := {
	"units": {
		"monitoring": {"component": "prometheus", "values": {"write": [{"url": sprintf("https://%s/api", [host])}], "port": 80}},
	},
}

_passing := {
	"in the country": [_at("DE", "eu"), _known],
	"country not given": [_at("", "eu"), _known],
	"no data": [{"site": {}}, _known],
	"sends inside": [object.union(_at("DE", "eu"), _sends("metrics.eu.example.com")), _known],
}

_failing := {
	"no residency": [
		_at("DE", ""),
		_known,
		"the site has data (video), but its data residency  is unknown",
		{"rule": "residency-unknown", "path": "spec.site"},
	],
	"outside": [
		_at("US", "eu"),
		_known,
		"the site is in US, which is not part of the data residency eu",
		{"rule": "foreign-country", "path": "spec.site.country"},
	],
	"sends outside": [
		object.union(_at("DE", "eu"), _sends("metrics.us.example.com")),
		_known,
		"unit monitoring names metrics.us.example.com of the data residency us, but the site has eu",
		{"rule": "foreign-endpoint", "unit": "monitoring", "path": "spec.components.prometheus"},
	],
}

_malformed := {
	"empty input": [
		{},
		{"the model of the cluster has no units", "the model of the cluster has no site"},
	],
	"site is text": [_request({"site": "x"}, _known), {"the model of the cluster has no site"}],
	"classes are text": [
		_request({"site": {"dataClasses": "video", "dataResidency": "mars"}}, _known),
		{"the site has data (), but its data residency mars is unknown"},
	],
}

test_passing[name] if {
	some name, [cluster, parameters] in _passing
	sites.violation == set() with input as _request(cluster, parameters)
}

test_failing[name] if {
	some name, [cluster, parameters, msg, details] in _failing
	sites.violation == {{"msg": msg, "details": details}} with input as _request(cluster, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := sites.violation with input as document
	{v.msg | some v in violations} == expected
}
