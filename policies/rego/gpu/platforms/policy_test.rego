package policies.gpu.platforms_test

import data.policies.gpu.platforms

_known := {
	"vendor": "nvidia",
	"rows": [
		{"distributions": ["kubeadm"], "systems": ["ubuntu", "rhel", "rocky"]},
		{"distributions": ["k3s"], "systems": ["ubuntu"]},
		{"distributions": ["openshift"], "systems": ["rhcos"]},
	],
	"runtimes": {
		"containerd": {"versions": ["2.0", "2.1"], "systems": ["ubuntu", "rhel", "rocky"]},
		"cri-o": {"systems": ["rhcos", "ubuntu-22.04", "ubuntu-24.04"]},
	},
	"flavours": ["generic", "nvidia"],
	"published": {"ubuntu-26.04": ["595", "610"]},
}

_operator := {
	"component": "gpu-operator",
	"version": "v26.7.0",
	"values": {"driver": {"version": ""}},
	"release": {"driver": {"default": "595.91.07"}, "platforms": _known},
}

_amd := {
	"component": "amd-gpu-operator",
	"version": "v1.5.1",
	"values": {},
	"release": {"platforms": {
		"vendor": "amd",
		"rows": [{"distributions": ["kubeadm"], "systems": ["ubuntu-22.04", "ubuntu-24.04"]}],
	}},
}

_card := {"vendor": "nvidia", "driver": "operator", "driverVersion": ""}

_pool(more, gpu) := object.union(
	{"name": "main", "os": "ubuntu-24.04", "kernel": "", "runtime": "", "gpu": object.union(_card, gpu)},
	more,
)

_input(distribution, pool) := {
	"parameters": {"operators": ["gpu-operator", "amd-gpu-operator"]},
	"cluster": {
		"name": "store-1",
		"facts": {"distribution": distribution},
		"nodePools": [pool],
		"units": {"gpu-operator": _operator, "amd-gpu-operator": _amd, "app": {"component": "app"}},
	},
}

_on(distribution, more) := _input(distribution, _pool(more, {}))

_precompiled(more) := _input("kubeadm", _pool(more, {"driver": "precompiled", "driverVersion": "580"}))

test_passing[name] if {
	some name, document in {
		"a listed combination": _on("kubeadm", {"os": "rocky-9.7", "runtime": "containerd-2.1"}),
		"a version of a listed system": _on("openshift", {"os": "rhcos-4.20", "runtime": "cri-o-1.33"}),
		"a driver of the host": _input("k3s", _pool({"os": "rhel-9.6"}, {"driver": "host"})),
		"a system that nobody named": _on("k3s", {"os": "", "runtime": "containerd-2.1"}),
		"a runtime without a version": _on("kubeadm", {"runtime": "containerd"}),
		"a common kernel": _on("kubeadm", {"kernel": "6.8.0-60-generic"}),
		"a realtime kernel with its own driver": _input(
			"kubeadm",
			_pool({"kernel": "6.8.1-1015-realtime"}, {"driver": "host"}),
		),
		"a published flavour": _precompiled({"kernel": "6.8.0-60-nvidia"}),
		"a kernel that is only a version": _precompiled({"kernel": "6.8"}),
		"a published driver": _on("kubeadm", {"os": "ubuntu-26.04"}),
		"another published driver": _input("kubeadm", _pool({"os": "ubuntu-26.04"}, {"driverVersion": "610.57.04"})),
		"an integrated card": _input("k3s", _pool({"os": "rhel-9.6"}, {"integrated": true})),
		"a driver of AMD on Ubuntu": _input("kubeadm", _pool({"runtime": "containerd-1.7"}, {"vendor": "amd"})),
		"a card without an operator": _input("k3s", _pool({"os": "rhel-9.6"}, {"vendor": "intel"})),
		"a pool without cards": _input("k3s", {"name": "plain", "os": "rhel-9.6"}),
	}
	count(platforms.violation) == 0 with input as document
}

test_failing[name] if {
	some name, [document, rule, message] in object.union(_platforms, _kernels)
	unit := split(split(message, "gpu-operator")[0], " ")
	platforms.violation == {{
		"msg": message,
		"details": {"rule": rule, "unit": _unit(unit), "path": "spec.nodePools"},
	}} with input as document
}

_platforms := {
	"a system of another distribution": [
		_on("k3s", {"os": "rhel-9.6"}),
		"system-not-validated",
		"pool main: gpu-operator v26.7.0 is not validated for k3s on rhel-9.6, only on ubuntu",
	],
	"a distribution of no row": [
		_on("talos", {}),
		"system-not-validated",
		"pool main: gpu-operator v26.7.0 is not validated for talos on ubuntu-24.04, only on other distributions",
	],
	"a driver of AMD on RHEL": [
		_input("kubeadm", _pool({"os": "rhel-9.6"}, {"vendor": "amd"})),
		"system-not-validated",
		concat(" ", [
			"pool main: amd-gpu-operator v1.5.1 is not validated for kubeadm on rhel-9.6,",
			"only on ubuntu-22.04, ubuntu-24.04",
		]),
	],
	"Docker": [
		_on("kubeadm", {"runtime": "docker-24.0"}),
		"runtime-not-listed",
		"pool main: gpu-operator v26.7.0 does not support docker on ubuntu-24.04, use containerd or cri-o",
	],
	"a runtime that the system does not have": [
		_input("openshift", _pool({"os": "rhcos-4.20", "runtime": "containerd-2.1"}, {"driver": "host"})),
		"runtime-not-listed",
		"pool main: gpu-operator v26.7.0 does not support containerd on rhcos-4.20, use cri-o",
	],
	"a runtime on a system of no list": [
		_input("kubeadm", _pool({"os": "debian-13", "runtime": "containerd-2.1"}, {"driver": "host"})),
		"runtime-not-listed",
		"pool main: gpu-operator v26.7.0 does not support containerd on debian-13, use another system",
	],
	"an old runtime": [
		_on("kubeadm", {"runtime": "containerd-1.7"}),
		"runtime-not-validated",
		"pool main: gpu-operator v26.7.0 is not validated with containerd-1.7, only with 2.0, 2.1",
	],
}

_kernels := {
	"a realtime kernel": [
		_on("kubeadm", {"kernel": "6.8.1-1015-realtime"}),
		"kernel-realtime",
		concat(" ", [
			"pool main: the driver of gpu-operator v26.7.0 does not build on",
			"the realtime kernel 6.8.1-1015-realtime, use gpu.driver host",
		]),
	],
	"a realtime kernel of RHEL": [
		_on("kubeadm", {"os": "rhel-9.6", "kernel": "5.14.0-570.12.1.el9_6.x86_64+rt"}),
		"kernel-realtime",
		concat(" ", [
			"pool main: the driver of gpu-operator v26.7.0 does not build on",
			"the realtime kernel 5.14.0-570.12.1.el9_6.x86_64+rt, use gpu.driver host",
		]),
	],
	"a realtime kernel with its patch level": [
		_on("kubeadm", {"kernel": "6.6.0-rt14-lab"}),
		"kernel-realtime",
		concat(" ", [
			"pool main: the driver of gpu-operator v26.7.0 does not build on",
			"the realtime kernel 6.6.0-rt14-lab, use gpu.driver host",
		]),
	],
	"a flavour that is not published": [
		_precompiled({"kernel": "6.8.0-60-lowlatency"}),
		"kernel-not-published",
		concat(" ", [
			"pool main: no precompiled driver of gpu-operator v26.7.0 is published",
			"for kernels of the flavour lowlatency, only for generic, nvidia",
		]),
	],
	"a driver that is not published": [
		_input("kubeadm", _pool({"os": "ubuntu-26.04"}, {"driverVersion": "580.173.02"})),
		"driver-not-published",
		"pool main: no image of driver 580.173.02 is published for ubuntu-26.04, use branch 595 or 610",
	],
}

_unit(words) := "amd-gpu-operator" if "amd-" in words

_unit(words) := "gpu-operator" if not "amd-" in words

test_malformed[name] if {
	some name, [document, messages] in {
		"nothing": [{}, {
			"the model of the cluster has no units or no node pools",
			"the parameter operators is not a list",
		}],
		"no model": [
			{"parameters": {"operators": []}, "cluster": {"units": [], "nodePools": {}}},
			{"the model of the cluster has no units or no node pools"},
		],
	}
	messages == {each.msg | some each in platforms.violation} with input as document
}
