"""A fleet repository that a test changes as its owners would: edit, publish, push to where the site pulls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fleetgen.inputs.cache import cache_of
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.run import Run
from fleetgen.stages.gate import PolicyEngine
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Toolchain, cache_folder

AS_OF = "2026-11-24"
CLUSTERS = ("store-0042", "store-0108", "hub-frankfurt")
_COPIED = ("templates", "policies", "fleet", "environments", "fleetgen.toml")
# Rehearsals happen at any hour; what a closed window does is tested where the windows are left in.
_WINDOWS = ("maintenance:", "windows:")


@dataclass(frozen=True)
class Ended:
    """What a command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Fleet:
    """`root` is the work tree."""

    root: Path
    library: Path

    @classmethod
    def made(cls, library: Path, root: Path, clusters: Sequence[str] = CLUSTERS) -> Fleet:
        for name in _COPIED:
            source = library / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
        for path in (root / "fleet" / "clusters").iterdir():
            if path.stem not in clusters:
                path.unlink()
            else:
                lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
                path.write_text("".join(line for line in lines if not line.strip().startswith(_WINDOWS)), encoding="utf-8")
        fleet = cls(root, library)
        fleet.git("init", "--quiet", "--initial-branch=main")
        fleet.git("config", "user.name", "Fleet Owner")
        fleet.git("config", "user.email", "owner@example.com")
        fleet.publish("Start")
        return fleet

    def git(self, *args: str) -> str:
        ran = subprocess.run(("git", *args), cwd=self.root, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def run(self, *args: str, **environ: str) -> Ended:
        """A command of fleetgen."""
        argv = (str(Path(sys.executable).with_name("fleetgen")), "-C", str(self.root), *args)
        env = {**os.environ, **environ}
        ran = subprocess.run(argv, cwd=self.library, capture_output=True, text=True, check=False, env=env)
        return Ended(ran.returncode, ran.stdout, ran.stderr)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that must be there exactly once."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, (path, old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def commit(self, message: str) -> str:
        """Whatever the work tree holds; goes around the gate if output/ was edited."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def publish(self, message: str, *options: str) -> str:
        """Commit the inputs, then gate and commit output/. The new commit."""
        self.commit(message)
        ran = self.run("publish", "--as-of", AS_OF, "--message", message, *options)
        assert ran.code == 0, ran.err
        return self.git("rev-parse", "HEAD")

    def push(self, bare: Path) -> None:
        """To the repository that the site pulls from."""
        self.git("push", "--quiet", "--force", str(bare), "HEAD:refs/heads/main")

    def settings(self) -> Run:
        """To run parts of the pipeline in this process."""
        executor = LocalExecutor(environ=os.environ, jobs=2)
        toolchain = Toolchain(library=self.library, cache=cache_folder(os.environ), environ=os.environ)

        def engine() -> PolicyEngine:
            capabilities = self.library / "policies" / "capabilities.json"
            return ConftestCli(tool=toolchain.need("conftest"), capabilities=capabilities, executor=executor)

        cache = cache_of(toolchain)
        return Run(
            repository=Repository.find(self.root),
            cache=cache,
            gate_cache=cache,
            builder=lambda: KustomizeCli(tool=toolchain.need("kustomize"), executor=executor),
            engine=engine,
            as_of=date.fromisoformat(AS_OF),
        )
