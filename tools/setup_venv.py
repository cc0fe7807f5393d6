"""Make `.venv` equal to the locked requirements: `python3 tools/setup_venv.py run|dev`. Standard library only.

The stamp inside the environment is written last. Without it (an interrupted set-up) or with another hash (the lock files
changed) the environment is made again from nothing. A lock file keeps two `make` at once from building into each other.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "fleetgen-setup"
LOCKS = {"run": ("build.txt", "run.txt"), "dev": ("build.txt", "dev.txt")}
# Not the sections of the linters: a changed lint rule needs no new environment.
PARTS_THAT_INSTALL = ("build-system", "project")


def main(arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else "dev"
    if wanted not in LOCKS:
        print(f"usage: setup_venv.py {'|'.join(LOCKS)}", file=sys.stderr)
        return 2
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return 0 if _is_complete(wanted) else _make(wanted)


def _is_complete(wanted: str) -> bool:
    """`dev` contains `run`, so that `make run` leaves a developer's environment alone."""
    try:
        name, digest = STAMP.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return False
    usable = (VENV / "bin" / "fleetgen").exists() and (VENV / "bin" / "python").exists()
    return usable and name in {wanted, "dev"} and digest == _digest(name)


def _digest(wanted: str) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locks = [(ROOT / "requirements" / name).read_text(encoding="utf-8") for name in LOCKS.get(wanted, ())]
    parts = [sys.version, str(ROOT), *(repr(project[part]) for part in PARTS_THAT_INSTALL), *locks]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _make(wanted: str) -> int:
    print(f"Setting up .venv ({wanted}) with Python {sys.version.split()[0]} ...", file=sys.stderr, flush=True)
    if VENV.is_symlink():
        print(f"error: {VENV} is a symbolic link\n  fix: remove it", file=sys.stderr)
        return 3
    STAMP.unlink(missing_ok=True)
    venv.create(VENV, clear=True, with_pip=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    locked = [part for name in LOCKS[wanted] for part in ("-r", str(ROOT / "requirements" / name))]
    steps = (
        [*pip, "--require-hashes", "--only-binary", ":all:", *locked],
        [*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    )
    for step in steps:
        code = subprocess.run(step, cwd=ROOT, check=False).returncode
        if code != 0:
            print(
                f"error: setting up .venv failed (exit {code})\n  fix: fix the cause above, then repeat the command",
                file=sys.stderr,
            )
            return 3
    temporary = STAMP.with_suffix(".new")
    temporary.write_text(f"{wanted} {_digest(wanted)}\n", encoding="utf-8")
    os.replace(temporary, STAMP)  # noqa: PTH105 - says what it does
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("interrupted; the next `make` repairs .venv", file=sys.stderr)
        sys.exit(130)
