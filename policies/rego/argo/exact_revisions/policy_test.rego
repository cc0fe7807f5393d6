package policies.argo.exact_revisions_test

import data.policies.argo.exact_revisions

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "Application", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_git(revision) := {"spec": {"source": {"repoURL": "https://git.example.com/a.git", "targetRevision": revision}}}

_chart(revision) := {"spec": {"sources": [{"repoURL": "https://charts.example.com", "chart": "a", "targetRevision": revision}]}}

_branches := {"branches": true}

_passing := {
	"commit": [_git("0123456789abcdef0123456789abcdef01234567"), {}],
	"tag": [_git("refs/tags/v1.2.3"), {}],
	"branch": [_git("refs/heads/main"), _branches],
	"chart": [_chart("v26.3.3"), {}],
	"chart with build": [_chart("1.2.3-rc.1+k3s1"), {}],
	"exempt": [_git("HEAD"), {"exemptions": [{"workload": "web"}]}],
}

_of_git := ["spec", "source", "targetRevision"]

_of_chart := ["spec", "sources", 0, "targetRevision"]

_failing := {
	"HEAD": [_git("HEAD"), _branches, "spec.source.targetRevision is HEAD", _of_git],
	"none": [{"spec": {"source": {"repoURL": "a"}}}, _branches, "spec.source.targetRevision is null", _of_git],
	"short branch": [_git("main"), _branches, "spec.source.targetRevision is main", _of_git],
	"branch, not allowed": [_git("refs/heads/main"), {}, "spec.source.targetRevision is refs/heads/main", _of_git],
	"range": [_chart("~1.2"), {}, "spec.sources[0].targetRevision is ~1.2", _of_chart],
	"part of a version": [_chart("1.2"), {}, "spec.sources[0].targetRevision is 1.2", _of_chart],
	"chart from a branch": [_chart("refs/heads/main"), _branches, "spec.sources[0].targetRevision is refs/heads/main", _of_chart],
}

_malformed := {
	"empty input": [{}, {"the Application has no source"}],
	"source is text": [_request({"spec": {"source": "x"}}, {}), {"spec.source.targetRevision is x"}],
	"revision is a number": [_request(_chart(1.2), {}), {"spec.sources[0].targetRevision is 1.2"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	exact_revisions.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	exact_revisions.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := exact_revisions.violation with input as document
	{v.msg | some v in violations} == expected
}
