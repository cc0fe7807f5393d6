"""The policies and constraints of a repository, read once: for the gate, and for the export to Gatekeeper."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, cast

from fleetgen import library
from fleetgen.errors import InputError
from fleetgen.inputs import cache
from fleetgen.inputs.files import read_tree
from fleetgen.inputs.repository import Repository
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import EnforcementDocument, Fleet, WaiverDocument
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, ExportedPolicy, Policy, PolicySet
from fleetgen.model.settings import Items, Scalar, at
from fleetgen.policy import enforcement
from fleetgen.policy.constraints import read_constraints
from fleetgen.policy.enforcement import Membership, membership_of
from fleetgen.policy.gate_plan import gate_plan, known_policies
from fleetgen.policy.gatekeeper_documents import export, libraries, packages_of
from fleetgen.policy.installing import installing
from fleetgen.policy.metadata import read_policies
from fleetgen.policy.sets import Values, about, named_groups, policy_sets
from fleetgen.policy.waivers_in_gatekeeper import in_clusters, unnameable
from fleetgen.stages.load import documents, governing
from fleetgen.stages.load.governing import contributing
from fleetgen.yamlfile import parse

_REGO: Final = "policies/rego/"
_CONSTRAINTS: Final = "policies/constraints/"
_GATE: Final = f"{_REGO}gate/"
_NO_CODE: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`]*`|#.*')
_OTHER_DATA: Final = re.compile(r"\bdata\b(?!\.lib\.)")


@dataclass(frozen=True)
class PolicyLibrary:
    """The policies and constraints among the files of a library, read once, when they are first asked for.

    `environments` are the names that a constraint may restrict itself to. Reading raises InputError E0301, E0801, E0805.
    """

    files: Mapping[str, str]
    environments: tuple[str, ...]

    @cached_property
    def rego(self) -> dict[str, str]:
        """Path -> text of the Rego of the policies, tests apart."""
        return _rego(self.files)

    @cached_property
    def policies(self) -> dict[str, Policy]:
        """The policies by id."""
        return read_policies(self.rego)

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints as they are written, by name."""
        return read_constraints(_constraint_files(self.files), self.policies, self.environments)


@dataclass(frozen=True, kw_only=True)
class Governed:
    """What a fleet says about its policies: where its clusters stand, what is enforced how, what is waived."""

    members: Mapping[str, Membership] = field(default_factory=dict)
    enforcements: Sequence[EnforcementDocument] = ()
    waivers: Sequence[WaiverDocument] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The policies of a repository, ready for the engine.

    `constraints` are as they are written, `sets` has them as they are enforced; `of` is the set of each cluster.
    """

    policies: Mapping[str, Policy]
    constraints: Sequence[Constraint]
    files: Mapping[str, str]
    sets: Mapping[str, PolicySet]
    of: Mapping[str, str]
    data: JsonObject

    def digest(self, policy_set: str) -> str:
        """What a verdict of one policy set depends on."""
        plans = cast("dict[str, Json]", self.data["plan"])
        return cache.key(
            "rules",
            json.dumps(plans.get(policy_set), sort_keys=True),
            *(part for path in sorted(self.files) for part in (path, self.files[path])),
        )

    def policy_digest(self, policy: Policy) -> str:
        """What an answer of one policy depends on: its own Rego, that of the libraries that it imports, and the gate's.

        Only what a policy reads through imports of libraries is known; if it names other data, it depends on all rules.
        """
        own = f"policies.{policy.area}.{policy.rule}"
        names = {own, *libraries(self._packages.get(own, ""), self._packages)}
        read = [path for path, package in self._package_of.items() if package in names]
        gate = [path for path in self.files if path.startswith(_GATE)]
        other = any(_OTHER_DATA.search(_NO_CODE.sub("", self.files[path])) for path in read)
        paths = sorted(self.files) if other else sorted((*read, *gate))
        return cache.key("policy", *(part for path in paths for part in (path, self.files[path])))

    @cached_property
    def _packages(self) -> Mapping[str, str]:
        """Package -> Rego."""
        return packages_of(self.files)

    @cached_property
    def _package_of(self) -> Mapping[str, str]:
        """Path -> package."""
        return {path: next(iter(packages_of({path: text})), "") for path, text in self.files.items()}

    def keeping(self, names: Collection[str]) -> Rules:
        """The rules with no other constraints than those named and their companions."""
        kept = [constraint for constraint in self.constraints if constraint.name in names]
        sets = {
            name: replace(each, constraints=tuple(c for c in each.constraints if _written(each, c) in names))
            for name, each in self.sets.items()
        }
        return replace(self, constraints=kept, sets=sets, data=_data(kept, sets))

    def behind(self, path: str) -> tuple[str, ...]:
        """The policies with a constraint whose Rego is in the file at `path`, or imports it, sorted."""
        packages = self._packages
        package = self._package_of.get(path, "")
        found = set()
        for policy in {constraint.policy.id: constraint.policy for constraint in self.constraints}.values():
            own = f"policies.{policy.area}.{policy.rule}"
            if package == own or package in libraries(packages[own], packages):
                found.add(policy.id)
        return tuple(sorted(found))


def _written(policy_set: PolicySet, constraint: Constraint) -> str:
    """The name of the constraint in the file that this one comes from."""
    companion = policy_set.companions.get(constraint.name)
    return companion.name if companion else constraint.name


def governed_by(fleet: Fleet) -> Governed:
    """What the documents of a fleet say."""
    return Governed(
        members={name: membership_of(cluster) for name, cluster in fleet.clusters.items()},
        enforcements=fleet.enforcements,
        waivers=fleet.waivers,
    )


def rules_of(library: PolicyLibrary, fleet: Fleet) -> Rules:
    """The policies as they are enforced in a fleet. Raises InputError E0301, E0306, E0801, E0805."""
    return read_rules(library, values_of(fleet), governed_by(fleet))


def values_of(fleet: Fleet) -> dict[str, Values]:
    """Environment -> what parameters are filled with from there."""
    return {name: {"registries": [*environment.spec.registries]} for name, environment in fleet.environments.items()}


def environment_values(inventory: Mapping[str, str]) -> Iterator[tuple[str, Values]]:
    """As `values_of`, from the texts of an inventory of which nothing else has to be right."""
    for path, text in sorted(inventory.items()):
        if not path.startswith("environments/") or not path.endswith("/environment.yaml"):
            continue
        for tree in parse(text, path):
            name = at(tree, ("metadata", "name"))
            registries = at(tree, ("spec", "registries"))
            listed = registries.items if isinstance(registries, Items) else ()
            if isinstance(name, Scalar):
                yield str(name.value), {"registries": [item.value for item in listed if isinstance(item, Scalar)]}


def read_rules(library: PolicyLibrary, values: Mapping[str, Values], governed: Governed | None = None) -> Rules:
    """The policies, planned for the environments in `values` and what is said about them."""
    said = governed or Governed()
    constraints = library.constraints
    waivers = in_clusters(said.waivers, library.policies)
    members = {*said.members.values(), *map(Membership, values)}
    broken = [
        *enforcement.findings(said.enforcements, constraints, sorted(members, key=repr)),
        *unnameable(constraints, waivers),
    ]
    if broken:
        raise InputError(broken)
    found = policy_sets(said.members, values, constraints, said.enforcements, waivers)
    return Rules(
        policies=library.policies,
        constraints=constraints,
        files=library.rego,
        sets=found.sets,
        of=found.of,
        data=_data(constraints, found.sets),
    )


def _data(constraints: Sequence[Constraint], sets: Mapping[str, PolicySet]) -> JsonObject:
    """What the gate reads as data; a plain object is judged in the first environment."""
    return {
        "plan": gate_plan(sets),
        "known_policies": known_policies(constraints),
        "gate": {"default": min((each.environment for each in sets.values()), default="")},
    }


def library_of(repository: Repository | None) -> Mapping[str, str]:
    """The files of a repository's library; without a repository, of the one that comes with fleetgen. Raises InputError."""
    if repository is not None:
        return repository.read().library
    problems: list[Finding] = []
    files = read_tree(library.builtin_root(), library.FOLDERS, problems)
    if problems:
        raise InputError(problems)
    return files


def policies_of(files: Mapping[str, str]) -> dict[str, Policy]:
    """The policies among the files of a library by id. Raises InputError E0801."""
    return read_policies(_rego(files))


def _rego(files: Mapping[str, str]) -> dict[str, str]:
    return {
        path: text
        for path, text in files.items()
        if path.startswith(_REGO) and path.endswith(".rego") and not path.endswith("_test.rego")
    }


def _constraint_files(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.startswith(_CONSTRAINTS) and path.endswith(".yaml")}


def exported_of(rules: Rules, ids: Collection[str]) -> dict[str, ExportedPolicy]:
    """The policies named by `ids` in the form that Gatekeeper takes. Raises InputError E0801."""
    return export(sorted(ids), rules.policies, rules.sets, sources=rules.files)


def knowing_policies(fleet: Fleet, library: PolicyLibrary) -> Fleet:
    """The fleet, whose components know the policies that they install. Raises InputError E0301.

    Policies that cannot be read are left to whoever needs them, who says what is wrong.
    """
    if not any(component.installs for component in fleet.components.values()):
        return fleet
    try:
        policies = library.policies
    except InputError:
        return fleet
    return installing(fleet, policies)


def installed_by(fleet: Fleet) -> frozenset[str]:
    """The ids of the policies that components install in clusters."""
    return frozenset(name for component in fleet.components.values() for name in component.policies)


def split_by_policy_set(fleet: Fleet, library: PolicyLibrary) -> Fleet:
    """The fleet in which clusters of different policy sets have different variants of the units that install policies.

    A group tells its clusters apart when an Enforcement document or a waiver that sites get names it; it then contributes to the
    name of those variants as any layer does that has the component's key. Policies are only read if a document names groups.
    Raises InputError E0801, E0805.
    """
    if not named_groups(fleet.enforcements, fleet.waivers):
        return fleet
    installed = installed_by(fleet)
    waivers = [each for each in in_clusters(fleet.waivers, library.policies) if each.spec.policy_id in installed]
    return contributing(fleet, named_groups(about(fleet.enforcements, library.constraints, installed), waivers))


def read_governing(files: Mapping[str, str]) -> tuple[tuple[WaiverDocument, ...], tuple[EnforcementDocument, ...]]:
    """Waivers and Enforcement documents of files that are not the fleet's. Names are not looked up: nothing has to be there."""
    problems: list[Finding] = []
    found = documents.read(files, problems)
    if problems:
        raise InputError(problems)
    return governing.waivers(found), governing.enforcements(found)
