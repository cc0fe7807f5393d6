package gate.expansion_test

import data.gate.expansion

_template := {"metadata": {"labels": {"app": "web"}, "namespace": "ignored"}, "spec": {"containers": [{"name": "web"}]}}

_deployment := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "Web", "namespace": "shop"},
	"spec": {"template": _template},
}

_cron_job := {
	"apiVersion": "batch/v1",
	"kind": "CronJob",
	"metadata": {"name": "nightly"},
	"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": []}}}}},
}

test_pod_of_deployment if {
	expansion.pod(_deployment, ["spec", "template"]) == {
		"apiVersion": "v1",
		"kind": "Pod",
		"metadata": {
			"name": "web-pod",
			"namespace": "shop",
			"labels": {"app": "web"},
			"ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "Web", "uid": ""}],
		},
		"spec": {"containers": [{"name": "web"}]},
	}
}

test_pod_of_cron_job_without_metadata if {
	expansion.pod(_cron_job, ["spec", "jobTemplate", "spec", "template"]) == {
		"apiVersion": "v1",
		"kind": "Pod",
		"metadata": {
			"name": "nightly-pod",
			"ownerReferences": [{"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": ""}],
		},
		"spec": {"containers": []},
	}
}

test_pod_of_every_workload[kind] if {
	some kind, [api_version, nested] in {
		"Deployment": ["apps/v1", {"template": _template}],
		"StatefulSet": ["apps/v1", {"template": _template}],
		"DaemonSet": ["apps/v1", {"template": _template}],
		"ReplicaSet": ["apps/v1", {"template": _template}],
		"ReplicationController": ["v1", {"template": _template}],
		"Job": ["batch/v1", {"template": _template}],
		"CronJob": ["batch/v1", {"jobTemplate": {"spec": {"template": _template}}}],
	}
	workload := {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web", "namespace": "shop"}, "spec": nested}
	group := concat("/", array.slice(split(api_version, "/"), 0, count(split(api_version, "/")) - 1))
	pod := expansion.pod(workload, expansion.template_path(workload, concat("/", [group, kind])))
	pod == {
		"apiVersion": "v1",
		"kind": "Pod",
		"metadata": {
			"name": "web-pod",
			"namespace": "shop",
			"labels": {"app": "web"},
			"ownerReferences": [{"apiVersion": api_version, "kind": kind, "name": "web", "uid": ""}],
		},
		"spec": _template.spec,
	}
}

test_owners_of_the_template_stay if {
	workload := json.patch(_deployment, [{"op": "add", "path": "spec/template/metadata/ownerReferences", "value": [{"name": "x"}]}])
	pod := expansion.pod(workload, ["spec", "template"])
	[owner.name | some owner in pod.metadata.ownerReferences] == ["x", "Web"]
}

test_no_pod_without_template if {
	not expansion.pod({"metadata": {"name": "web"}, "spec": {}}, ["spec", "template"])
	not expansion.pod(object.union(_deployment, {"spec": {"template": "text"}}), ["spec", "template"])
	not expansion.pod(object.union(_deployment, {"spec": {"template": {"metadata": "text"}}}), ["spec", "template"])
}

test_template_path[group_kind] if {
	some group_kind, expected in {
		"apps/Deployment": ["spec", "template"],
		"apps/StatefulSet": ["spec", "template"],
		"apps/DaemonSet": ["spec", "template"],
		"apps/ReplicaSet": ["spec", "template"],
		"/ReplicationController": ["spec", "template"],
		"batch/Job": ["spec", "template"],
		"batch/CronJob": ["spec", "jobTemplate", "spec", "template"],
	}
	path := expansion.template_path({"apiVersion": "apps/v1"}, group_kind)
	path == expected
}

test_no_template_path if {
	not expansion.template_path({"apiVersion": "apps/v1beta1"}, "apps/Deployment")
	not expansion.template_path({"apiVersion": "v1"}, "/ConfigMap")
}
