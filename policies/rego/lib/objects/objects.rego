# METADATA
# title: Objects
# description: |
#   Reads an object whose form nobody has checked. What is not there is null; what stands where a mapping or a list belongs
#   comes back as it is, so that a comparison with what is allowed fails instead of passing in silence.
package lib.objects

# the object under review; what is not a mapping counts as an empty one
of(request) := request.review.object if {
	is_object(request.review.object)
} else := {}

# What stands at a path of up to four keys.
at(o, path) := value if {
	value := object.get(o, path, null)
	value != null
} else := o if {
	o != null
	not is_object(o)
} else := value if {
	some length in array.slice([1, 2, 3], 0, count(path) - 1)
	value := object.get(o, array.slice(path, 0, length), null)
	value != null
	not is_object(value)
} else := null

# the items of a list; what stands there instead of a list counts as its only item
items(o, path) := value if {
	value := at(o, path)
	is_array(value)
} else := [] if {
	at(o, path) == null
} else := [at(o, path)]

# a list of mappings, or nothing
is_list(null)

is_list(value) if {
	is_array(value)
	every item in value {
		is_object(item)
	}
}
