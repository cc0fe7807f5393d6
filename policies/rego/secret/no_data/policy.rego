# METADATA
# scope: package
# title: No Secret with data in git
# description: |
#   Whatever was once in git stays there forever, and every site that pulls the repository has it. A
#   Secret is created at the site: by an operator for external secrets, from a sealed secret, or by
#   hand during the first installation. This rule is for the gate only, because in a cluster
#   everything runs on Secrets with data.
# custom:
#   id: FG-SEC-001
#   kind: FGSecretNoData
#   severity: critical
#   scope: object
#   where: gate
#   failure: A manifest contains a Secret with data.
#   remediation: Remove the data; refer to a secret store of the site, or seal the secret.
#   controls: [NSA-CISA-authorization, MITRE-T1552.001]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       types:
#         type: array
#         description: Types of Secrets that may contain data, because it is not secret.
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
	msg := sprintf("the Secret contains %s", [field])
}

violation contains {"msg": "this is not a Secret", "details": {"path": []}} if {
	object.get(_object, "kind", null) != "Secret"
}

_object := objects.of(input)
