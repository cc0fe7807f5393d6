# METADATA
# title: Texts for messages
# description: A message names the path at which something stands and stays within 200 characters, whatever the object holds.
package lib.texts

# ["spec", "containers", 0] as spec.containers[0]
dotted(path) := trim_prefix(concat("", [_step(step) | some step in path]), ".")

# a value of the object, cut to 60 characters
short(value) := _cut(value) if is_string(value)

short(value) := _cut(json.marshal(value)) if not is_string(value)

_step(step) := sprintf("[%d]", [step]) if is_number(step)

_step(step) := sprintf(".%s", [step]) if is_string(step)

_cut(text) := text if count(text) <= 60

_cut(text) := sprintf("%s...", [substring(text, 0, 57)]) if count(text) > 60
