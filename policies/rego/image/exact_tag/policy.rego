# METADATA
# scope: package
# title: Images have an exact tag
# description: |
#   A tag that moves makes two sites with the same configuration run different code, and a restart of a Pod becomes an unreviewed
#   upgrade. An image needs a tag that does not move, or a digest; with `digest: true` the digest is required.
# custom:
#   id: FG-IMG-002
#   kind: FGImageExactTag
#   severity: high
#   scope: object
#   where: both
#   failure: An image has no tag, or one that moves.
#   remediation: Name the exact version as tag (image:1.4.2) or digest (image@sha256:...) in the settings of the component.
#   controls: [NSA-CISA-supply-chain]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       moving:
#         type: array
#         description: Tags that are known to move.
#         items: {type: string, minLength: 1}
#         default: [latest, stable, edge, main, master, dev, nightly]
#       digest:
#         type: boolean
#         description: Whether a digest is required.
#         default: false
package policies.image.exact_tag

import data.lib.containers
import data.lib.exempt
import data.lib.images
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": entry.path}} if {
	some entry in containers.images(_pod)
	not _is_exact(entry.image)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: image %s has no %s", [entry.label, texts.cut(entry.image, 80), _wanted])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_exact(image) if images.parse(image).digest != ""

_is_exact(image) if {
	_wanted == "exact tag"
	tag := images.parse(image).tag
	tag != ""
	not tag in object.get(input, ["parameters", "moving"], ["latest"])
}

default _wanted := "exact tag"

_wanted := "digest" if _needs_digest

_needs_digest if object.get(input, ["parameters", "digest"], false) != false
