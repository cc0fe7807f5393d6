"""The tools of policies, as the commands of this folder hand them on."""

from __future__ import annotations

import os

from generator.cli import common
from generator.pipeline.repository import Repository
from generator.pipeline.testing import Bench
from generator.tools.gator_cli import GatorCli
from generator.tools.opa_cli import OpaCli
from generator.tools.regal_cli import RegalCli


def bench(repository: Repository) -> Bench:
    """opa, regal and gator; each is found or built when it is first needed."""
    toolchain = common.toolchain(repository)
    jobs = os.cpu_count() or 1
    return Bench(
        opa=lambda root: OpaCli(tool=toolchain.need("opa"), root=root, environ=os.environ, jobs=jobs),
        regal=lambda root, config: RegalCli(tool=toolchain.need("regal"), root=root, config=config, environ=os.environ),
        gator=lambda: GatorCli(tool=toolchain.need("gator"), environ=os.environ, jobs=jobs),
    )
