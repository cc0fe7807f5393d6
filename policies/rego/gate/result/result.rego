# METADATA
# title: Results
# description: The one shape of everything that the gate reports. conftest passes each key beside `msg` on as metadata.
package gate.result

original := {"source": "Original", "prefix": "", "template": []}

# `form` says how the target came about: written so, or generated from a workload whose pod template stands at `template`
of(constraint, id, violation, form) := {
	"msg": concat("", [form.prefix, _message(violation)]),
	"policy": constraint.policy,
	"constraint": constraint.name,
	"action": constraint.action,
	"details": _details(violation),
	"source": form.source,
	"template": form.template,
	"id": id,
}

# what the gate itself has to say about its input or its plan always denies
problem(id, code, msg) := of(
	{"policy": "gate", "name": "", "action": "deny"}, id,
	{"msg": msg, "details": {"code": code}}, original,
)

_message(violation) := violation.msg if _has_message(violation)

_message(violation) := "the policy gave a result without a message" if not _has_message(violation)

_has_message(violation) if is_string(violation.msg)

_details(violation) := violation.details if _has_details(violation)

_details(violation) := {} if not _has_details(violation)

_has_details(violation) if is_object(violation.details)
