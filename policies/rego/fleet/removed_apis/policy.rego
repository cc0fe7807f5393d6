# METADATA
# scope: package
# title: No unit uses an API that the cluster no longer has
# description: |
#   When Argo CD syncs an object of an API version that Kubernetes removed, the API server refuses
#   it, and the whole unit fails. The parameter `removed` gives for each kind the minor version that
#   removed it.
# custom:
#   id: FG-FLT-004
#   kind: FGFleetRemovedApis
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A unit contains an object of an API version that the cluster does not serve.
#   remediation: >-
#     Use the newer API version in the template, or leave the cluster on its version until that is
#     done.
#   controls: []
#   facts: ['facts["kubernetes.minor"]', units.*.apis]
#   parameters:
#     type: object
#     properties:
#       removed:
#         type: object
#         description: Kinds as group/version/Kind, and the first minor version without them.
#         additionalProperties: {type: string, pattern: "^1\\.[0-9]+$"}
#         default:
#           admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration: "1.22"
#           admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration: "1.22"
#           apiextensions.k8s.io/v1beta1/CustomResourceDefinition: "1.22"
#           apps/v1beta1/Deployment: "1.16"
#           apps/v1beta2/Deployment: "1.16"
#           autoscaling/v2beta1/HorizontalPodAutoscaler: "1.25"
#           autoscaling/v2beta2/HorizontalPodAutoscaler: "1.26"
#           batch/v1beta1/CronJob: "1.25"
#           certificates.k8s.io/v1beta1/CertificateSigningRequest: "1.22"
#           coordination.k8s.io/v1beta1/Lease: "1.22"
#           discovery.k8s.io/v1beta1/EndpointSlice: "1.25"
#           events.k8s.io/v1beta1/Event: "1.25"
#           extensions/v1beta1/Deployment: "1.16"
#           extensions/v1beta1/Ingress: "1.22"
#           flowcontrol.apiserver.k8s.io/v1beta2/FlowSchema: "1.29"
#           flowcontrol.apiserver.k8s.io/v1beta2/PriorityLevelConfiguration: "1.29"
#           flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema: "1.32"
#           flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration: "1.32"
#           networking.k8s.io/v1beta1/Ingress: "1.22"
#           networking.k8s.io/v1beta1/IngressClass: "1.22"
#           node.k8s.io/v1beta1/RuntimeClass: "1.25"
#           policy/v1beta1/PodDisruptionBudget: "1.25"
#           policy/v1beta1/PodSecurityPolicy: "1.25"
#           rbac.authorization.k8s.io/v1beta1/ClusterRole: "1.22"
#           rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding: "1.22"
#           rbac.authorization.k8s.io/v1beta1/Role: "1.22"
#           rbac.authorization.k8s.io/v1beta1/RoleBinding: "1.22"
#           scheduling.k8s.io/v1beta1/PriorityClass: "1.22"
#           storage.k8s.io/v1beta1/CSIStorageCapacity: "1.27"
#           storage.k8s.io/v1beta1/StorageClass: "1.22"
package policies.fleet.removed_apis

import data.lib.sites
import data.lib.texts

violation contains {"msg": msg, "details": {"unit": entry.unit, "path": "spec.kubernetes.version"}} if {
	some entry in sites.items(input, "apis")
	since := object.get(input, ["parameters", "removed", entry.item], null)
	since != null
	not _is_older(since)
	msg := sprintf("unit %s holds %s, which is gone since Kubernetes %s; the cluster has %s", [
		texts.short(entry.unit),
		texts.cut(entry.item, 60),
		texts.short(since),
		texts.short(_minor),
	])
}

violation contains outcome if some outcome in sites.broken(input, ["apis"])

_minor := object.get(input, ["cluster", "facts", "kubernetes.minor"], null)

# a version that cannot be read is not older
_is_older(since) if to_number(trim_prefix(_minor, "1.")) < to_number(trim_prefix(since, "1."))
