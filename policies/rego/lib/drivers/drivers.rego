# METADATA
# title: Drivers of NVIDIA cards
# description: Which driver a node pool has, and how versions of drivers compare.
package lib.drivers

# the units that install drivers
installing(model, operators) := {unit: description |
	some unit, description in model
	description.component in operators
}

# the version that such a unit installs where a pool names none: the one that is set, else its release's own
installed(description) := version if {
	version := description.values.driver.version
	version != ""
}

installed(description) := description.release.driver["default"] if description.values.driver.version == ""

# the pool's own version, else the one that is installed there
of(pool, _) := pool.gpu.driverVersion if not _is_left_open(pool)

of(pool, version) := version if {
	_is_left_open(pool)
	object.get(pool.gpu, "driver", "operator") != "host"
}

# "580.126.20" as [580, 126, 20]; a branch is older than all of its versions
parts(version) := [to_number(part) | some part in split(version, ".")] if {
	regex.match(`^[0-9]{1,4}(\.[0-9]{1,4}){0,3}$`, version)
}

branch(version) := parts(version)[0]

_is_left_open(pool) if object.get(pool.gpu, "driverVersion", "") == ""

# whether a system, kernel or runtime is one of these, or a version of one: rhcos-4.20 is rhcos, 6.8.0-60-generic is 6.8, and
# rhel-9.60 is not rhel-9.6
is_one_of(text, beginnings) if {
	some beginning in beginnings
	startswith(sprintf("%s-", [text]), sprintf("%s-", [beginning]))
}

is_one_of(text, beginnings) if {
	some beginning in beginnings
	startswith(text, sprintf("%s.", [beginning]))
}
