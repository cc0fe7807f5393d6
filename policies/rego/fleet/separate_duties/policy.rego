# METADATA
# scope: package
# title: Nobody holds two duties that check each other
# description: |
#   Who runs the platform does not judge its security as well. The roles of each list in `apart` are held by different groups
#   of the identity provider in every environment.
# custom:
#   id: FG-FLT-005
#   kind: FGFleetSeparateDuties
#   severity: high
#   scope: fleet
#   where: gate
#   failure: One group holds two roles that have to be apart.
#   remediation: Give the roles to different groups in spec.roles of the environment.
#   controls: [NSA-CISA-authorization]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       apart:
#         type: array
#         description: Lists of TeamRoles of which a group may hold one.
#         items: {type: array, minItems: 2, items: {type: string, minLength: 1}}
#         default: [[platform-admin, security]]
package policies.fleet.separate_duties

import data.lib.texts

violation contains {"msg": msg, "details": {"clusters": []}} if {
	some apart in object.get(input, ["parameters", "apart"], [])
	some first, one in apart
	some second, other in apart
	first < second
	some group in _roles[one]
	group in _roles[other]
	msg := sprintf("the group %s holds the roles %s and %s", [texts.short(group), texts.short(one), texts.short(other)])
}

violation contains {"msg": "the model of the environment has no roles", "details": {}} if not is_object(_roles)

violation contains {"msg": msg, "details": {}} if {
	some name, groups in _roles
	not is_array(groups)
	msg := sprintf("the groups of the role %s are not a list", [texts.short(name)])
}

_roles := object.get(input, ["environment", "roles"], null)
