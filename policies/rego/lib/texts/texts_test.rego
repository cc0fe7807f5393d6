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
	texts.short(["a"]) == `["a"]`
}

test_cut if {
	texts.cut("seven", 5) == "seven"
	texts.cut("seventeen", 7) == "seve..."
	texts.cut(12345678, 7) == "1234..."
}
