# METADATA
# scope: package
# title: No credentials in settings and variables
# description: |
#   Keys and passwords end up in ConfigMaps, arguments and variables because it is quick. From there
#   they get into git, the output of `kubectl describe` and every crash report. Values are compared
#   with the patterns of well-known keys. A variable whose name says password, token or key must not
#   have a literal value. No message repeats the value.
# custom:
#   id: FG-SEC-002
#   kind: FGSecretNoCredentials
#   severity: high
#   scope: object
#   where: gate
#   failure: A value looks like a credential.
#   remediation: >-
#     Remove it, revoke it where it was issued, and refer to a Secret of the site
#     (valueFrom.secretKeyRef).
#   controls: [CIS-K8s-5.4.1, NSA-CISA-authorization, MITRE-T1552.001]
#   facts: []
#   rules:
#     content: A text looks like a credential.
#     variable: An environment variable whose name stands for a credential has a literal value.
#   parameters:
#     type: object
#     properties:
#       patterns:
#         type: object
#         description: Names of credentials, with a regular expression (RE2) for each.
#         additionalProperties: {type: string, minLength: 1}
#         default:
#           a private key: "-----BEGIN ([A-Z]+ )*PRIVATE KEY-----"
#           an AWS key: "\\b(AKIA|ASIA)[0-9A-Z]{16}\\b"
#           a GitHub token: "\\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})"
#           a GitLab token: "\\bglpat-[A-Za-z0-9_-]{20}"
#           a Slack token: "\\bxox[abprs]-[A-Za-z0-9-]{10,}"
#           a Hugging Face token: "\\bhf_[A-Za-z0-9]{30,}"
#           an NVIDIA API key: "\\bnvapi-[A-Za-z0-9_-]{40,}"
#           a Google API key: "\\bAIza[A-Za-z0-9_-]{35}"
#           a JSON web token: "\\beyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\."
#           a password in a URL: "[a-z]://[^/@:[:space:]]+:[^/@[:space:]$]+@"
#       variables:
#         type: string
#         description: Names of variables that must not have a literal value, as a regular expression (RE2).
#         minLength: 1
#         default: "(?i)(^|_)(password|passwd|pwd|secret|token|credentials?|api_?key|access_?key|private_?key)$"
package policies.secret.no_credentials

import data.lib.containers
import data.lib.contents
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "content", "path": content.path}} if {
	not exempt.is_object_exempt_from(input, "content")
	some content in contents.of(_object)

	# one look for all forms; which of them it was is only asked of those that have one
	regex.match(_any, content.text)
	some name, pattern in _patterns
	regex.match(pattern, content.text)
	msg := sprintf("%s contains what looks like %s", [texts.cut(texts.dotted(content.path), 100), texts.short(name)])
}

violation contains {"msg": msg, "details": {"rule": "variable", "path": variable.path}} if {
	some variable in contents.variables(_object)
	regex.match(object.get(input, ["parameters", "variables"], "."), variable.name)
	not _is_harmless(variable.text)
	not exempt.is_container_exempt_from(input, variable.entry.container, "variable")
	msg := sprintf("%s: the variable %s has a literal value", [containers.label(variable.entry), texts.short(variable.name)])
}

violation contains {"msg": "data of the ConfigMap is not a mapping", "details": {"path": ["data"]}} if {
	_object.kind == "ConfigMap"
	not _is_mapping(object.get(_object, "data", null))
}

violation contains {"msg": "this is not a ConfigMap or Pod", "details": {"path": []}} if {
	not object.get(_object, "kind", null) in {"ConfigMap", "Pod"}
}

violation contains outcome if some outcome in containers.broken(_object, "env")

_object := objects.of(input)

_patterns := object.get(input, ["parameters", "patterns"], {})

_any := concat("|", [sprintf("(?:%s)", [pattern]) | some pattern in _patterns])

# nothing, a reference to another variable, a path to a mounted file
_is_harmless(text) if text in {"", null}

_is_harmless(text) if regex.match(`^(\$\([A-Za-z0-9_]+\)|/[A-Za-z0-9._/-]*)$`, text)

_is_mapping(null)

_is_mapping(value) if is_object(value)
