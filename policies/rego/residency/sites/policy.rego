# METADATA
# scope: package
# title: Data stays where it may be
# description: |
#   A site that collects personal data says where that data may go (site.dataResidency), and is in a
#   country that belongs to it. The parameter `residencies` lists the countries of each data
#   residency. `endpoints` lists hosts outside the sites with their data residency, to find settings
#   that send data elsewhere.
# custom:
#   id: FG-RSD-001
#   kind: FGResidencySites
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A site has no data residency, is outside it, or sends data outside.
#   remediation: >-
#     Correct site.country or site.dataResidency, or use an endpoint with the same residency.
#   controls: []
#   facts: [site.country, site.dataClasses, site.dataResidency, units.*.component, units.*.values]
#   rules:
#     residency-unknown: The site has data and a data residency that is not known.
#     foreign-country: The site stands in a country that is not part of its data residency.
#     foreign-endpoint: A unit names an endpoint of another data residency.
#   parameters:
#     type: object
#     properties:
#       residencies:
#         type: object
#         description: Data residency and the countries (ISO 3166) that belong to it.
#         additionalProperties: {type: array, items: {type: string, pattern: "^[A-Z]{2}$"}}
#         default:
#           # the European Economic Area
#           eu:
#             - AT
#             - BE
#             - BG
#             - CY
#             - CZ
#             - DE
#             - DK
#             - EE
#             - ES
#             - FI
#             - FR
#             - GR
#             - HR
#             - HU
#             - IE
#             - IS
#             - IT
#             - LI
#             - LT
#             - LU
#             - LV
#             - MT
#             - NL
#             - "NO"
#             - PL
#             - PT
#             - RO
#             - SE
#             - SI
#             - SK
#           us: [US]
#       endpoints:
#         type: array
#         description: Hosts outside the sites, with their data residency.
#         items:
#           type: object
#           required: [host, residency]
#           additionalProperties: false
#           properties:
#             host: {type: string, minLength: 1, description: "Name of the host, or the end of it."}
#             residency: {type: string, minLength: 1, description: Its data residency.}
#         default: []
package policies.residency.sites

import data.lib.sites
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "residency-unknown", "path": "spec.site"}} if {
	object.get(_site, "dataClasses", []) != []
	not _residency in object.keys(_residencies)
	msg := sprintf("the site has data (%s), but its data residency %s is unknown", [
		texts.cut(concat(", ", [class | some class in _site.dataClasses; is_string(class)]), 60),
		texts.short(_residency),
	])
}

violation contains {"msg": msg, "details": {"rule": "foreign-country", "path": "spec.site.country"}} if {
	country := object.get(_site, "country", "")
	country != ""
	not country in object.get(_residencies, _residency, [country])
	msg := sprintf("the site is in %s, which is not part of the data residency %s", [
		texts.short(country),
		texts.short(_residency),
	])
}

violation contains {
	"msg": msg,
	"details": {"rule": "foreign-endpoint", "unit": unit, "path": sprintf("spec.components.%s", [description.component])},
} if {
	some unit, description in input.cluster.units
	some endpoint in object.get(input, ["parameters", "endpoints"], [])
	endpoint.residency != _residency
	walk(description.values, [_, value])
	contains(value, endpoint.host)
	msg := sprintf("unit %s names %s of the data residency %s, but the site has %s", [
		texts.short(unit),
		texts.cut(endpoint.host, 60),
		texts.short(endpoint.residency),
		texts.short(_residency),
	])
}

violation contains {"msg": "the model of the cluster has no site", "details": {}} if {
	not is_object(object.get(input, ["cluster", "site"], null))
}

violation contains outcome if some outcome in sites.broken(input, [])

_site := object.get(input, ["cluster", "site"], {})

_residency := object.get(_site, "dataResidency", "")

_residencies := object.get(input, ["parameters", "residencies"], {})
