"""The files that `fleetgen init` writes: 3 clusters, 2 environments, 2 rings."""

from __future__ import annotations

from fleetgen import __version__
from fleetgen.start.document_texts import HEAD, cluster_text, environment_text, region_text, ring_text


def starter_files(repo_url: str) -> dict[str, str]:
    """Path -> text."""
    return {
        "fleetgen.toml": (
            "# Settings of this fleet repository.\n"
            'library = "builtin" # templates and policies that come with fleetgen; a folder here replaces one of the same name\n'
            f'required-version = "{__version__}"\n'
        ),
        ".gitignore": ".fleetgen/\n",
        "fleet/defaults.yaml": f"""# What holds for every cluster; every other layer is stronger.
{HEAD}kind: Defaults
metadata: {{name: fleet}}
spec:
  components:
    cluster-baseline:
      enabled: true
    argocd:
      enabled: true
""",
        "fleet/profiles/small-box.yaml": f"""# Hardware that several sites share. A cluster may add to it or override it.
{HEAD}kind: HardwareProfile
metadata: {{name: small-box}}
spec:
  kubernetes: {{distribution: k3s, version: v1.35.4+k3s1}}
  nodePools:
    - {{name: main, count: 1, arch: amd64, os: ubuntu-24.04, cpu: 8, memoryGiB: 32}}
""",
        "fleet/regions/eu-central.yaml": region_text("eu-central"),
        "environments/staging/environment.yaml": environment_text("staging", 1, ("canary",), repo_url),
        "environments/production/environment.yaml": environment_text("production", 2, ("canary", "broad"), repo_url),
        "environments/production/rings/canary.yaml": ring_text("canary", "production", "First to get a change."),
        "environments/production/rings/broad.yaml": ring_text("broad", "production", "Everyone else."),
        "fleet/clusters/staging-lab.yaml": cluster_text("staging-lab", "staging", "canary", "small-box", "eu-central"),
        "fleet/clusters/store-0001.yaml": cluster_text("store-0001", "production", "canary", "small-box", "eu-central"),
        "fleet/clusters/store-0002.yaml": cluster_text("store-0002", "production", "broad", "small-box", "eu-central"),
    }
