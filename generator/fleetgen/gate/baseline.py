"""The state before a change: the committed output and inventory. It shows what a change touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from fleetgen.build.desired_state import Desired
from fleetgen.build.rendered_tree import compared
from fleetgen.errors import InputError, problem
from fleetgen.inputs.committed_files import committed_files, committed_folder
from fleetgen.inputs.repository import INVENTORY_FOLDERS, OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.model.blob import blob_ids
from fleetgen.model.change import Tree
from fleetgen.policy.waivers import WaivableFinding
from fleetgen.tools.git_cli import Git


@dataclass(frozen=True)
class Baseline:
    """The state that a change starts from; it is read when it is first asked for, which is seldom.

    Without a repository or a commit there is none, and everything counts as changed.
    """

    run: Run
    desired: Desired

    @cached_property
    def commit(self) -> str:
        """The commit; empty if there is none. Raises InputError E0301 for a name that was given and is none."""
        git = self._git
        name = self.run.base or self.run.policies_from
        found = git.resolve(name or "HEAD") if git else None
        if found is None and name:
            fix = "name a branch, tag or commit of this repository"
            raise InputError(problem("E0301", f"there is no commit '{name}'", fix=fix))
        return found or ""

    @property
    def was_asked(self) -> bool:
        """Whether a verdict depends on it."""
        return "commit" in self.__dict__

    def is_changed(self, judged: WaivableFinding, cluster: str) -> bool:
        """Whether the object of a finding is not there as it is now, or anything of the cluster where it is about no object."""
        digest = judged.objects.get(cluster)
        there = self._there(cluster)
        if digest is not None:
            return digest not in there
        return not self._now(cluster) <= there or not self._is_described_alike(cluster)

    def _now(self, cluster: str) -> set[str]:
        bill = self.desired.plan.resolved.bills.get(cluster, {})
        return {manifest.digest for key in bill.values() for manifest in self.desired.objects[key]}

    def _is_described_alike(self, name: str) -> bool:
        """Whether the texts of all documents that say something about the cluster are the same."""
        plan = self.desired.plan
        cluster = plan.fleet.clusters[name]
        inputs = {table.origin.place.path for tables in plan.fleet.inputs.values() for table in tables.values()}
        paths = {cluster.place.path, *(layer.place.path for layer in cluster.layers), *inputs}
        return all(self._inventory.get(path) == plan.inputs.inventory.get(path) for path in paths)

    @cached_property
    def _git(self) -> Git | None:
        return self.run.git()

    def _there(self, cluster: str) -> set[str]:
        bill = self._bills.get(cluster, {})
        return {manifest.digest for key in bill.values() for manifest in self._tree.objects[key]}

    @cached_property
    def _bills(self) -> Mapping[str, Mapping[str, str]]:
        return {cluster.name: bill for cluster, bill in self._tree.bills.items()}

    @cached_property
    def _tree(self) -> Tree:
        if not self.commit or not self._git:
            return Tree(bills={}, objects={})
        committed = committed_folder(self._git, self.run.repository, self.commit, OUTPUT)
        return compared(self.run, self.desired, blob_ids(self.desired.files, like=self.commit), committed).committed

    @cached_property
    def _inventory(self) -> Mapping[str, str]:
        return {f"{folder}/{path}": text for folder in INVENTORY_FOLDERS for path, text in self._files(folder).items()}

    def _files(self, folder: str) -> dict[str, str]:
        """The committed files below a folder of the repository; their paths count from there."""
        return committed_files(self._git, self.run.repository, self.commit, folder) if self.commit and self._git else {}
