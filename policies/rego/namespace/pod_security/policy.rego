# METADATA
# scope: package
# title: Namespaces say their Pod Security level
# description: |
#   Pod Security admission follows the labels of a namespace. Without them a namespace admits everything, and with the version
#   `latest` an upgrade of the cluster changes by itself what is admitted, at a site where nobody watches. Each mode needs its
#   level and an exact version; the level that is enforced must be one of the levels that are allowed.
# custom:
#   id: FG-NS-001
#   kind: FGNamespacePodSecurity
#   severity: high
#   scope: object
#   where: both
#   failure: A namespace does not say which Pod Security level holds, or follows a moving version.
#   remediation: Set podSecurity of the namespace in the settings of cluster-baseline, with a level and a version such as v1.35.
#   controls: [CIS-K8s-5.2.1, PSS]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       levels:
#         type: array
#         description: Levels that a namespace may enforce.
#         items: {type: string, enum: [privileged, baseline, restricted]}
#         default: [baseline, restricted]
#       privileged:
#         type: array
#         description: Names of namespaces that may enforce `privileged` (device plugins, storage, the CNI).
#         items: {type: string, minLength: 1}
#         default: []
#       modes:
#         type: array
#         description: Modes that must be labelled.
#         items: {type: string, enum: [enforce, audit, warn]}
#         default: [enforce, audit, warn]
#       version:
#         type: string
#         description: The version that each namespace must name, for example v1.35; empty for any exact version.
#         pattern: ^(v1\.[0-9]+)?$
#         default: ""
package policies.namespace.pod_security

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["metadata", "labels"]}} if {
	not exempt.is_object_exempt(input)
	some mode in _modes
	level := _label(mode)
	not level in _levels(mode)
	msg := sprintf("the namespace has the Pod Security level %s for %s, allowed: %s", [
		texts.short(level),
		texts.short(mode),
		concat(", ", sort(_levels(mode))),
	])
}

violation contains {"msg": msg, "details": {"path": ["metadata", "labels"]}} if {
	not exempt.is_object_exempt(input)
	some mode in _modes
	version := _label(sprintf("%s-version", [mode]))
	not _is_pinned(version)
	msg := sprintf("the namespace has the Pod Security version %s for %s, wanted: %s", [
		texts.short(version),
		texts.short(mode),
		_wanted,
	])
}

_object := objects.of(input)

_modes := object.get(input, ["parameters", "modes"], ["enforce", "audit", "warn"])

# what is not there is shown as null
_label(key) := object.get(_object, ["metadata", "labels", sprintf("pod-security.kubernetes.io/%s", [key])], null)

# `audit` and `warn` only report, so they may have any level
_levels("audit") := {"privileged", "baseline", "restricted"}

_levels("warn") := {"privileged", "baseline", "restricted"}

_levels("enforce") := {level | some level in object.get(input, ["parameters", "levels"], [])} | {"privileged" |
	object.get(_object, ["metadata", "name"], "") in object.get(input, ["parameters", "privileged"], [])
}

_version := object.get(input, ["parameters", "version"], "")

default _wanted := "an exact one such as v1.35"

_wanted := _version if _version != ""

_is_pinned(version) if {
	regex.match(`^v1\.[0-9]+$`, version)
	_version in {"", version}
}
