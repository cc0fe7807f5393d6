package lib.texts_test

import data.lib.texts

test_dotted if {
	texts.dotted(["spec", "containers", 0, "image"]) == "spec.containers[0].image"
	texts.dotted([]) == ""
}

test_short if {
	texts.short("web") == "web"
	texts.short(7) == "7"
	texts.short(null) == "null"
	texts.short(concat("", ["x" | some _ in numbers.range(1, 60)])) == concat("", ["x" | some _ in numbers.range(1, 60)])
	texts.short(concat("", ["x" | some _ in numbers.range(1, 61)])) == sprintf("%s...", [concat("", ["x" |
		some _ in numbers.range(1, 57)
	])])
}
