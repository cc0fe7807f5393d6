package lib.images_test

import data.lib.images

_digest := concat("", ["sha256:", concat("", ["a" | some _ in numbers.range(1, 64)])])

_parts := {
	"nginx": ["docker.io", "library/nginx", "", ""],
	"team/app:v1": ["docker.io", "team/app", "v1", ""],
	"ghcr.io/team/app:v1": ["ghcr.io", "team/app", "v1", ""],
	"localhost/app": ["localhost", "app", "", ""],
	"registry.site:5000/app:2.1_x": ["registry.site:5000", "app", "2.1_x", ""],
	"registry.site:5000/a/b__c/d-e.f": ["registry.site:5000", "a/b__c/d-e.f", "", ""],
	concat("@", ["quay.io/a/b:v1", _digest]): ["quay.io", "a/b", "v1", _digest],
	concat("@", ["a", _digest]): ["docker.io", "library/a", "", _digest],
}

test_parse[reference] if {
	some reference, [registry, path, tag, digest] in _parts
	images.parse(reference) == {"registry": registry, "path": path, "tag": tag, "digest": digest}
}

test_no_reference[name] if {
	some name, reference in {
		"empty": "",
		"number": 7,
		"null": null,
		"space": "nginx :v1",
		"line break": "nginx\n",
		"capitals": "Nginx",
		"no tag": "nginx:",
		"short digest": "nginx@sha256:abc",
		"unknown algorithm": "nginx@md5:abc",
		"scheme": "https://ghcr.io/a/b",
		"leading slash": "/a/b",
		"too long": concat("", ["a" | some _ in numbers.range(1, 513)]),
	}
	not images.parse(reference)
}

test_is_below[prefix] if {
	some prefix in ["ghcr.io", "ghcr.io/", "ghcr.io/team", "ghcr.io/team/app"]
	images.is_below(images.parse("ghcr.io/team/app:v1"), prefix)
}

test_is_not_below[prefix] if {
	some prefix in ["", "/", "ghcr", "ghcr.io/tea", "ghcr.io/team/app/x", "docker.io", "team/app"]
	not images.is_below(images.parse("ghcr.io/team/app:v1"), prefix)
}
