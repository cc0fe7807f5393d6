# METADATA
# title: Texts for messages
# description: A message names the path at which something stands and stays within 200 characters, whatever the object holds.
package lib.texts

# ["spec", "containers", 0] as spec.containers[0]
dotted(path) := trim_prefix(concat("", [_step(step) | some step in path]), ".")

# a value of the object: a name, a number, whatever was written there instead
short(value) := cut(value, 36)

# a value of which more must be seen
cut(value, length) := _cut(value, length) if is_string(value)

cut(value, length) := _cut(json.marshal(value), length) if not is_string(value)

_step(step) := sprintf("[%d]", [step]) if is_number(step)

_step(step) := sprintf(".%s", [step]) if is_string(step)

_cut(text, length) := text if count(text) <= length

_cut(text, length) := sprintf("%s...", [substring(text, 0, length - 3)]) if count(text) > length
