package lib.drivers_test

import data.lib.drivers

_unit(component, version) := {
	"component": component,
	"values": {"driver": {"version": version}},
	"release": {"driver": {"default": "580.126.20"}},
}

_units := {"gpu-operator": _unit("gpu-operator", ""), "app": _unit("app", "1")}

test_installing if {
	drivers.installing(_units, ["gpu-operator"]) == {"gpu-operator": _unit("gpu-operator", "")}
	drivers.installing({"broken": {}}, ["gpu-operator"]) == {}
}

test_installed if {
	drivers.installed(_unit("gpu-operator", "")) == "580.126.20"
	drivers.installed(_unit("gpu-operator", "535.309.01")) == "535.309.01"
	not drivers.installed({"values": {"driver": {"version": ""}}, "release": {}})
	not drivers.installed({})
}

test_of if {
	drivers.of({"gpu": {"driverVersion": "535.309.01"}}, "580.126.20") == "535.309.01"
	drivers.of({"gpu": {"driverVersion": "550.163.01", "driver": "host"}}, "580.126.20") == "550.163.01"
	drivers.of({"gpu": {}}, "580.126.20") == "580.126.20"
	not drivers.of({"gpu": {"driver": "host"}}, "580.126.20")
}

test_parts if {
	drivers.parts("580.65.06") < drivers.parts("580.126.20")
	drivers.parts("580") < drivers.parts("580.65.06")
	drivers.branch("580.65.06") == 580
	not drivers.parts("latest")
	not drivers.branch("")
}

test_is_one_of if {
	drivers.is_one_of("rhcos-4.20", ["rhel", "rhcos"])
	drivers.is_one_of("6.8.0-60-generic", ["5.15", "6.8"])
	drivers.is_one_of("rhel-9.6", ["rhel-9.6"])
	not drivers.is_one_of("rhel-9.60", ["rhel-9.6"])
	not drivers.is_one_of("", ["rhel"])
}
