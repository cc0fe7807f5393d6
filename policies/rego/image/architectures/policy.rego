# METADATA
# scope: package
# title: Images run on the nodes that they can reach
# description: |
#   On a node of another architecture, an image restarts forever with `exec format error`. The
#   parameter `images` lists images that exist for some architectures only. Every node pool that can
#   run such a workload must have one of them; a selector for kubernetes.io/arch ensures that.
# custom:
#   id: FG-IMG-004
#   kind: FGImageArchitectures
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A workload can reach nodes that its image does not run on.
#   remediation: >-
#     Add a nodeSelector for kubernetes.io/arch, or use an image for all architectures of the site.
#   controls: []
#   facts:
#     - nodePools.*.arch
#     - nodePools.*.labels
#     - nodePools.*.name
#     - nodePools.*.taints
#     - units.*.workloads.*.images
#     - units.*.workloads.*.kind
#     - units.*.workloads.*.name
#     - units.*.workloads.*.nodeSelector
#     - units.*.workloads.*.tolerations
#   rules:
#     wrong-pool: A workload may come to a node pool that its image is not for.
#     no-pool: A workload finds no node pool that its image is for.
#   parameters:
#     type: object
#     properties:
#       images:
#         type: array
#         description: Images that exist for some architectures only.
#         items:
#           type: object
#           required: [prefix, architectures]
#           additionalProperties: false
#           properties:
#             prefix: {type: string, minLength: 1, description: Prefix of the image reference.}
#             architectures: {type: array, items: {type: string, enum: [amd64, arm64]}, description: Architectures of the image.}
#         default:
#           - {prefix: "docker.io/tensorflow/serving:", architectures: [amd64]}
package policies.image.architectures

import data.lib.sites
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "wrong-pool", "unit": entry.unit, "path": "spec.nodePools"}} if {
	some entry in sites.items(input, "workloads")
	some image in entry.item.images
	some known in object.get(input, ["parameters", "images"], [])
	startswith(image, known.prefix)
	some pool in sites.fitting(input, entry.item)
	not pool.arch in known.architectures
	msg := sprintf("%s can reach node pool %s (%s), but its image %s is for %s", [
		sites.label(entry),
		texts.cut(pool.name, 20),
		pool.arch,
		texts.cut(known.prefix, 40),
		concat(", ", known.architectures),
	])
}

violation contains {"msg": msg, "details": {"rule": "no-pool", "unit": entry.unit, "path": "spec.nodePools"}} if {
	some entry in sites.items(input, "workloads")
	some image in entry.item.images
	some known in object.get(input, ["parameters", "images"], [])
	startswith(image, known.prefix)
	count([pool | some pool in sites.fitting(input, entry.item); pool.arch in known.architectures]) == 0
	msg := sprintf("%s finds no node pool for its image %s (%s)", [
		sites.label(entry),
		texts.cut(known.prefix, 40),
		concat(", ", known.architectures),
	])
}

violation contains outcome if some outcome in sites.broken(input, ["workloads"])

violation contains outcome if some outcome in sites.without_pools(input)
