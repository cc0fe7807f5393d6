"""A how-to is done as it stands: its files are written and its commands run, in order, in a starter fleet."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fleetgen.tools.toolchain import Tool
from tests.contract.docs.test_tutorial import _matches, _steps

_STEP = re.compile(
    r"^(?:`(?P<path>[^`\n]+)`\n\n```yaml\n(?P<text>.*?)^```$|(?P<console>```console\n.*?^```)$)", re.MULTILINE | re.DOTALL
)
_INIT = "```console\n$ fleetgen init . > /dev/null\n$ git init --quiet\n```"


def _done(page: str) -> Iterator[tuple[str, str, str]]:
    """(path, text, "") of every file, ("", command, expected output) of every command."""
    for step in _STEP.finditer(page):
        if step["path"]:
            yield step["path"], step["text"], ""
        else:
            yield from (("", command, output) for command, output in _steps(step["console"]))


def test_write_a_component(tmp_path: Path, root: Path, tools: Callable[[str], Tool]) -> None:
    for name in ("kustomize", "conftest"):
        tools(name)
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"PYTHONPATH": str(root / "generator"), "NO_COLOR": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    page = _INIT + "\n" + (root / "docs/how-to/write-a-component.md").read_text(encoding="utf-8")
    steps = [*_done(page)]
    assert (len([step for step in steps if step[0]]), len([step for step in steps if not step[0]])) == (11, 12)
    for path, text, expected in steps:
        if path:
            (fleet / path).parent.mkdir(parents=True, exist_ok=True)
            (fleet / path).write_text(text, encoding="utf-8")
            continue
        script = f'fleetgen() {{ "{sys.executable}" -m fleetgen.cli.main "$@" 2>&1; }}\n{text}'
        ran = subprocess.run(["bash", "-c", script], cwd=fleet, env=environment, check=False, capture_output=True, text=True)
        if ran.returncode or not _matches(expected, ran.stdout):
            pytest.fail(f"$ {text}\nexit {ran.returncode}\n{ran.stdout}{ran.stderr}\nexpected:\n{expected}", pytrace=False)
