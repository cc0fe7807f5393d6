# METADATA
# scope: package
# title: Applications are limited and cannot empty a site
# description: |
#   An Application in the project `default` may apply anything anywhere. With allowEmpty, a folder
#   that is empty by mistake deletes everything. Replace and Force delete objects and create them
#   again, and their data is lost. A parameter can demand that a project has a sync window.
# custom:
#   id: FG-ARGO-003
#   kind: FGArgoGuardedApplications
#   severity: medium
#   scope: object
#   where: both
#   failure: An Application has no limits, or can delete what it should keep.
#   remediation: >-
#     Set a project other than default; remove allowEmpty, Replace=true and Force=true; add a
#     maintenance window.
#   controls: []
#   facts: []
#   rules:
#     shared-project: An Application has no project of its own.
#     allow-empty: An Application may be synced to nothing.
#     replace-or-force: A sync option replaces or forces.
#     no-sync-window: A project has no sync window.
#   parameters:
#     type: object
#     properties:
#       windows:
#         type: boolean
#         description: Whether a project needs a sync window.
#         default: false
package policies.argo.guarded_applications

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "shared-project", "path": ["spec", "project"]}} if {
	_object.kind == "Application"
	project := object.get(_object, ["spec", "project"], null)
	not _is_own(project)
	not exempt.is_object_exempt_from(input, "shared-project")
	msg := sprintf("spec.project is %s", [texts.short(project)])
}

violation contains {
	"msg": msg,
	"details": {"rule": "allow-empty", "path": ["spec", "syncPolicy", "automated", "allowEmpty"]},
} if {
	_object.kind == "Application"
	value := objects.at(_object, ["spec", "syncPolicy", "automated", "allowEmpty"])
	not value in {null, false}
	not exempt.is_object_exempt_from(input, "allow-empty")
	msg := sprintf("spec.syncPolicy.automated.allowEmpty is %s", [texts.short(value)])
}

violation contains {"msg": msg, "details": {"rule": "replace-or-force", "path": ["spec", "syncPolicy", "syncOptions"]}} if {
	not exempt.is_object_exempt_from(input, "replace-or-force")
	_object.kind == "Application"
	some option in objects.items(_object, ["spec", "syncPolicy", "syncOptions"])
	_is_dangerous(option)
	msg := sprintf("spec.syncPolicy.syncOptions contains %s", [texts.short(option)])
}

violation contains {
	"msg": "the project has no sync window",
	"details": {"rule": "no-sync-window", "path": ["spec", "syncWindows"]},
} if {
	_object.kind == "AppProject"
	input.parameters.windows == true
	objects.items(_object, ["spec", "syncWindows"]) == []
	not exempt.is_object_exempt_from(input, "no-sync-window")
}

violation contains {"msg": "this is not an Application or AppProject with a spec", "details": {"path": []}} if not _is_judged

_object := objects.of(input)

_is_judged if {
	_object.kind in {"Application", "AppProject"}
	is_object(_object.spec)
}

_is_own(project) if {
	is_string(project)
	not project in {"", "default"}
}

_is_dangerous(option) if not is_string(option)

_is_dangerous(option) if regex.match(`^\s*(Replace|Force)\s*=\s*true\s*$`, option)
