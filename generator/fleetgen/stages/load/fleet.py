"""The Fleet: references resolved, profiles merged into clusters, the layers of every cluster in order of strength."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Environment, Fleet, Group, Layer, Ring
from fleetgen.model.inventory import EnvironmentSpec, GroupSpec, RingSpec
from fleetgen.model.plain import without_nulls
from fleetgen.model.settings import Origin, Table, at, merge, relabel
from fleetgen.schemas.derive import build
from fleetgen.schemas.validate import Validator
from fleetgen.stages.load import components as component_files
from fleetgen.stages.load import governing
from fleetgen.stages.load.clusters import Assembly, layer_of
from fleetgen.stages.load.documents import Document
from fleetgen.stages.load.references import Index, check_components, check_references

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from fleetgen.model.plain import JsonObject


def load_documents(documents: Sequence[Document], library: Mapping[str, str], problems: list[Finding]) -> Fleet:
    """Return the fleet of the documents of an inventory and the files of `library`: repository path -> text, the catalog's too.

    `problems` are those found so far. Raises InputError with every problem of every file.
    """
    components = component_files.read(library, problems)
    kubernetes = component_files.read_kubernetes(library, problems)
    index = Index(documents, components, problems)
    if not problems and not index.of("Cluster"):
        problems.append(problem("E0305", "the fleet has no cluster", fix="run: fleetgen new cluster NAME -e ENVIRONMENT"))
    if problems:
        raise InputError(problems)  # references of broken documents would only repeat what is wrong
    check_components(index)
    inputs = _inputs(index)
    check_references(index)
    if problems:
        raise InputError(problems)
    fleet = _fleet(index, inputs)
    if problems:
        raise InputError(problems)
    return replace(fleet, kubernetes=kubernetes)


def _inputs(index: Index) -> dict[str, dict[str, Table]]:
    """For each component: what its `inputs` give it, as a table of `values` that stands just above its defaults."""
    result: dict[str, dict[str, Table]] = {}
    for component in index.components.values():
        for key, kind in component.inputs.items():
            schema = component.input_schema(key)
            validator = Validator(schema if isinstance(schema, dict) else {})
            entries = {}
            for document in index.of(kind):
                index.problems.extend(validator.findings(document.spec_tree, prefix="spec"))
                entries[document.name] = cast("Table", relabel(document.spec_tree, f"{kind} {document.name}"))
            result.setdefault(component.name, {}).update({f"{key}/{name}": table for name, table in entries.items()})
    return result


def _fleet(index: Index, inputs: Mapping[str, Mapping[str, Table]]) -> Fleet:
    environments = {name: _environment(document, index) for name, document in index.environments.items()}
    rings = {
        (document.environment, document.name): Ring(
            name=document.name,
            place=document.place,
            spec=cast("RingSpec", _built(RingSpec, document)),
            layer=layer_of(document, f"ring {document.name}", ""),
        )
        for document in index.of("Ring")
    }
    groups = {
        document.name: Group(
            name=document.name,
            place=document.place,
            spec=cast("GroupSpec", _built(GroupSpec, document)),
            layer=layer_of(document, f"group {document.name}", document.name),
        )
        for document in index.of("Group")
    }
    assembly = Assembly(index, environments, rings, groups)
    found = [cluster for document in index.of("Cluster") if (cluster := assembly.cluster(document))]
    return Fleet(
        environments=environments,
        clusters={cluster.name: cluster for cluster in found},
        components=index.components,
        inputs=inputs,
        waivers=governing.waivers(index.of("Waiver")),
        enforcements=governing.enforcements(index.of("Enforcement")),
        duties=governing.duties(index.of("TeamRole")),
    )


def _built(cls: type[DataclassInstance], document: Document) -> DataclassInstance:
    return build(cls, cast("JsonObject", without_nulls(document.spec)))


def _environment(document: Document, index: Index) -> Environment:
    """The environment; its `roles` become settings of every component that takes TeamRoles."""
    layer = layer_of(document, f"environment {document.name}", "")
    roles = at(document.tree, ("spec", "roles"))
    if isinstance(roles, Table) and roles.entries:
        origin = Origin(layer.label, roles.origin.place)
        components = dict(layer.components)
        for component in index.components.values():
            for key, kind in component.inputs.items():
                if kind == "TeamRole":
                    groups = {
                        name: Table({"groups": relabel(value, layer.label)}, origin, {"groups": value.origin.place})
                        for name, value in roles.entries.items()
                    }
                    added = Table({"values": Table({key: Table(groups, origin, roles.key_places)}, origin)}, origin)
                    below = components.get(component.name)
                    components[component.name] = added if below is None else cast("Table", merge(added, below))
        layer = Layer(label=layer.label, token="", place=layer.place, components=components)
    spec = cast("EnvironmentSpec", _built(EnvironmentSpec, document))
    return Environment(name=document.name, place=document.place, tree=document.tree, spec=spec, layer=layer)
