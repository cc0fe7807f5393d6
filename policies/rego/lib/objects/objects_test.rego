package lib.objects_test

import data.lib.objects

test_of if {
	objects.of({"review": {"object": {"kind": "Pod"}}}) == {"kind": "Pod"}
}

test_of_anything_else[name] if {
	some name, request in {"nothing": {}, "text": {"review": {"object": "x"}}, "null": {"review": {"object": null}}}
	objects.of(request) == {}
}

_o := {"a": {"b": {"c": {"d": 1}}, "t": "text", "n": null, "l": ["x"], "f": false}}

test_at[name] if {
	some name, [path, expected] in {
		"whole": [["a", "b", "c", "d"], 1],
		"mapping": [["a", "b"], {"c": {"d": 1}}],
		"false": [["a", "f"], false],
		"missing": [["z"], null],
		"missing below": [["a", "z", "c"], null],
		"null": [["a", "n"], null],
		"below null": [["a", "n", "c"], null],
		"below text": [["a", "t", "c"], "text"],
		"deep below text": [["a", "t", "c", "d"], "text"],
		"below a list": [["a", "l", "c"], ["x"]],
	}
	objects.at(_o, path) == expected
}

test_at_something_else_than_a_mapping if {
	objects.at("text", ["a", "b"]) == "text"
	objects.at(null, ["a"]) == null
}

test_items if {
	objects.items(_o, ["a", "l"]) == ["x"]
	objects.items(_o, ["a", "z"]) == []
	objects.items(_o, ["a", "t"]) == ["text"]
	objects.items(_o, ["a", "t", "z"]) == ["text"]
}

test_is_list if {
	objects.is_list(null)
	objects.is_list([])
	objects.is_list([{"a": 1}])
	not objects.is_list("text")
	not objects.is_list(["text"])
	not objects.is_list({})
}
