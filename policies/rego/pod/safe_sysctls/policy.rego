# METADATA
# scope: package
# title: Only safe sysctls are set
# description: |
#   A sysctl changes the kernel. Safe are those that act on the Pod alone; which these are depends on the version of the Pod
#   Security Standards. The parameter `allowed` adds names that the kubelets of the fleet allow, too.
# custom:
#   id: FG-POD-011
#   kind: FGPodSafeSysctls
#   severity: medium
#   scope: object
#   where: both
#   failure: A Pod sets a sysctl that is not safe.
#   remediation: Remove the sysctl from securityContext.sysctls.
#   controls: [PSS-baseline-sysctls, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       pssVersion:
#         type: string
#         description: Version of the Pod Security Standards that counts; that of the namespaces' labels.
#         pattern: ^v1\.[0-9]+$
#         default: v1.35
#       allowed:
#         type: array
#         description: Names of further sysctls that may be set.
#         items: {type: string, minLength: 1}
#         default: []
package policies.pod.safe_sysctls

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.pss
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["spec", "securityContext", "sysctls"]}} if {
	not exempt.is_object_exempt(input)
	some sysctl in objects.items(_pod, ["spec", "securityContext", "sysctls"])
	name := objects.at(sysctl, ["name"])
	not _is_safe(name)
	msg := sprintf("the Pod sets the sysctl %s", [texts.cut(name, 80)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

# name -> minor version of Kubernetes since which it is safe
_safe := {
	"kernel.shm_rmid_forced": 0,
	"net.ipv4.ip_local_port_range": 0,
	"net.ipv4.ip_local_reserved_ports": 27,
	"net.ipv4.ip_unprivileged_port_start": 0,
	"net.ipv4.ping_group_range": 0,
	"net.ipv4.tcp_fin_timeout": 29,
	"net.ipv4.tcp_keepalive_intvl": 29,
	"net.ipv4.tcp_keepalive_probes": 29,
	"net.ipv4.tcp_keepalive_time": 29,
	"net.ipv4.tcp_rmem": 32,
	"net.ipv4.tcp_syncookies": 0,
	"net.ipv4.tcp_wmem": 32,
}

_is_safe(name) if pss.is_since(input, _safe[name])

_is_safe(name) if name in object.get(input, ["parameters", "allowed"], [])
