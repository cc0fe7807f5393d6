"""The JSON Schemas of component.yaml and releases.yaml: what the loader accepts, and what `fleetgen schema` prints."""

from __future__ import annotations

from functools import cache
from typing import Final, cast

from fleetgen import API_VERSION
from fleetgen.model.facts import ENUM_FACTS
from fleetgen.model.fields import POLICY_OR_AREA, TOKEN
from fleetgen.model.inventory import INPUT_KINDS
from fleetgen.model.plain import Json, JsonObject
from fleetgen.schemas.derive import COMPONENT_ENTRY
from fleetgen.stages.load.settings_schema import DEFINITIONS, ROOT

STRUCTURED_FACTS: Final = ("nodePools", "network", "uplink", "proxy")
_API: Final = r"^([^/]+/)?v[^/]+/[A-Z][A-Za-z0-9]*$"
_FACTS: Final = tuple(fact.name for fact in ENUM_FACTS)


def _strict(required: tuple[str, ...], **properties: Json) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "required": [*required], "properties": properties}


def _said(about: str, schema: JsonObject) -> JsonObject:
    return {**schema, "description": about}


def _text(about: str, pattern: str = "") -> JsonObject:
    return _said(about, {"type": "string", **({"pattern": pattern} if pattern else {"minLength": 1})})


def _list(about: str, items: JsonObject, *, at_least: int = 0) -> JsonObject:
    return _said(about, {"type": "array", "items": items, **({"minItems": at_least} if at_least else {})})


def _texts(about: str, *, at_least: int = 0) -> JsonObject:
    return _list(about, {"type": "string", "minLength": 1}, at_least=at_least)


def _map(about: str, values: JsonObject) -> JsonObject:
    return _said(about, {"type": "object", "additionalProperties": values})


def _any_of(*alternatives: JsonObject) -> JsonObject:
    return {"anyOf": [*alternatives]}


def _where(about: str) -> JsonObject:
    facts = _map(about, _texts("Values of the fact. A cluster must have one of them.", at_least=1))
    return {**facts, "minProperties": 1, "propertyNames": {"enum": [*_FACTS]}}


def _when(about: str) -> JsonObject:
    return _text(f"Dotted path of a setting below values (`*`: any key; `path=text`: that text) that {about}.")


def _condition(measure: str, facts: tuple[str, ...], allowed: JsonObject) -> JsonObject:
    """A condition of `supports` with one of its measures."""
    properties: JsonObject = {
        "fact": _said("Name of the fact.", {"enum": [*facts]}),
        measure: allowed,
        "message": _text("What to do on a cluster that is not supported."),
        "when": _when("switches the condition on"),
        "unless": _when("switches the condition off"),
    }
    return _strict(("fact", measure, "message"), **properties)


def _neighbour(demand: str, about: str) -> JsonObject:
    """An entry of `beside` with one of its demands."""
    properties: JsonObject = {
        "component": _text("The other component. The entry has no effect on clusters without it."),
        demand: _text(about),
        "message": _text("Why, and what to do."),
        "when": _when("asks for it"),
    }
    return _strict(("component", demand, "message"), **properties)


@cache
def component_schema() -> JsonObject:
    """What component.yaml may say."""
    required = ("title", "description", "wave", "settings", "defaults")
    spec = _strict(required, **_described(), **_surroundings(), **_content(), **_configured())
    return {**_document("Component", spec), "$defs": DEFINITIONS}


def _described() -> JsonObject:
    return {
        "title": _text("What it is, in one line."),
        "description": _text("What it does at a site and why it is configured this way."),
        "requirements": _texts("Preconditions outside of the component, as text for people."),
    }


def _surroundings() -> JsonObject:
    """When it comes, where it lives, and what must be there."""
    order = "Order of installation: 0 operators and definitions, 1 Gatekeeper, 2 custom resources, 3 workloads."
    space = _strict(
        ("name", "where"),
        name=_text("Name of the namespace."),
        where=_where("Facts of the clusters on which it is used."),
    )
    values = _texts("The values that are supported.")
    version = _text("The first version that is supported.", r"^[0-9]+\.[0-9]+$")
    needed = _strict(
        ("api",),
        api=_text("group/version/Kind that another component or the site itself provides.", _API),
        when=_when("asks for it"),
        where=_where("Facts of the clusters on which it is needed."),
    )
    api = _text("group/version/Kind.", _API)
    return {
        "wave": _said(order, {"type": "integer"}),
        "namespaces": _list(
            "Namespaces of its objects; cluster-baseline creates them. Objects without a namespace go into the first.",
            _any_of(_text("Name of a namespace."), space),
        ),
        "namespacesIn": _text("Dotted path of a setting whose keys are namespaces that it uses."),
        "facts": _list("Facts of a cluster that its templates see as `facts`.", {"enum": [*_FACTS, *STRUCTURED_FACTS]}),
        "supports": _list(
            "Where it runs. All conditions must hold; without conditions it runs everywhere.",
            _any_of(_condition("anyOf", _FACTS, values), _condition("atLeast", ("kubernetes.minor",), version)),
        ),
        "provides": _list("Kinds that it adds to a cluster.", api),
        "requires": _list("Kinds that must exist in the cluster.", needed),
        "beside": _list(
            "What another component of the same cluster must be like.",
            _any_of(
                _neighbour("expects", "Setting of the other component that must be on, or `path=text`."),
                _neighbour("forbids", "Setting of the other component that must not be on, or `path=text`."),
                _neighbour("versions", "Key of the release's data: version of this component -> versions of the other."),
            ),
        ),
    }


def _content() -> JsonObject:
    """What it installs."""
    group = _said('API group; "" is the core.', {"type": "string"})
    chart = _strict(
        ("repoURL", "name", "releaseName", "namespace", "values"),
        repoURL=_text("Repository of the chart."),
        name=_text("Name of the chart."),
        releaseName=_text("Name of the Helm release."),
        namespace=_text("Namespace of the Helm release."),
        values=_text("Template of the chart's values, below the component's folder."),
        where=_where("Facts of the clusters that get the chart; other clusters get only the overlay."),
    )
    policy = _text("Id, or area as FG-POD.", POLICY_OR_AREA)
    policies = _strict(
        (),
        only=_list("Only these policies.", policy),
        **{"except": _list("All policies except these.", policy)},
        setting=_text("Dotted path of a setting that lists more policy ids."),
    )
    return {
        "clusterResources": _list(
            "Cluster-scoped kinds that it or its chart creates. The project of a site permits only these.",
            _strict(("group", "kind"), group=group, kind=_text("Kind.")),
        ),
        "sourceRepos": _texts(
            "More repositories that the project of a site allows. The repository of the chart is always allowed."
        ),
        "chart": _said("A Helm chart that Argo CD installs together with the overlay, in the version of the component.", chart),
        "instances": _said(
            "Several units of one component.", _strict(("each",), each=_text("Setting with an entry for each unit."))
        ),
        "identity": _said("Adds the ConfigMap fleetgen-identity (site, cluster, ring) to its namespaces.", {"enum": ["runtime"]}),
        "policies": _said("Installs policies for Gatekeeper: all that can run in a cluster, or a selection.", policies),
        "podSecurity": _said(
            "Pod Security level that its namespaces must admit; restricted by default.",
            {"enum": ["restricted", "baseline", "privileged"]},
        ),
        "finalizer": _said("Whether removing the unit deletes its objects; true by default.", {"type": "boolean"}),
        "serverSideApply": _said(
            "Whether Argo CD applies the unit on the server's side; true by default. False for a unit that brings definitions "
            "of custom resources together with objects of them.",
            {"type": "boolean"},
        ),
    }


def _configured() -> JsonObject:
    """Its settings."""
    entry = cast("JsonObject", COMPONENT_ENTRY["properties"])
    joined = _any_of({"const": "append"}, _strict(("by",), by=_text("Key that identifies an item.")))
    return {
        "settings": _said("JSON Schema of `values`, merged over all layers.", ROOT),
        "defaults": _said(
            "Default values: the weakest layer.", _strict((), **{key: entry[key] for key in ("enabled", "version", "values")})
        ),
        "merge": _map(
            "Dotted path of a list below values -> how layers combine it: append, or {by: key}. Other lists are replaced.", joined
        ),
        "inputs": _map("Setting -> kind of the documents that become its entries.", {"enum": [*INPUT_KINDS]}),
        "stated": _texts("Dotted paths of settings that `fleetgen check` prints for every environment."),
    }


@cache
def releases_schema() -> JsonObject:
    """What releases.yaml may say."""
    release = _strict(
        ("line", "versions"),
        line=_text("Name of the release line, for example 1.21."),
        versions=_texts("Exact versions. A version that no line lists is refused.", at_least=1),
        supports=_list(
            "Where the line runs: any of these; without entries everywhere.",
            _where("Facts, all of which must match."),
            at_least=1,
        ),
        series=_text("The series that the line belongs to, for example 26.3; without it the line is a series of its own."),
        supportEnds=_date("When the maker's support of the line ended or will end."),
        issues=_list(
            "What is known to be wrong with versions of the line.",
            _strict(
                ("id", "severity", "summary", "source"),
                id=_text("CVE or number of the report."),
                severity=_said("How bad it is.", {"type": "string", "enum": ["critical", "high", "medium"]}),
                versions=_texts("The versions that have it; without it all of the line.", at_least=1),
                fixedIn=_text("First version without it."),
                summary=_text("What happens, in a few words."),
                source=_text("Who says so."),
            ),
        ),
        like=_text("A line above whose data this line inherits; null removes a value."),
        data=_said("What templates see as `release`.", {"type": "object"}),
    )
    listed = _list("What differs between versions. The versions of a line are listed from the oldest to the newest.", release)
    source = _strict(("name", "read"), name=_text("Who says it: repository and file, or page."), read=_date("When it was read."))
    spec = _strict(
        ("releases",),
        order=_said(
            "How the lines are listed; what is later in this order is newer. Versions are never compared as numbers.",
            {"type": "string", "enum": ["newest-first", "oldest-first"]},
        ),
        checked=_date("When everything here was last held against its sources."),
        sources=_list("Where the facts come from.", source),
        steps=_said("What a running site may be told to do in one commit.", _steps()),
        releases=listed,
    )
    return _document("ComponentReleases", spec)


def _steps() -> JsonObject:
    """Rules of `fleetgen diff` and `publish` for a change of version."""
    fixed = _strict(
        ("field", "reason"),
        field=_text("Setting of the chart or field of a custom resource, for example `driver.nvidiaDriverCRD.enabled`."),
        until=_text("First version from which it may be changed by itself; without it never."),
        reason=_text("Why not."),
    )
    return _strict(
        ("to",),
        to=_said(
            "Where a running site may go: `next-series` (a newer version of its series or of the next), or `newer`.",
            {"type": "string", "enum": ["newer", "next-series"]},
        ),
        source=_text("Who says so."),
        fixed=_list("What may not be changed on a running site.", fixed),
        apart=_texts("Settings and fields that may not change together with the version."),
    )


def _date(description: str) -> JsonObject:
    return _said(description, {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})


def _document(kind: str, spec: JsonObject) -> JsonObject:
    name = _said("Name of the component and of its folder.", {"type": "string", "pattern": TOKEN, "maxLength": 40})
    document = _strict(
        ("apiVersion", "kind", "metadata", "spec"),
        apiVersion={"const": API_VERSION},
        kind={"const": kind},
        metadata=_strict(("name",), name=name),
        spec=spec,
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind, **document}
