# METADATA
# scope: package
# title: SELinux options stay those of containers
# description: |
#   SELinux separates containers by the type of their processes. Another type than those for containers, or a user or role of
#   one's own, switches the separation off. Which types are allowed depends on the version of the standards:
#   container_engine_t is one since 1.31.
# custom:
#   id: FG-POD-008
#   kind: FGPodSelinux
#   severity: medium
#   scope: object
#   where: both
#   failure: A container sets an SELinux type, user or role that is not allowed.
#   remediation: Remove seLinuxOptions, or keep only its level and an allowed type.
#   controls: [PSS-baseline-selinux, CIS-K8s-5.7.3, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       pssVersion:
#         type: string
#         description: Version of the Pod Security Standards that counts; that of the namespaces' labels.
#         pattern: ^v1\.[0-9]+$
#         default: v1.35
package policies.pod.selinux

import data.lib.containers
import data.lib.objects
import data.lib.pss
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(context.path, ["seLinuxOptions", field])}} if {
	some context in security.contexts(_pod)
	some field in ["type", "user", "role"]
	value := security.field(context, ["seLinuxOptions", field])
	not _is_allowed(field, value)
	not security.is_exempt(input, context)
	msg := sprintf("%s: the SELinux %s is %s", [security.label(context), field, texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_allowed(_, value) if value in {null, ""}

_is_allowed("type", value) if value in {"container_t", "container_init_t", "container_kvm_t"}

_is_allowed("type", "container_engine_t") if pss.is_since(input, 31)
