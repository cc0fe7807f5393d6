# METADATA
# scope: package
# title: What is published has a name and TLS
# description: |
#   Whatever an Ingress or a Gateway publishes is reachable from the network of the site. Each host is named, without a
#   wildcard, and has TLS; there is no backend that answers every name.
# custom:
#   id: FG-NET-002
#   kind: FGNetworkTlsHosts
#   severity: high
#   scope: object
#   where: both
#   failure: An Ingress or Gateway publishes without TLS, or for any host.
#   remediation: Name each host in rules and in tls; on a Gateway use HTTPS listeners with a hostname.
#   controls: [NSA-CISA-network]
#   facts: []
#   rules:
#     unbounded-host: A host is missing, a wildcard, or no name.
#     no-tls: A host or a listener has no TLS.
#     default-backend: A default backend answers every host.
#   parameters:
#     type: object
#     properties:
#       wildcards:
#         type: array
#         description: Hosts with a wildcard that are allowed.
#         items: {type: string, minLength: 1}
#         default: []
package policies.network.tls_hosts

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "unbounded-host", "path": ["spec", "rules", index, "host"]}} if {
	not exempt.is_object_exempt_from(input, "unbounded-host")
	_object.kind == "Ingress"
	some index, rule in objects.items(_object, ["spec", "rules"])
	host := objects.at(rule, ["host"])
	reason := _wrong_host(host)
	msg := sprintf("spec.rules[%d].host %s", [index, reason])
}

violation contains {"msg": msg, "details": {"rule": "no-tls", "path": ["spec", "tls"]}} if {
	not exempt.is_object_exempt_from(input, "no-tls")
	_object.kind == "Ingress"
	some rule in objects.items(_object, ["spec", "rules"])
	host := objects.at(rule, ["host"])
	is_string(host)
	not host in _with_tls
	msg := sprintf("the host %s has no TLS", [texts.cut(host, 80)])
}

violation contains {
	"msg": "spec.defaultBackend answers every host",
	"details": {"rule": "default-backend", "path": ["spec", "defaultBackend"]},
} if {
	_object.kind == "Ingress"
	objects.at(_object, ["spec", "defaultBackend"]) != null
	not exempt.is_object_exempt_from(input, "default-backend")
}

violation contains {"msg": msg, "details": {"rule": "unbounded-host", "path": ["spec", "listeners", index, "hostname"]}} if {
	not exempt.is_object_exempt_from(input, "unbounded-host")
	_object.kind == "Gateway"
	some index, listener in objects.items(_object, ["spec", "listeners"])
	reason := _wrong_host(objects.at(listener, ["hostname"]))
	msg := sprintf("spec.listeners[%d].hostname %s", [index, reason])
}

violation contains {"msg": msg, "details": {"rule": "no-tls", "path": ["spec", "listeners", index, "protocol"]}} if {
	not exempt.is_object_exempt_from(input, "no-tls")
	_object.kind == "Gateway"
	some index, listener in objects.items(_object, ["spec", "listeners"])
	protocol := objects.at(listener, ["protocol"])
	not protocol in {"HTTPS", "TLS"}
	msg := sprintf("spec.listeners[%d].protocol is %s, not HTTPS or TLS", [index, texts.short(protocol)])
}

violation contains {"msg": "this is no Ingress or Gateway with a spec", "details": {"path": []}} if not _is_judged

_object := objects.of(input)

_is_judged if {
	_object.kind in {"Ingress", "Gateway"}
	is_object(_object.spec)
}

_with_tls contains host if {
	some entry in objects.items(_object, ["spec", "tls"])
	some host in objects.items(entry, ["hosts"])
}

_wrong_host(host) := "is missing: every name is answered" if host in {null, ""}

_wrong_host(host) := sprintf("is %s: a wildcard", [texts.cut(host, 80)]) if {
	contains(host, "*")
	not host in object.get(input, ["parameters", "wildcards"], [])
}

_wrong_host(host) := sprintf("is %s: no name", [texts.cut(host, 80)]) if {
	host != null
	not is_string(host)
}
