# METADATA
# scope: package
# title: No Secret with data in git
# description: |
#   What was once in git stays there for ever, and every site that pulls the repository has it. A Secret is made at the site:
#   by an operator for external secrets, by a sealed secret, or by hand at the first installation. This rule is for the gate
#   only; in a cluster Secrets with data are what everything runs on.
# custom:
#   id: FG-SEC-001
#   kind: FGSecretNoData
#   severity: critical
#   scope: object
#   where: gate
#   failure: A manifest holds a Secret with data.
#   remediation: Remove the data; refer to a secret store of the site, or seal the secret.
#   controls: [NSA-CISA-authorization, MITRE-T1552.001]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       types:
#         type: array
#         description: Types of Secrets that may hold data, because it is none.
#         items: {type: string, minLength: 1}
#         default: []
package policies.secret.no_data

import data.lib.exempt
import data.lib.objects

violation contains {"msg": msg, "details": {"path": [field]}} if {
	not exempt.is_object_exempt(input)
	not object.get(_object, "type", "Opaque") in object.get(input, ["parameters", "types"], [])
	some field in ["data", "stringData"]
	content := object.get(_object, field, null)
	not content in {null, {}}
	msg := sprintf("the Secret holds %s", [field])
}

violation contains {"msg": "this is no Secret", "details": {"path": []}} if {
	object.get(_object, "kind", null) != "Secret"
}

_object := objects.of(input)
