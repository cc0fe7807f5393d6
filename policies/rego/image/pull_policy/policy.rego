# METADATA
# scope: package
# title: Images are pulled once
# description: |
#   A site with a thin link, or none for a day, must be able to restart what it has. With `Always` a Pod starts only while the
#   registry answers. Not said is `IfNotPresent`, unless the image has no tag, or latest.
# custom:
#   id: FG-IMG-003
#   kind: FGImagePullPolicy
#   severity: medium
#   scope: object
#   where: both
#   failure: A container asks the registry at each start.
#   remediation: Set imagePullPolicy to IfNotPresent.
#   controls: []
#   facts: []
#   parameters:
#     type: object
#     properties:
#       allowed:
#         type: array
#         description: Pull policies that are allowed.
#         items: {type: string, enum: [Always, IfNotPresent, Never]}
#         default: [IfNotPresent]
package policies.image.pull_policy

import data.lib.containers
import data.lib.exempt
import data.lib.images
import data.lib.objects
import data.lib.texts
import data.lib.volumes

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["imagePullPolicy"])}} if {
	some entry in containers.of(_pod)
	given := object.get(entry.container, "imagePullPolicy", null)
	not _is_allowed(_effective(given, object.get(entry.container, "image", null)))
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: the pull policy is %s", [
		containers.label(entry),
		texts.short(_effective(given, object.get(entry.container, "image", null))),
	])
}

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["image", "pullPolicy"])}} if {
	not exempt.is_object_exempt(input)
	some entry in volumes.of(_pod)
	object.get(entry.volume, "image", null) != null
	given := objects.at(entry.volume, ["image", "pullPolicy"])
	policy := _effective(given, objects.at(entry.volume, ["image", "reference"]))
	not _is_allowed(policy)
	msg := sprintf("%s: the pull policy is %s", [volumes.label(entry), texts.short(policy)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_allowed(policy) if policy in object.get(input, ["parameters", "allowed"], ["IfNotPresent"])

_effective(given, _) := given if given != null

# what Kubernetes makes of a policy that is not given; what is not an image reference is pulled whenever it can be
_effective(null, image) := "IfNotPresent" if {
	parsed := images.parse(image)
	concat("", [parsed.tag, parsed.digest]) != ""
	parsed.tag != "latest"
} else := "Always"
