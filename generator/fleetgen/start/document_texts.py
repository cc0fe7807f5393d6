"""The text of a new document of each kind: a new cluster, environment, ring, group, region, profile, waiver."""

from __future__ import annotations

import json
from typing import Final

HEAD: Final = "apiVersion: fleetgen.io/v1alpha1\n"


def cluster_text(name: str, environment: str, ring: str, profile: str, region: str) -> str:
    """A cluster; without a profile it describes its own hardware."""
    hardware = (
        f"  profile: {profile} # supplies kubernetes and nodePools\n"
        if profile
        else "  kubernetes: {distribution: k3s, version: v1.35.4+k3s1}\n"
        "  nodePools:\n    - {name: main, count: 1, arch: amd64, cpu: 8, memoryGiB: 32} # cpu and memory of one node\n"
    )
    return (
        f"{HEAD}kind: Cluster\nmetadata:\n  name: {name}\n  labels: {{}} # groups select clusters by their labels\nspec:\n"
        f"  environment: {environment}\n  ring: {ring}\n"
        + (f"  region: {region}\n" if region else "")
        + hardware
        + "  lifecycle: active # planned: checked but not written; retired: gone\n"
        "  # components: what is set here is for this site alone and gives it variants of its own\n"
    )


def environment_text(name: str, rank: int, rings: tuple[str, ...], repo_url: str) -> str:
    """An environment."""
    return (
        f"{HEAD}kind: Environment\nmetadata: {{name: {name}}}\nspec:\n"
        f"  rank: {rank} # promotion order: 1 first\n"
        f"  rings: [{', '.join(rings)}] # in rollout order\n"
        "  groups: [] # groups that apply here, weak to strong\n"
        f"  delivery:\n    repoURL: {repo_url} # what the sites pull from\n    revision: refs/heads/main\n    path: output\n"
        "  registries: [] # prefixes that images may come from\n"
        "  components: {}\n"
    )


def ring_text(name: str, environment: str, title: str = "") -> str:
    """A ring of an environment."""
    shown = f"  title: {title}\n" if title else ""
    return (
        f"{HEAD}kind: Ring\nmetadata: {{name: {name}}}\nspec:\n  environment: {environment}\n{shown}"
        "  components: {} # for example a version that this ring tries first\n"
    )


def group_text(name: str, labels: tuple[tuple[str, str], ...]) -> str:
    """A group of clusters that carry all `labels`."""
    wanted = "".join(f'      {key}: "{value}"\n' for key, value in labels)
    return (
        f"# Clusters that carry all these labels; an environment lists the groups that apply in it.\n{HEAD}kind: Group\n"
        f"metadata: {{name: {name}}}\nspec:\n  selector:\n    matchLabels:\n{wanted}  components: {{}}\n"
    )


def region_text(name: str) -> str:
    """A region."""
    return f"{HEAD}kind: Region\nmetadata: {{name: {name}}}\nspec:\n  components: {{}} # what is special in this place\n"


def profile_text(name: str) -> str:
    """A hardware profile."""
    return (
        f"# Hardware that several sites share; node pools of a cluster merge with these by name.\n{HEAD}kind: HardwareProfile\n"
        f"metadata: {{name: {name}}}\nspec:\n  kubernetes: {{distribution: k3s, version: v1.35.4+k3s1}}\n  nodePools:\n"
        "    - {name: main, count: 1, arch: amd64, cpu: 8, memoryGiB: 32} # cpu and memory of one node\n  components: {}\n"
    )


def waiver_text(name: str, fields: dict[str, str], environments: tuple[str, ...]) -> str:
    """A waiver; `fields` are policy, owner, ticket, reason, agreed and expires."""
    lines = "".join(f"  {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
    scope = f"environments: [{', '.join(environments)}]" if environments else ""
    return (
        f"{HEAD}kind: Waiver\nmetadata: {{name: {name}}}\nspec:\n"
        f"  scope: {{{scope}}} # narrow it: groups, namespace, object, container, image, clusters, unit\n{lines}"
    )
