# METADATA
# title: Units that serve models
# description: |
#   A component that makes one unit of each model keeps the models in one key of its values. The parameter `components` of
#   policies names that key: {tf-serving: models}. Both functions are undefined for other units.
package lib.models

# the model's own settings
entry(description, components) := own if {
	key := components[description.component]
	own := description.values[key][description.instance]
	is_object(own)
}

# what the model computes on: its own settings over the defaults, key by key
accelerator(description, components) := object.union(
	object.get(description.values, ["modelDefaults", "accelerator"], {}),
	object.get(entry(description, components), "accelerator", {}),
)
