# METADATA
# scope: package
# title: Applications name exact revisions
# description: |
#   Argo CD accepts `HEAD`, `*` and ranges, so every sync could bring something that nobody
#   reviewed. A chart has an exact version. A git source has a commit or a full ref: refs/tags/...
#   or, where sites follow a branch that only the publisher writes, refs/heads/....
# custom:
#   id: FG-ARGO-002
#   kind: FGArgoExactRevisions
#   severity: high
#   scope: object
#   where: both
#   failure: An Application follows a revision that moves by itself.
#   remediation: Write the exact chart version, a commit, or a full ref.
#   controls: [NSA-CISA-supply-chain]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       branches:
#         type: boolean
#         description: Whether a git source may follow a branch, named as refs/heads/....
#         default: true
package policies.argo.exact_revisions

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(source.path, ["targetRevision"])}} if {
	not exempt.is_object_exempt(input)
	some source in _sources
	revision := objects.at(source.value, ["targetRevision"])
	not _is_exact(source.value, revision)
	shown := [texts.dotted(source.path), texts.cut(revision, 60)]
	msg := sprintf("%s.targetRevision is %s", shown)
}

violation contains {"msg": "the Application has no source", "details": {"path": ["spec"]}} if count(_sources) == 0

_object := objects.of(input)

_sources := array.concat(
	[{"path": ["spec", "source"], "value": source} |
		source := objects.at(_object, ["spec", "source"])
		source != null
	],
	[{"path": ["spec", "sources", index], "value": source} | some index, source in objects.items(_object, ["spec", "sources"])],
)

_is_exact(source, revision) if {
	is_string(source.chart)
	regex.match(`^v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$`, revision)
}

_is_exact(source, revision) if {
	not source.chart
	regex.match(`^[0-9a-f]{40}([0-9a-f]{24})?$`, revision)
}

_is_exact(source, revision) if {
	not source.chart
	regex.match(`^refs/tags/[^[:space:]*?]+$`, revision)
}

_is_exact(source, revision) if {
	input.parameters.branches == true
	not source.chart
	regex.match(`^refs/heads/[^[:space:]*?]+$`, revision)
}
