# METADATA
# scope: package
# title: Images come from allowed registries
# description: |
#   Only registries that the security team has agreed to may bring code to a site. Prefixes are compared by whole parts, so
#   `ghcr.io/team` does not admit `ghcr.io/team-of-others`; an image without a registry counts as docker.io.
#   The parameter `registries` is filled from `spec.registries` of the environment.
# custom:
#   id: FG-IMG-001
#   kind: FGImageRegistries
#   severity: critical
#   scope: object
#   where: both
#   failure: An image comes from a registry that is not allowed.
#   remediation: Use the copy of the image in an allowed registry, or add the registry to spec.registries of the environment.
#   controls: [NSA-CISA-supply-chain, CIS-K8s-5.5.1]
#   facts: []
#   environment: {registries: registries}
#   parameters:
#     type: object
#     properties:
#       registries:
#         type: array
#         description: Registries, each with as much of the path as must be the same. None means that no image is allowed.
#         items: {type: string, minLength: 1}
#         default: []
package policies.image.registries

import data.lib.containers
import data.lib.exempt
import data.lib.images
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": entry.path}} if {
	some entry in containers.images(_pod)
	not _is_allowed(entry.image)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: image %s is not from an allowed registry", [entry.label, texts.cut(entry.image, 80)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

# what is not an image reference is from no registry
_is_allowed(image) if {
	some prefix in object.get(input, ["parameters", "registries"], [])
	images.is_below(images.parse(image), prefix)
}
