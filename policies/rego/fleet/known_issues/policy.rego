# METADATA
# scope: package
# title: No release with a known serious issue runs
# description: |
#   Makers publish vulnerabilities and severe faults of their releases. The catalog lists them with the first version that is
#   without them. A site that nobody visits keeps what it got, so such a release is refused before it is sent there.
# custom:
#   id: FG-FLT-006
#   kind: FGFleetKnownIssues
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A unit has a version with a known serious issue.
#   remediation: >-
#     Use the version that the message names. Where the issue cannot be reached, waive the rule until the version can be changed.
#   controls: []
#   facts:
#     - units.*.component
#     - units.*.issues
#     - units.*.version
#   rules:
#     known-issue: The version has an issue of a severity that is judged.
#   parameters:
#     type: object
#     properties:
#       severities:
#         type: array
#         description: Severities that are judged.
#         items: {type: string, enum: [critical, high, medium]}
#         default: [critical, high]
package policies.fleet.known_issues

import data.lib.texts

violation contains {
	"msg": texts.cut(msg, 200),
	"details": {"rule": "known-issue", "unit": unit, "path": sprintf("spec.components.%s.version", [description.component])},
} if {
	some unit, description in input.cluster.units
	some issue in description.issues
	issue.severity in input.parameters.severities
	shown := [texts.short(unit), texts.short(description.version), issue.id, issue.severity, issue.summary, _way_out(issue)]
	msg := sprintf("%s %s has %s (%s): %s; %s", shown)
}

violation contains {"msg": "the model of the cluster has no units", "details": {}} if {
	not is_object(object.get(input, ["cluster", "units"], null))
}

violation contains {"msg": "the parameter severities is not a list", "details": {}} if {
	not is_array(object.get(input, ["parameters", "severities"], null))
}

_way_out(issue) := sprintf("fixed in %s", [issue.fixedIn]) if issue.fixedIn != ""

_way_out(issue) := "no version fixes it yet" if issue.fixedIn == ""
