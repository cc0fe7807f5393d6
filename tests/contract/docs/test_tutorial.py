"""What pages show is run against the real tools: the whole tutorial in order, and the questions of the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fleetgen.tools.toolchain import Tool

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRESS = re.compile(r"^\d+ s  .*\n", re.MULTILINE)  # on a machine that is busy
_SHELL = """set -u
fleetgen() {{ "{python}" -m fleetgen.cli.main "$@" 2>&1; }}
cd "$START"
{command}
code=$?
pwd > "$STATE"
exit $code
"""


def _steps(text: str) -> Iterator[tuple[str, str]]:
    """(command, expected output) of every `$` line."""
    for block in _BLOCK.findall(text):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


def _matches(expected: str, shown: str) -> bool:
    """Equal, where `...` stands for anything; an expected text that is empty wants none."""
    parts = re.split(r"\.\.\.", expected.strip())
    return re.fullmatch(".*".join(map(re.escape, parts)), shown.strip(), re.DOTALL) is not None


def test_matching() -> None:
    assert _matches("a\n...\nd\n", "a\nb\nc\nd\n")
    assert _matches("committed ...\n", "committed 123 to main\n")
    assert not _matches("a\n", "a\nb\n")
    assert not _matches("", "a\n")


@pytest.fixture
def shell(root: Path, tools: Callable[[str], Tool]) -> Callable[[str, str, Path], str]:
    """Run a command in the folder that the state file names, and say what is wrong with its exit code or output."""
    for name in ("kustomize", "conftest"):
        tools(name)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"PYTHONPATH": str(root / "generator"), "NO_COLOR": "1", "GIT_CONFIG_GLOBAL": os.devnull}

    def run(command: str, expected: str, state: Path) -> str:
        script = _SHELL.format(python=sys.executable, command=command)
        start = {"START": state.read_text(encoding="utf-8").strip(), "STATE": str(state)}
        ran = subprocess.run(
            ["bash", "-c", script], env=environment | start, check=False, capture_output=True, text=True, timeout=300
        )
        wanted = 1 if command.startswith("fleetgen diff") else 0
        if ran.returncode == wanted and _matches(expected, _PROGRESS.sub("", ran.stdout)):
            return ""
        return f"$ {command}\nexit {ran.returncode}\n{ran.stdout}{ran.stderr}\nexpected:\n{expected}"

    return run


def test_first_fleet(tmp_path: Path, root: Path, shell: Callable[[str, str, Path], str]) -> None:
    state = tmp_path / "state"
    state.write_text(str(tmp_path), encoding="utf-8")
    steps = list(_steps((root / "docs" / "tutorial" / "first-fleet.md").read_text(encoding="utf-8")))
    assert len(steps) > 10
    for command, expected in steps:
        if wrong := shell(command, expected, state):
            pytest.fail(wrong, pytrace=False)


def test_readme(tmp_path: Path, root: Path, shell: Callable[[str, str, Path], str]) -> None:
    """Its two questions about the example fleet as it is; the other commands need a change, a clone or minutes."""
    state = tmp_path / "state"
    state.write_text(str(root), encoding="utf-8")
    asked = ("fleetgen check --quiet", "fleetgen explain")
    steps = [step for step in _steps((root / "README.md").read_text(encoding="utf-8")) if step[0].startswith(asked)]
    assert len(steps) == 2
    assert [wrong for step in steps if (wrong := shell(*step, state))] == []
