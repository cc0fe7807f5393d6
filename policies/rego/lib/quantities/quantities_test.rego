package lib.quantities_test

import data.lib.quantities

test_whole[name] if {
	some name, [quantity, expected] in {"number": [2, 2], "text": ["16", 16], "zero": ["0", 0]}
	quantities.whole(quantity) == expected
}

test_not_whole[name] if {
	some name, quantity in {"part": 0.5, "milli": "1500m", "unit": "1Gi", "negative": -1, "sign": "+1", "list": [], "empty": ""}
	not quantities.whole(quantity)
}

test_positive[name] if {
	some name, quantity in {"number": 2, "part": 0.5, "milli": "100m", "binary": "1.5Gi", "exponent": "1e3", "no zero": ".5"}
	quantities.is_positive(quantity)
}

test_not_positive[name] if {
	some name, quantity in {"zero": 0, "zero text": "0", "zero unit": "0.0Gi", "negative": "-1", "words": "much", "null": null}
	not quantities.is_positive(quantity)
}
