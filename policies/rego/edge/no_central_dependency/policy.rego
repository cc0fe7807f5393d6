# METADATA
# scope: package
# title: Serving does not depend on a central site
# description: |
#   A site answers its customers while the uplink is down. If a model server, or something that
#   calls it, names a host of a central site in its settings, arguments or variables, it fails with
#   the uplink. The parameter `domains` lists the domains of central sites. Delivery and monitoring
#   may use them: they are in other namespaces.
# custom:
#   id: FG-EDGE-005
#   kind: FGEdgeNoCentralDependency
#   severity: medium
#   scope: object
#   where: gate
#   failure: Something that serves requests depends on a host of a central site.
#   remediation: Use a service of the site; send what the central site needs later, from a queue.
#   controls: []
#   facts: []
#   parameters:
#     type: object
#     properties:
#       domains:
#         type: array
#         description: Domains of central sites, in lower case. All hosts below them count.
#         items: {type: string, pattern: "^[a-z0-9.-]+$"}
#         default: []
package policies.edge.no_central_dependency

import data.lib.contents
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": content.path}} if {
	not exempt.is_object_exempt(input)
	some content in contents.of(_object)
	some domain in object.get(input, ["parameters", "domains"], [])
	contains(lower(content.text), domain)
	regex.match(_host(domain), lower(content.text))
	msg := sprintf("%s names a host of %s", [texts.cut(texts.dotted(content.path), 80), texts.cut(domain, 60)])
}

violation contains {"msg": "this is not a ConfigMap or Pod", "details": {"path": []}} if {
	not object.get(_object, "kind", null) in {"ConfigMap", "Pod"}
}

violation contains {"msg": "the parameter domains is empty", "details": {"path": []}} if {
	object.get(input, ["parameters", "domains"], []) == []
}

_object := objects.of(input)

# the domain as a whole, or a host below it
_host(domain) := sprintf(`(^|[^a-z0-9-])%s($|[^a-z0-9.-]|\.($|[^a-z0-9]))`, [replace(domain, ".", `\.`)])
