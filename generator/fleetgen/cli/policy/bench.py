"""The tools of policies, as the commands of this folder hand them on."""

from __future__ import annotations

import os

from fleetgen.cli import common
from fleetgen.inputs.repository import Repository
from fleetgen.policies.test_suite import PolicyTools
from fleetgen.tools.gator_cli import GatorCli
from fleetgen.tools.opa_cli import OpaCli
from fleetgen.tools.regal_cli import RegalCli


def bench(repository: Repository) -> PolicyTools:
    """opa, regal and gator; each is found or built when it is first needed."""
    toolchain = common.toolchain(repository)
    jobs = os.cpu_count() or 1
    return PolicyTools(
        opa=lambda root: OpaCli(tool=toolchain.need("opa"), root=root, environ=os.environ, jobs=jobs),
        regal=lambda root, config: RegalCli(tool=toolchain.need("regal"), root=root, config=config, environ=os.environ),
        gator=lambda: GatorCli(tool=toolchain.need("gator"), environ=os.environ, jobs=jobs),
    )
