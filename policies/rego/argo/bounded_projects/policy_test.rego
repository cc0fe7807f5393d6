package policies.argo.bounded_projects_test

import data.lib.texts
import data.policies.argo.bounded_projects

_request(spec, exemptions) := {
	"parameters": {"exemptions": exemptions},
	"review": {"object": {"kind": "AppProject", "metadata": {"name": "fleet", "namespace": "argocd"}, "spec": spec}},
}

test_passing[name] if {
	some name, [spec, exemptions] in {
		"nothing admitted": [{}, []],
		"listed": [
			{
				"sourceRepos": ["https://git.example.com/fleet.git", "https://charts.example.com/*"],
				"destinations": [{"server": "https://kubernetes.default.svc", "namespace": "shop-*"}],
				"clusterResourceWhitelist": [{"group": "", "kind": "Namespace"}],
			},
			[],
		],
		"exempt": [{"sourceRepos": ["*"], "destinations": [{"name": "*"}]}, [{"namespace": "argocd", "workload": "fleet"}]],
	}
	bounded_projects.violation == set() with input as _request(spec, exemptions)
}

_found(rule, path, value) := {
	"msg": sprintf("%s is %s", [texts.dotted(path), value]),
	"details": {"rule": rule, "path": path},
}

test_failing if {
	bounded_projects.violation == {
		_found("any-repository", ["spec", "sourceRepos", 1], "https://*"),
		_found("any-destination", ["spec", "destinations", 0, "namespace"], "*"),
		_found("any-cluster-resource", ["spec", "clusterResourceWhitelist", 0, "group"], "*"),
		_found("any-cluster-resource", ["spec", "clusterResourceWhitelist", 0, "kind"], "*"),
	} with input as _request(
		{
			"sourceRepos": ["https://git.example.com/fleet.git", "https://*"],
			"destinations": [{"server": "https://kubernetes.default.svc", "namespace": "*"}],
			"clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
		},
		[],
	)
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the AppProject has no spec"],
		"spec is text": [_request("x", []), "the AppProject has no spec"],
		"sources are text": [_request({"sourceRepos": "*"}, []), "spec.sourceRepos is not a list"],
		"source is a number": [_request({"sourceRepos": [7]}, []), "spec.sourceRepos[0] is 7"],
		"destination is text": [_request({"destinations": ["*"]}, []), "spec.destinations[0] is not a mapping"],
		"namespace is a list": [_request({"destinations": [{"namespace": ["*"]}]}, []), `spec.destinations[0].namespace is ["*"]`],
	}
	violations := bounded_projects.violation with input as document
	expected in {v.msg | some v in violations}
}
