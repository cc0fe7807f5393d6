"""The documents of a fleet repository, as a person writes them. Field names are the YAML keys in snake case.

Sources: design section 5; field meanings follow Kubernetes, k3s and the NVIDIA GPU operator's documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fleetgen.model.fields import (
    ADDRESS,
    ADDRESS_OR_HOST,
    CIDR,
    CRON,
    DNS_LABEL,
    DRIVER_VERSION,
    DURATION,
    KUBERNETES_VERSION,
    PROXY,
    TOKEN,
    built,
    optional,
    required,
)
from fleetgen.model.gpus import PRODUCTS, Product
from fleetgen.model.plain import Json

DISTRIBUTIONS: Final = ("k3s", "rke2", "microk8s", "kubeadm", "k0s", "openshift", "microshift")
ARCHITECTURES: Final = ("amd64", "arm64")
ROLES: Final = ("edge", "central")
DRIVERS: Final = ("operator", "precompiled", "host")
TOPOLOGIES: Final = ("all-in-one", "remote-workers")
# of constraints, weak to strong
ACTIONS: Final = ("dryrun", "warn", "deny")
LIFECYCLES: Final = ("planned", "active", "retired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubernetes:
    distribution: str = required("Kubernetes distribution of the site.", choices=DISTRIBUTIONS)
    version: str = required(
        "Exact version as the distribution prints it, for example `v1.35.4+k3s1`, on OpenShift `4.20.3`.",
        pattern=KUBERNETES_VERSION,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    name: str = optional("", "Name of the site for people.")
    country: str = optional("", "ISO 3166 code in capitals.", pattern=r"^[A-Z]{2}$")
    timezone: str = optional(
        "Etc/UTC", "IANA time zone; maintenance windows are in this zone.", pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$"
    )
    security_domain: str = optional("", "Security domain: the sites that trust each other.")
    data_residency: str = optional("", "Where its data may go.")
    data_classes: tuple[str, ...] = optional((), "Kinds of data that the site produces, for example video.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    schedule: str = required("Start of the window: cron with five fields.", pattern=CRON)
    duration: str = required("Length of the window, for example `3h`.", pattern=DURATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    windows: tuple[Window, ...] = optional((), "When Argo CD may sync; none means always.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    reason: str = required("Reason for the hold.")
    owner: str = required("Team that lifts the hold.")
    until: str = optional(
        "",
        "Date by which the hold should be lifted. A hold after this date is a finding; nothing changes by itself.",
        form="date",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    down_mbps: float = optional(0, "Downstream in Mbit/s; 0 means not known.", minimum=0)
    up_mbps: float = optional(0, "Upstream in Mbit/s; 0 means not known.", minimum=0)
    monthly_quota_gb: float = optional(0, "Monthly volume in GB; 0 means none.", minimum=0)
    survive_offline_hours: int = optional(0, "How long the site must work without the uplink, in hours.", minimum=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cni:
    name: str = optional("", "Network plug-in.")
    bandwidth_plugin: bool = optional(False, "Whether the bandwidth plug-in is in the chain.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    pod_cidrs: tuple[str, ...] = optional((), "Pod networks.", pattern=CIDR)
    service_cidrs: tuple[str, ...] = optional((), "Service networks.", pattern=CIDR)
    node_cidrs: tuple[str, ...] = optional((), "Networks of the nodes.", pattern=CIDR)
    dns_servers: tuple[str, ...] = optional((), "Addresses of the site's resolvers.", pattern=ADDRESS)
    ntp_servers: tuple[str, ...] = optional((), "Addresses or names of the site's time servers.", pattern=ADDRESS_OR_HOST)
    proxy: str = optional(
        "", "HTTP proxy for egress, for example `http://proxy.example.com:3128`; no credentials. Empty for none.", pattern=PROXY
    )
    registry_mirrors: Mapping[str, str] = built(dict, "Registry -> mirror.")
    air_gapped: bool = optional(False, "Whether the site can reach only its own mirrors.")
    cni: Cni = optional(Cni(), "Network plug-in.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    mode: str = required("How containers share a card.", choices=("none", "time-slicing", "mps", "mig"))
    replicas: int = optional(
        1, "Number of containers that share a card (time-slicing, mps), or each slice of one in turns (mig).", minimum=1
    )
    rename: bool = optional(
        False, "Whether what is shared has a name of its own (`nvidia.com/gpu.shared`), so that whole cards are told from it."
    )
    slices: Mapping[str, int] = built(dict, "MIG profile -> number of slices on each card (mig), for example `{1g.6gb: 4}`.")
    strategy: str = optional(
        "mixed",
        "Resource name of a MIG slice: one resource per profile (`mixed`), or nvidia.com/gpu (`single`, for one profile only).",
        choices=("mixed", "single"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    product: str = required("Product name of the card.", choices=tuple(PRODUCTS))
    count: int = required("Cards per node.", minimum=1)
    driver: str = optional(
        "operator",
        "Source of the driver: the operator builds it on the node or loads a `precompiled` one, or the host has it.",
        choices=DRIVERS,
    )
    driver_version: str = optional(
        "",
        "Exact driver version of this pool: the installed version (host), or one that differs from the cluster's (operator). "
        "With precompiled, the branch, for example `580`.",
        pattern=DRIVER_VERSION,
    )
    toolkit: str = optional("operator", "Source of the container toolkit.", choices=("operator", "host"))
    sharing: Sharing = optional(Sharing(mode="none"), "How a card is shared.")

    @property
    def card(self) -> Product:
        """What `model/gpus.py` knows of the product."""
        return PRODUCTS[self.product]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    storage_class: str = required("Name of the storage class (YAML key `class`).")
    size_gib: int = required("Size per node in GiB.", minimum=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    cpu: float = optional(0, "Cores kept for the system.", minimum=0)
    memory_gib: float = optional(0, "Memory kept for the system, GiB.", minimum=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taint:
    key: str = required("Taint key.")
    value: str = optional("", "Taint value.")
    effect: str = required("Taint effect.", choices=("NoSchedule", "PreferNoSchedule", "NoExecute"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePool:
    name: str = required("Name of the pool; pools of profile and cluster merge by it.", pattern=DNS_LABEL)
    count: int = optional(1, "Number of nodes.", minimum=1)
    arch: str = optional("amd64", "CPU architecture.", choices=ARCHITECTURES)
    os: str = optional("", "Operating system, for example `ubuntu-24.04`.")
    kernel: str = optional("", "Kernel version.")
    runtime: str = optional("", "Container runtime, for example `containerd-2.1`.")
    cpu: float = optional(0, "Cores per node.", minimum=0)
    memory_gib: float = optional(0, "Memory per node, GiB.", minimum=0)
    reserved: Reserved = optional(Reserved(), "Kept for the system, per node.")
    labels: Mapping[str, str] = built(dict, "Node labels.")
    taints: tuple[Taint, ...] = optional((), "Node taints.")
    storage: tuple[Storage, ...] = optional((), "Local storage per node.")
    secure_boot: bool = optional(False, "Whether Secure Boot is on (unsigned kernel modules fail).")
    gpu: Gpu | None = optional(None, "The pool's GPUs, if any.")
    node_names: str = optional(
        "",
        "Regular expression for the names of the pool's nodes, for example `^gpu-`; it may match anywhere in a name. Required "
        "if a rule sets labels or taints and nothing else distinguishes the nodes: neither the card nor the number of pools.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    environment: str = required("Environment of the cluster.")
    ring: str = required("Ring inside the environment.")
    region: str = optional("", "Region.")
    profile: str = optional("", "Hardware profile. Supplies kubernetes, uplink and nodePools if the cluster does not set them.")
    role: str = optional("edge", "Role of the cluster.", choices=ROLES)
    topology: str = optional(
        "all-in-one", "Topology. device-only is refused, because nothing renders it yet.", choices=TOPOLOGIES
    )
    lifecycle: str = optional("active", "planned: checked but not written; retired: not rendered.", choices=LIFECYCLES)
    owner: str = optional("", "Team that owns the cluster.")
    criticality: str = optional("standard", "What depends on the site.", choices=("standard", "life-safety"))
    kubernetes: Kubernetes | None = optional(None, "Distribution and version; required here or in the profile.")
    site: Site = optional(Site(), "The place.")
    maintenance: Maintenance = optional(Maintenance(), "When changes may be applied.")
    hold: Hold | None = optional(None, "Stops all changes at the site.")
    uplink: Uplink = optional(Uplink(), "The site's link.")
    network: Network = optional(Network(), "The site's networks.")
    node_pools: tuple[NodePool, ...] = optional((), "The site's nodes.")
    provides: tuple[str, ...] = optional((), "APIs that the site already has: group/version/Kind.")
    former_names: tuple[str, ...] = optional((), "Former names of the cluster; their folders redirect to it.", pattern=DNS_LABEL)
    components: Mapping[str, Json] = built(dict, "Component settings of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSpec:
    environment: str = optional("", "Environment, if the document applies to one environment only.")
    kubernetes: Kubernetes | None = optional(None, "Distribution and version of such sites.")
    uplink: Uplink | None = optional(None, "Link of such sites.")
    node_pools: tuple[NodePool, ...] = optional((), "Nodes of such sites.")
    provides: tuple[str, ...] = optional((), "APIs that such sites already have.")
    components: Mapping[str, Json] = built(dict, "Component settings of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSpec:
    environment: str = optional("", "Environment, if the document applies to one environment only.")
    title: str = optional("", "Name for people.")
    components: Mapping[str, Json] = built(dict, "Component settings of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    repo_url: str = required(
        "Repository that the sites pull from. It is never derived from git remotes.",
        pattern=r"^(https?|ssh|git|file)://\S+$|^[^\s@]+@[^\s:]+:\S+$",
    )
    revision: str = optional(
        "refs/heads/main", "Fully qualified ref; `{env}` is replaced.", pattern=r"^refs/(heads|tags)/[^\s~^:?*\[\\]+$"
    )
    path: str = optional(
        "output",
        "Folder of the rendered tree in that repository; `{env}` is replaced.",
        pattern=r"^[A-Za-z0-9._{}-]+(/[A-Za-z0-9._{}-]+)*$",
    )
    chart_repositories: Mapping[str, str] = built(
        dict, "Repository of Helm charts, as a component names it -> the mirror that the sites of this environment pull from."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSpec:
    rank: int = required("Promotion order: 1 first.", minimum=0)
    rings: tuple[str, ...] = required("Rings in rollout order.")
    groups: tuple[str, ...] = optional((), "Groups that apply here, weak to strong.")
    regions: tuple[str, ...] = optional((), "Regions in which this environment may have clusters; empty means any.")
    delivery: Delivery = required("Where the sites of this environment pull from.")
    roles: Mapping[str, tuple[str, ...]] = built(dict, "TeamRole -> groups of the identity provider that have it here.")
    registries: tuple[str, ...] = optional((), "Image registries that are allowed here, as prefixes.")
    components: Mapping[str, Json] = built(dict, "Component settings of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RingSpec:
    environment: str = required("Environment of the ring.")
    title: str = optional("", "Name for people.")
    components: Mapping[str, Json] = built(dict, "Component settings of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchExpression:
    key: str = required("Label key.")
    operator: str = required("Kubernetes label selector operator.", choices=("In", "NotIn", "Exists", "DoesNotExist"))
    values: tuple[str, ...] = optional((), "Values for In and NotIn.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    match_labels: Mapping[str, str] = built(dict, "Labels that a cluster must have.")
    match_expressions: tuple[MatchExpression, ...] = optional((), "Label expressions; all must match.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec:
    selector: Selector = required("Which clusters are in the group, by their labels.")
    title: str = optional("", "Name for people.")
    components: Mapping[str, Json] = built(dict, "Component settings of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultsSpec:
    components: Mapping[str, Json] = built(dict, "Component settings of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverObject:
    kind: str = required("Kind of the waived object.")
    name: str = required("Name of the waived object.")
    namespace: str = optional("", "Namespace of the waived object.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverScope:
    environments: tuple[str, ...] = optional((), "Only in these environments.")
    groups: tuple[str, ...] = optional((), "Only for clusters of these groups.")
    clusters: tuple[str, ...] = optional((), "Only for these clusters. Applies at the gate only, not at sites.")
    unit: str = optional("", "Only for this unit. Applies at the gate only, not at sites.")
    namespace: str = optional("", "Only for objects in this namespace; `*` at the ends matches any text.")
    object: WaiverObject | None = optional(None, "Only for this object.")
    container: str = optional("", "Only for containers with this name; `*` at the ends matches any text.")
    image: str = optional("", "Only for containers with this image; `*` at the ends matches any text.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverSpec:
    policy: str = required(
        "Id of the waived policy. With a dot and the code of a rule, only findings of that rule are waived.",
        pattern=r"^FG-[A-Z0-9]+-[0-9]{3}(\.[a-z0-9-]+)?$",
    )
    scope: WaiverScope = required("What is waived. Every key that is set must match.")
    owner: str = required("Team that owns the waiver.")
    ticket: str = required("Where it was agreed.")
    reason: str = required("Why it is acceptable for now.")
    agreed: str = required("Day on which it was agreed. The longest term starts on this day.", form="date")
    expires: str = required("Last day on which the waiver is valid.", form="date")

    @property
    def policy_id(self) -> str:
        """The id of the policy, without the code of a rule."""
        return self.policy.partition(".")[0]

    @property
    def rule(self) -> str:
        """The code of the waived rule; empty for all rules of the policy."""
        return self.policy.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementScope:
    environments: tuple[str, ...] = optional((), "Only in these environments.")
    rings: tuple[str, ...] = optional((), "Only in these rings, each as `environment/ring`.", pattern=r"^[^/]+/[^/]+$")
    groups: tuple[str, ...] = optional((), "Only for clusters of these groups.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    action: str = required("Action of the constraints from that day.", choices=ACTIONS)
    from_: str = required("Day on which the stage is due. Nothing changes by itself.", form="date")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementSpec:
    constraints: tuple[str, ...] = required("Names of the constraints.")
    scope: EnforcementScope = optional(
        EnforcementScope(),
        "Where it applies. Every key that is set must match. Groups override rings, and rings override environments.",
    )
    action: str = required("Action of the constraints there, instead of their own enforcementAction.", choices=ACTIONS)
    stages: tuple[Stage, ...] = optional((), "Planned stronger actions, each later and stronger than the one before.")
    owner: str = required("Team that owns the next stage.")
    reason: str = required("Why the constraints do not enforce everything from the start.")


SPECS: Final = {
    "Cluster": ClusterSpec,
    "Environment": EnvironmentSpec,
    "Ring": RingSpec,
    "Region": RegionSpec,
    "HardwareProfile": ProfileSpec,
    "Group": GroupSpec,
    "Defaults": DefaultsSpec,
    "Waiver": WaiverSpec,
    "Enforcement": EnforcementSpec,
}
# the spec of these is checked against the schema of the component that takes them as input (component.yaml `inputs`)
INPUT_KINDS: Final = ("Model", "TeamRole")
NAME_PATTERNS: Final = {
    "Cluster": DNS_LABEL,
    "Defaults": DNS_LABEL,
    "Waiver": DNS_LABEL,
    "Enforcement": DNS_LABEL,
    "Model": DNS_LABEL,
    "TeamRole": DNS_LABEL,
}
TOKEN_KINDS: Final = {"Environment": TOKEN, "Ring": TOKEN, "Region": TOKEN, "HardwareProfile": TOKEN, "Group": TOKEN}
