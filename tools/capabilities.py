"""Write policies/capabilities.json: what Rego may use in the gate. Run after a change of the pinned opa or conftest.

The base is the oldest engine that a cluster of the fleet may run (OPA 1.3.0, in Gatekeeper 3.19), because the same source must
run there; minus every built-in whose answer depends on anything but its arguments, because a verdict must be repeatable.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "generator"))

from fleetgen.tools.toolchain import Toolchain, cache_folder

ROOT = Path(__file__).resolve().parent.parent
BASE = "v1.3.0"
# OPA marks what it knows to be impure; these it does not mark, or they read the engine's own surroundings.
ALSO = {
    "opa.runtime",
    "net.lookup_ip_addr",
    "rego.parse_module",
    "time.now_ns",
    "trace",
    "uuid.rfc4122",
    "http.send",
    "rand.intn",
}


def main() -> int:
    tool = Toolchain(library=ROOT, cache=cache_folder(os.environ), environ=os.environ).need("opa")
    text = subprocess.run([str(tool.path), "capabilities", "--version", BASE], check=True, capture_output=True).stdout
    capabilities = json.loads(text)
    capabilities["builtins"] = [one for one in capabilities["builtins"] if not _is_impure(one)]
    capabilities["allow_net"] = []
    target = ROOT / "policies" / "capabilities.json"
    target.write_text(json.dumps(capabilities, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def _is_impure(builtin: dict[str, object]) -> bool:
    return bool(builtin.get("nondeterministic")) or builtin["name"] in ALSO


if __name__ == "__main__":
    sys.exit(main())
