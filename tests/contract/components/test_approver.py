"""The job that approves install plans of OLM: its script by a real shell, with a stand-in for oc."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, cast

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.tools.process import Command, Ran, run, scrubbed
from fleetgen.yamlfile import load_manifests
from tests.golden.components.cases import GOLDEN

OC: Final = """#!/bin/sh
printf '%s\\n' "$*" >> "$LOG"
if [ "$1" = get ]; then
  [ -n "$PLANS" ] || exit "$FAILS"
  printf '%s\\n' "$PLANS"
fi
"""
WANTED: Final = "gpu-operator-certified.v26.7.0"
NEWER: Final = "gpu-operator-certified.v26.7.1"
LIST: Final = (
    "get installplans --namespace nvidia-gpu-operator --output jsonpath="
    '{range .items[?(@.spec.approved==false)]}{.metadata.name}{" "}{.spec.clusterServiceVersionNames[*]}{"\\n"}{end}'
)


def approved(name: str) -> str:
    return f'patch installplan {name} --namespace nvidia-gpu-operator --type merge --patch {{"spec":{{"approved":true}}}}'


def container() -> JsonObject:
    text = (GOLDEN / "gpu-operator/openshift-l4/expected/built.yaml").read_text(encoding="utf-8")
    (job,) = [each for each in load_manifests(text) if isinstance(each, dict) and each["kind"] == "CronJob"]
    node: Json = job
    for step in ("spec", "jobTemplate", "spec", "template", "spec"):
        node = cast("JsonObject", node)[step]
    (found,) = cast("list[JsonObject]", cast("JsonObject", node)["containers"])
    return found


def ran(folder: Path, plans: str, fails: int = 0) -> tuple[Ran, list[str]]:
    """What came of the script when OLM has these plans that wait, and what it asked oc for."""
    (folder / "oc").write_text(OC, encoding="utf-8")
    (folder / "oc").chmod(0o755)
    job = container()
    env = {str(each["name"]): str(each["value"]) for each in cast("list[JsonObject]", job["env"])}
    own = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "LOG": str(folder / "log"),
        "PLANS": plans,
        "FAILS": str(fails),
        "HOME": str(folder),
    }
    argv = (*cast("list[str]", job["command"]), *cast("list[str]", job["args"]))
    result = run(Command(argv=argv, env=scrubbed(os.environ, env | own), ok=frozenset({0, 1, 3})))
    return result, (folder / "log").read_text(encoding="utf-8").splitlines()


PLANS: Final = {
    "nothing waits": ("", []),
    "exactly the version in git": (f"install-a {WANTED}", [approved("install-a")]),
    "something newer": (f"install-b {NEWER}", []),
    "both": (f"install-b {NEWER}\ninstall-a {WANTED}", [approved("install-a")]),
    "the version together with something else": (f"install-c {WANTED} other-operator.v1", []),
    "twice": (f"install-a {WANTED}\ninstall-d {WANTED}", [approved("install-a"), approved("install-d")]),
    "a name that begins alike": (f"install-e {WANTED}0", []),
}


@pytest.mark.parametrize(("plans", "expected"), PLANS.values(), ids=PLANS)
def test_only_a_plan_for_exactly_this_version_is_approved(tmp_path: Path, plans: str, expected: list[str]) -> None:
    result, asked = ran(tmp_path, plans)
    assert (result.code, result.stderr, asked) == (0, b"", [LIST, *expected])


def test_a_job_fails_when_the_cluster_does_not_answer(tmp_path: Path) -> None:
    result, asked = ran(tmp_path, "", fails=3)
    assert (result.code, asked) == (3, [LIST])
