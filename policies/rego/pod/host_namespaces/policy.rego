# METADATA
# scope: package
# title: Pods do not share namespaces of the host
# description: |
#   With the host's network a Pod stands beside every NetworkPolicy and reaches what listens on the node alone; with its
#   process or IPC namespace it sees and signals the processes of all others. A Pod keeps to namespaces of its own.
# custom:
#   id: FG-POD-002
#   kind: FGPodHostNamespaces
#   severity: critical
#   scope: object
#   where: both
#   failure: A Pod shares the network, process or IPC namespace of the host.
#   remediation: Remove hostNetwork, hostPID and hostIPC; publish ports through a Service.
#   controls: [PSS-baseline-host-namespaces, CIS-K8s-5.2.3, CIS-K8s-5.2.4, CIS-K8s-5.2.5, NSA-CISA-pod-security, MITRE-T1611]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.host_namespaces

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["spec", field]}} if {
	not exempt.is_object_exempt(input)
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	value := object.get(_pod, ["spec", field], null)
	not value in {null, false}
	msg := sprintf("spec.%s is %s", [field, texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)
