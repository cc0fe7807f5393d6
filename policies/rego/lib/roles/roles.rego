# METADATA
# title: Rules of roles
# description: The rules of a Role or ClusterRole, and what keeps them from being judged.
package lib.roles

import data.lib.exempt
import data.lib.texts

# each value that a rule grants in a field: {path, rule, value}
granted(role, field) := [{"path": ["rules", index, field], "rule": rule, "value": value} |
	some index, rule in role.rules
	some value in rule[field]
]

# Named in the parameter `roles`, or exempt. A role named by a pattern would be anybody's to create.
is_listed(request, role) if is_listed_for(request, role, "")

# the same for the rule with this code: an exemption may be for another
is_listed_for(request, role, _) if {
	object.get(role, ["metadata", "name"], "") in object.get(request, ["parameters", "roles"], [])
}

is_listed_for(request, _, rule) if exempt.is_object_exempt_from(request, rule)

# results for everything that keeps a role from being judged
broken(role) := {{"msg": "the role has no list of rules", "details": {"path": ["rules"]}} |
	not _has_rules(role)
} | {{"msg": msg, "details": {"path": path}} |
	some index, rule in role.rules
	some field in ["verbs", "resources"]
	not _is_list_of_texts(rule, field)
	path := ["rules", index, field]
	msg := sprintf("%s is not a list of names", [texts.dotted(path)])
}

_has_rules(role) if is_array(role.rules)

# an aggregated ClusterRole has none of its own
_has_rules(role) if {
	object.get(role, "rules", null) == null
	is_object(role.metadata)
}

# a rule about URLs has no resources
_is_list_of_texts(rule, "resources") if is_array(rule.nonResourceURLs)

_is_list_of_texts(rule, field) if {
	is_array(rule[field])
	every value in rule[field] {
		is_string(value)
	}
}
