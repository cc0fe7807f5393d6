# METADATA
# title: Texts that an object carries
# description: The values of a ConfigMap, and commands, arguments and variables of a Pod, each with the path at which it stands.
package lib.contents

import data.lib.containers

# [{path, text}]; objects of other kinds carry none
of(o) := array.concat(_data(o), _words(o))

# variables with a value of their own: {entry (of the container), path, name, text}
variables(pod) := [{"entry": entry, "path": path, "name": name, "text": text} |
	some entry in containers.of(pod)
	some index, variable in entry.container.env
	path := array.concat(entry.path, ["env", index, "value"])
	name := object.get(variable, "name", "")
	text := variable.value
]

_data(o) := [{"path": ["data", key], "text": text} |
	o.kind == "ConfigMap"
	some key, text in o.data
	is_string(text)
]

_words(o) := array.concat(
	[{"path": array.concat(entry.path, [field, index]), "text": text} |
		some entry in containers.of(o)
		some field in ["command", "args"]
		some index, text in entry.container[field]
		is_string(text)
	],
	[{"path": variable.path, "text": variable.text} |
		some variable in variables(o)
		is_string(variable.text)
	],
)
