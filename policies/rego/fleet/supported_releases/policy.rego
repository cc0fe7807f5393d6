# METADATA
# scope: package
# title: Makers still support the releases that run
# description: |
#   A release past its support gets no fixes, and the way to a supported one grows longer: an operator goes only from one series
#   to the next. The catalog has the dates; a window warns while there is time to plan.
# custom:
#   id: FG-FLT-007
#   kind: FGFleetSupportedReleases
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A unit has a version whose support ended, or ends soon.
#   remediation: >-
#     Plan the way to a supported version: fleetgen catalog plan prints its steps.
#   controls: []
#   facts:
#     - asOf
#     - units.*.component
#     - units.*.supportEnds
#     - units.*.version
#   rules:
#     support-ended: The maker's support of the version ended.
#     support-ending: The maker's support of the version ends within the window.
#   parameters:
#     type: object
#     properties:
#       days:
#         type: integer
#         description: Days before the end of support from which on it is said.
#         minimum: 0
#         default: 60
package policies.fleet.supported_releases

import data.lib.texts

violation contains _finding(unit, description, "support-ended", msg) if {
	some unit, description in _dated
	description.supportEnds < input.asOf
	shown := [texts.short(unit), texts.short(description.version), description.supportEnds]
	msg := sprintf("%s %s got its last fixes on %s, when its support ended", shown)
}

violation contains _finding(unit, description, "support-ending", msg) if {
	some unit, description in _dated
	description.supportEnds >= input.asOf
	_days_until(description.supportEnds) <= input.parameters.days
	shown := [texts.short(unit), texts.short(description.version), description.supportEnds]
	msg := sprintf("the support of %s %s ends on %s", shown)
}

violation contains {"msg": "the model of the cluster has no units", "details": {}} if {
	not is_object(object.get(input, ["cluster", "units"], null))
}

violation contains {"msg": "the parameter days is not a number", "details": {}} if {
	not is_number(object.get(input, ["parameters", "days"], null))
}

violation contains {"msg": "asOf is not a date", "details": {}} if not _is_date(object.get(input, "asOf", ""))

_is_date(text) if regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, text)

_dated[unit] := description if {
	some unit, description in input.cluster.units
	_is_date(description.supportEnds)
}

_days_until(date) := (_nanoseconds(date) - _nanoseconds(input.asOf)) / 86400000000000

_nanoseconds(date) := time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [date]))

_finding(unit, description, rule, msg) := {
	"msg": texts.cut(msg, 200),
	"details": {"rule": rule, "unit": unit, "path": sprintf("spec.components.%s.version", [description.component])},
}
