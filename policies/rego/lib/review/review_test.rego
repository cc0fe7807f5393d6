package lib.review_test

import data.lib.review

test_object_of if {
	review.object_of({"review": {"object": {"kind": "Pod"}}}) == {"kind": "Pod"}
	review.object_of({"review": {"object": "text"}}) == {}
	review.object_of({"review": {"object": null}}) == {}
	review.object_of({"review": "text"}) == {}
	review.object_of({}) == {}
}

test_parameter if {
	review.parameter({"parameters": {"levels": ["baseline"]}}, "levels", []) == ["baseline"]
	review.parameter({"parameters": {}}, "levels", []) == []
	review.parameter({"parameters": null}, "levels", []) == []
	review.parameter({}, "levels", []) == []
}
