# METADATA
# scope: package
# title: Only listed Pods get a token for the API server
# description: |
#   A token that is mounted into every Pod makes each of them a way to the API server. A model server never calls it. A Pod
#   says automountServiceAccountToken: false, or its ServiceAccount is in the parameter `serviceAccounts`.
# custom:
#   id: FG-POD-020
#   kind: FGPodNoToken
#   severity: medium
#   scope: object
#   where: both
#   failure: A Pod gets a token for the API server.
#   remediation: Set automountServiceAccountToken to false in the pod template, or list the ServiceAccount in the constraint.
#   controls: [CIS-K8s-5.1.6, NSA-CISA-authorization, MITRE-T1528]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       serviceAccounts:
#         type: array
#         description: Names of ServiceAccounts whose Pods get a token.
#         items: {type: string, minLength: 1}
#         default: []
package policies.pod.no_token

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["spec", "automountServiceAccountToken"]}} if {
	value := object.get(_pod, ["spec", "automountServiceAccountToken"], null)
	value != false
	not _account in object.get(input, ["parameters", "serviceAccounts"], [])
	not exempt.is_object_exempt(input)
	msg := sprintf(
		"automountServiceAccountToken is %s, not false, for the ServiceAccount %s",
		[texts.short(value), texts.short(_account)],
	)
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_account := object.get(_pod, ["spec", "serviceAccountName"], "default")
