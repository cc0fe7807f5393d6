# METADATA
# title: Quantities
# description: Kubernetes quantities, written as text or as numbers.
package lib.quantities

# the number of a quantity that counts things: whole, without sign, unit or exponent
whole(quantity) := to_number(text) if {
	text := _text(quantity)
	regex.match(`^(0|[1-9][0-9]{0,8})$`, text)
}

# more than nothing
is_positive(quantity) if {
	text := _text(quantity)
	regex.match(`^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?$`, text)
	regex.match(`^\+?[0-9]*\.?[0-9]*[1-9]`, text)
}

_text(quantity) := quantity if is_string(quantity)

_text(quantity) := json.marshal(quantity) if is_number(quantity)
