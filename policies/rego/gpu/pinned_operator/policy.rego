# METADATA
# scope: package
# title: The GPU operator is pinned and upgrades drivers with care
# description: |
#   A ClusterPolicy decides which driver is loaded into the kernel of every node with a card. Its versions are exact; drivers
#   are upgraded a few nodes at a time, without forcing Pods out that nobody starts again. The operator takes a ClusterPolicy
#   or a GPUCluster, never both: the parameter `resource` says which of the two the fleet uses.
# custom:
#   id: FG-GPU-004
#   kind: FGGpuPinnedOperator
#   severity: high
#   scope: object
#   where: both
#   failure: The configuration of the GPU operator moves by itself, forces Pods out, or is of the wrong kind.
#   remediation: Name exact versions; set maxParallelUpgrades to 1 or more and force to false in upgradePolicy.
#   controls: []
#   facts: []
#   rules:
#     other-kind: The object is of another kind than the fleet uses.
#     version: A part of the operator has no exact version.
#     upgrade-policy: Drivers are upgraded on all nodes at once, or by force.
#   parameters:
#     type: object
#     properties:
#       resource:
#         type: string
#         description: The kind by which the fleet configures the operator.
#         enum: [ClusterPolicy, GPUCluster]
#         default: ClusterPolicy
package policies.gpu.pinned_operator

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "other-kind", "path": ["kind"]}} if {
	kind := object.get(_object, "kind", null)
	kind != object.get(input, ["parameters", "resource"], "ClusterPolicy")
	not exempt.is_object_exempt_from(input, "other-kind")
	msg := sprintf("the kind is %s; the fleet uses %s", [
		texts.short(kind),
		texts.short(object.get(input, ["parameters", "resource"], "ClusterPolicy")),
	])
}

violation contains {"msg": msg, "details": {"rule": "version", "path": ["spec", part, "version"]}} if {
	not exempt.is_object_exempt_from(input, "version")
	some part, described in _parts
	_is_named(part, described)
	version := object.get(described, "version", null)
	not _is_exact(version)
	msg := sprintf("spec.%s.version is %s", [texts.short(part), texts.short(version)])
}

violation contains {
	"msg": msg,
	"details": {"rule": "upgrade-policy", "path": array.concat(["spec", "driver", "upgradePolicy"], path)},
} if {
	not exempt.is_object_exempt_from(input, "upgrade-policy")
	_upgrades_itself
	some [path, reason] in _careless
	msg := sprintf("spec.driver.upgradePolicy.%s %s", [texts.dotted(path), reason])
}

violation contains {"msg": "the object has no spec", "details": {"path": []}} if not is_object(object.get(_object, "spec", null))

_object := objects.of(input)

_parts[part] := described if {
	some part, described in _object.spec
	is_object(described)
}

# what names an image itself; everything else follows the operator's own release
_is_named(_, described) if object.get(described, "version", null) != null

_is_named(_, described) if object.get(described, "image", null) != null

_is_named("driver", described) if object.get(described, "enabled", true) != false

_is_exact(version) if {
	regex.match(`^(v?[0-9][0-9A-Za-z._-]*|sha256:[0-9a-f]{64})$`, version)
}

_policy := object.get(_object, ["spec", "driver", "upgradePolicy"], {})

_upgrades_itself if object.get(_policy, "autoUpgrade", false) != false

# all nodes at once, or Pods without a controller deleted
_careless contains [["maxParallelUpgrades"], sprintf("is %s: all nodes at once", [texts.short(number)])] if {
	number := object.get(_policy, "maxParallelUpgrades", 1)
	not _is_positive(number)
}

_careless contains [[part, "force"], "is not false"] if {
	some part in ["drain", "podDeletion"]
	not objects.at(_policy, [part, "force"]) in {null, false}
}

_is_positive(number) if {
	is_number(number)
	number > 0
}
