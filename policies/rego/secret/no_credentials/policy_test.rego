package policies.secret.no_credentials_test

import data.policies.secret.no_credentials

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_parameters := {
	"patterns": {"a private key": `-----BEGIN [A-Z ]*PRIVATE KEY-----`, "an AWS key": `AKIA[0-9A-Z]{16}`},
	"variables": "(?i)(password|token)$",
}

_pod(container) := {"kind": "Pod", "spec": {"containers": [object.union({"name": "web"}, container)]}}

_variable(name, value) := _pod({"env": [{"name": name, "value": value}]})

_key := concat("", ["AKIA", "ABCDEFGHIJKLMNOP"])

_passing := {
	"settings": [{"data": {"a.conf": "level = info"}}, _parameters],
	"no data": [{"data": null}, _parameters],
	"variable": [_variable("LEVEL", "info"), _parameters],
	"reference": [_variable("DB_PASSWORD", "$(OTHER)"), _parameters],
	"empty variable": [_variable("DB_PASSWORD", ""), _parameters],
	"file": [_variable("DB_PASSWORD", "/run/secrets/db"), _parameters],
	"from a Secret": [_pod({"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {}}}]}), _parameters],
	"exempt": [{"data": {"a": _key}}, object.union(_parameters, {"exemptions": [{"workload": "web"}]})],
	"exempt container": [_variable("A_TOKEN", "x"), object.union(_parameters, {"exemptions": [{"container": "web"}]})],
}

_failing := {
	"ConfigMap": [
		{"data": {"tls.key": "-----BEGIN RSA PRIVATE KEY-----"}},
		_parameters,
		"data.tls.key contains what looks like a private key",
		{"rule": "content", "path": ["data", "tls.key"]},
	],
	"argument": [
		_pod({"args": [concat("", ["--key=", _key])]}),
		_parameters,
		"spec.containers[0].args[0] contains what looks like an AWS key",
		{"rule": "content", "path": ["spec", "containers", 0, "args", 0]},
	],
	"variable": [
		_variable("DB_PASSWORD", "hunter2"),
		_parameters,
		"spec.containers[0] (web): the variable DB_PASSWORD has a literal value",
		{"rule": "variable", "path": ["spec", "containers", 0, "env", 0, "value"]},
	],
}

_malformed := {
	"empty input": [{}, {"this is not a ConfigMap or Pod"}],
	"data is text": [_request({"data": "x"}, _parameters), {"data of the ConfigMap is not a mapping"}],
	"value is a number": [
		_request(_variable("DB_PASSWORD", 7), _parameters),
		{"spec.containers[0] (web): the variable DB_PASSWORD has a literal value"},
	],
	"env is text": [_request(_pod({"env": "x"}), _parameters), {"spec.containers[0] (web): env is not a list of mappings"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_credentials.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	no_credentials.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_credentials.violation with input as document
	{v.msg | some v in violations} == expected
}
