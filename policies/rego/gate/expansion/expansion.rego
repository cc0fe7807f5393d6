# METADATA
# title: Pods that workloads would create
# description: |
#   What Gatekeeper's ExpansionTemplates generate: one Pod for each workload, named after it, in its namespace, owned by it,
#   with the metadata of the pod template. A CronJob expands directly to its Pod, without a Job between the two.
package gate.expansion

# `applyTo` of an ExpansionTemplate is versioned
_versions := {"v1", "apps/v1", "batch/v1"}

_template_paths := {
	"apps/Deployment": ["spec", "template"],
	"apps/StatefulSet": ["spec", "template"],
	"apps/DaemonSet": ["spec", "template"],
	"apps/ReplicaSet": ["spec", "template"],
	"/ReplicationController": ["spec", "template"],
	"batch/Job": ["spec", "template"],
	"batch/CronJob": ["spec", "jobTemplate", "spec", "template"],
}

# Where the pod template of a workload stands; undefined for all that is not expanded.
template_path(workload, group_kind) := _template_paths[group_kind] if workload.apiVersion in _versions

# Undefined if there is no usable template: the gate refuses such a workload instead of overlooking it.
pod(workload, path) := object.union(template, {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": object.union_n([metadata, {"name": name, "ownerReferences": owners}, namespace]),
}) if {
	template := object.get(workload, path, null)
	is_object(template)
	metadata := object.get(template, "metadata", {})
	is_object(metadata)
	name := sprintf("%s-pod", [lower(workload.metadata.name)])
	owner := {"apiVersion": workload.apiVersion, "kind": workload.kind, "name": workload.metadata.name, "uid": ""}
	owners := array.concat(object.get(metadata, "ownerReferences", []), [owner])
	namespace := {"namespace": own | own := workload.metadata.namespace}
}
