# METADATA
# title: NVIDIA cards of node pools
# description: Which pools the Pods of a unit can get a card from, and what the cards can compute.
package lib.pools

# Pools that offer a resource which the unit asks for. Node selectors are not looked at: not all labels of nodes are known.
serving(description, cluster) := [pool |
	some pool in cluster.nodePools
	pool.gpu.vendor == "nvidia"
	object.get(pool, "arch", "amd64") in object.get(description, ["release", "architectures"], ["amd64", "arm64"])
	some resource in asked(description)
	pool.resources[resource] > 0
]

# resources of NVIDIA cards that the unit asks for
asked(description) := {resource |
	some resource, amount in object.get(description, "requests", {})
	startswith(resource, "nvidia.com/")
	amount > 0
}

# Whether there is code for the capability: built for the same major version and not a newer minor one.
is_native(capability, native) if {
	[major, minor] := numbers_of(capability)
	some built in native
	[built_major, built_minor] := numbers_of(built)
	built_major == major
	built_minor <= minor
}

# Whether the driver can compile code for the capability: it only ever compiles for newer cards.
is_compiled(capability, from) if numbers_of(capability) >= numbers_of(from)

# "8.9" as [8, 9]
numbers_of(version) := [to_number(parts[1]), to_number(parts[2])] if {
	some parts in regex.find_all_string_submatch_n(`^([0-9]{1,3})\.([0-9]{1,3})$`, version, 1)
}
