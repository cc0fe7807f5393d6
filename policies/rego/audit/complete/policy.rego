# METADATA
# scope: package
# title: The audit policy is complete and keeps secrets out
# description: |
#   After an incident at a site, the audit log is all there is. The last rule catches everything
#   that no other rule names, at least as Metadata. What is left out is named. The bodies of
#   Secrets, ConfigMaps and tokens are never written to the log.
# custom:
#   id: FG-AUD-001
#   kind: FGAuditComplete
#   severity: medium
#   scope: object
#   where: gate
#   failure: The audit policy omits calls, or writes secrets to the log.
#   remediation: "End with a rule `level: Metadata` without conditions; log Secrets, ConfigMaps and tokens at level Metadata."
#   controls: [CIS-K8s-3.2.1, CIS-K8s-3.2.2, NSA-CISA-logging]
#   facts: []
#   rules:
#     no-last-rule: The last rule does not catch everything else.
#     wide-exception: A rule leaves out calls without saying which.
#     secret-content: A rule writes the content of secret resources into the log.
#     stage-left-out: A stage of calls is left out.
#   parameters:
#     type: object
#     properties:
#       secret:
#         type: array
#         description: Resources whose content must not be in the log.
#         items: {type: string, minLength: 1}
#         default: [secrets, configmaps, serviceaccounts/token, tokenreviews]
package policies.audit.complete

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {
	"msg": "the last rule does not catch everything else",
	"details": {"rule": "no-last-rule", "path": ["rules"]},
} if {
	not _catches_all(_last)
	not exempt.is_object_exempt_from(input, "no-last-rule")
}

violation contains {"msg": msg, "details": {"rule": "wide-exception", "path": ["rules", index]}} if {
	not exempt.is_object_exempt_from(input, "wide-exception")
	some index, rule in _rules
	objects.at(rule, ["level"]) == "None"
	not _is_narrow(rule)
	msg := sprintf("rules[%d] omits calls without naming them", [index])
}

violation contains {"msg": msg, "details": {"rule": "secret-content", "path": ["rules", index]}} if {
	not exempt.is_object_exempt_from(input, "secret-content")
	some resource in object.get(input, ["parameters", "secret"], [])
	index := min([index | some index, rule in _rules; _reaches(rule, resource)])
	not objects.at(_rules[index], ["level"]) in {"Metadata", "None"}
	msg := sprintf("rules[%d] writes the content of %s into the log", [index, texts.short(resource)])
}

violation contains {"msg": msg, "details": {"rule": "stage-left-out", "path": ["omitStages"]}} if {
	not exempt.is_object_exempt_from(input, "stage-left-out")
	some stage in objects.items(_object, ["omitStages"])
	stage != "RequestReceived"
	msg := sprintf("the stage %s is left out", [texts.short(stage)])
}

violation contains {"msg": "the policy has no list of rules", "details": {"path": ["rules"]}} if {
	not is_array(object.get(_object, "rules", null))
}

_object := objects.of(input)

_rules := objects.items(_object, ["rules"])

default _last := {}

_last := _rules[count(_rules) - 1]

_conditions := {"users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs"}

_catches_all(rule) if {
	rule.level in {"Metadata", "Request", "RequestResponse"}
	object.keys(rule) & _conditions == set()
}

_is_narrow(rule) if {
	some condition in ["users", "resources", "nonResourceURLs"]
	count(rule[condition]) > 0
}

# a rule that only some callers, verbs or namespaces fall under does not decide about the rest
_reaches(rule, resource) if {
	object.keys(rule) & (_conditions - {"resources"}) == set()
	_names(rule, resource)
}

_names(rule, _) if not "resources" in object.keys(rule)

_names(rule, resource) if {
	some entry in rule.resources
	some name in object.get(entry, "resources", ["*"])
	name in {resource, "*"}
}
