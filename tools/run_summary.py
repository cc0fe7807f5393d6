"""What each environment got: `python run_summary.py REPOSITORY` reads the committed index of each environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    repository = Path(arguments[0])
    for index in sorted((repository / "output" / "environments").glob("*/index.json")):
        print("\n".join(_environment(index.parent.name, json.loads(index.read_text(encoding="utf-8"))["variants"])))
    show = ["git", "-C", str(repository), "show", "--no-patch", "--format=%h %s%n%n%b", "HEAD"]
    print(subprocess.run(show, check=True, capture_output=True, text=True).stdout.rstrip())
    print(f"\nLook at {repository}/output (environments/, clusters/, bases/), or: git -C {repository} show --stat")
    return 0


def _environment(name: str, variants: dict[str, dict[str, list[str]]]) -> list[str]:
    """One line for the environment, then one a unit: how many variants serve how many clusters."""
    clusters = {cluster for variant in variants.values() for cluster in variant["clusters"]}
    units: dict[str, list[set[str]]] = {}
    for key, variant in sorted(variants.items()):
        units.setdefault(key.split("/")[1], []).append(set(variant["clusters"]))
    lines = [f"  {unit:<28}{len(sets):>3} variants for {len(set().union(*sets)):>4} clusters" for unit, sets in units.items()]
    return [f"{name}: {len(clusters)} clusters, {len(variants)} variants", *lines, ""]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
