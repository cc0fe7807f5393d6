# METADATA
# scope: package
# title: Nobody holds two roles that check each other
# description: |
#   Whoever runs the platform does not also judge its security. In every environment, different
#   groups of the identity provider hold the roles of each list in `apart`.
# custom:
#   id: FG-FLT-005
#   kind: FGFleetSeparateDuties
#   severity: high
#   scope: fleet
#   where: gate
#   failure: One group holds two roles that must be separate.
#   remediation: Give the roles to different groups in spec.roles of the environment.
#   controls: [NSA-CISA-authorization]
#   facts: [environment.roles]
#   parameters:
#     type: object
#     properties:
#       apart:
#         type: array
#         description: Lists of TeamRoles; a group may hold only one role of each list.
#         items: {type: array, minItems: 2, items: {type: string, minLength: 1}}
#         default: [[platform-admin, security]]
package policies.fleet.separate_duties

import data.lib.texts

violation contains {"msg": msg, "details": {"clusters": []}} if {
	some apart in object.get(input, ["parameters", "apart"], [])
	some first, one in apart
	some second, other in apart
	first < second
	some group in (_groups(one) & _groups(other))
	msg := sprintf("the group %s holds the roles %s and %s", [texts.short(group), texts.short(one), texts.short(other)])
}

violation contains {"msg": "the model of the environment has no roles", "details": {}} if not is_object(_roles)

violation contains {"msg": msg, "details": {}} if {
	some name, groups in _roles
	not is_array(groups)
	msg := sprintf("the groups of the role %s are not a list", [texts.short(name)])
}

_groups(role) := {group | some group in _roles[role]}

_roles := object.get(input, ["environment", "roles"], null)
