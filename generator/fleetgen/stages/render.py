"""Stage 3: variants to Kustomize overlays, and component versions to bases, with sandboxed Jinja2.

A template sees merged settings, declared facts, version and instance; nothing that differs between clusters of one variant.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, Final, NoReturn

import jinja2
from jinja2.environment import TemplateModule
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from fleetgen.catalog.releases import release_of
from fleetgen.errors import InputError, problem
from fleetgen.model.component import Component
from fleetgen.model.keys import BaseKey
from fleetgen.model.manifest import Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject, list_of
from fleetgen.model.policy import ExportedPolicy
from fleetgen.model.settings import at, is_on, nearest_place, plain
from fleetgen.model.variant import Variant, plain_values
from fleetgen.policy.expansion import expansion_templates
from fleetgen.policy.installing import asked_path
from fleetgen.words import suggest, suggest_or
from fleetgen.yamlfile import dump, dump_all, parse

MAX_FILE: Final = 1024 * 1024
_PARTS: Final = "_parts/"
_DECLARE: Final = "declare it in component.yaml (settings with a default, or facts), or test it with 'is defined'"


def _yaml(value: object) -> str:
    """Any value as one line that YAML 1.1 and 1.2 read back equal: JSON, with strings always quoted."""
    if isinstance(value, jinja2.Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - the way that jinja2's own filters do it
    return (
        json.dumps(value, ensure_ascii=False, sort_keys=True)
        .replace("\x7f", "\\u007f")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _sha256(value: object) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest()


class _MissingNameError(jinja2.UndefinedError):
    """A name that does not exist. `in_call` where a macro misses an argument: the mistake is in the call, not in the macro."""

    def __init__(self, message: str, fix: str, *, in_call: bool = False) -> None:
        super().__init__(message)
        self.fix = fix
        self.in_call = in_call


class _Undefined(jinja2.StrictUndefined):
    """A strict undefined that says what there is instead."""

    __slots__ = ()

    def __init__(  # type: ignore[explicit-any]  # what jinja2 passes
        self,
        hint: str | None = None,
        obj: Any = missing,  # noqa: ANN401 - as in jinja2
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        raised = partial(_missing, hint, obj, name or "") if exc is jinja2.UndefinedError else exc
        super().__init__(hint, obj, name, raised)  # type: ignore[arg-type]  # jinja2 only calls it


def _missing(hint: str | None, owner: object, name: str, message: str) -> _MissingNameError:
    if hint and hint.startswith("parameter "):
        return _MissingNameError(f"the macro needs an argument '{name}'", "pass it where the macro is called", in_call=True)
    if isinstance(owner, Mapping):
        return _MissingNameError(f"there is no key '{name}'", suggest_or(name, map(str, owner), _DECLARE))
    if isinstance(owner, TemplateModule):
        return _MissingNameError(f"the imported file has no macro '{name}'", suggest(name, _macros(owner)))
    return _MissingNameError(message, _DECLARE)


def _macros(module: TemplateModule) -> Iterable[str]:
    return [name for name in vars(module) if not name.startswith("_")]


class _Jinja(ImmutableSandboxedEnvironment):
    """Sandboxed; a template imports by file name, from its own folder or, after `../`, from the one above.

    After `_parts/` it imports what components share. `parts` has all that can be imported, by its whole path.
    """

    def __init__(self, parts: Mapping[str, str]) -> None:
        super().__init__(
            loader=jinja2.FunctionLoader(lambda name: (parts[name], name, None) if name in parts else None),
            undefined=_Undefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        self._importable = parts
        self.filters |= {"yaml": _yaml, "sha256": _sha256, "suggest": suggest}
        for name in ("lipsum", "cycler", "joiner"):
            self.globals.pop(name)

    def join_path(self, template: str, parent: str) -> str:
        """The imported file beside the file that imports it, or one folder up: overlay and chart share what lies above both.

        A folder `_parts` of the component itself is nearer than the one of all components.
        """
        folder, up = posixpath.dirname(parent), template.removeprefix("../")
        if template.startswith(_PARTS):
            while folder and f"{folder}/{template}" not in self._importable:
                folder = posixpath.dirname(folder)
            return f"{folder}/{template}" if folder else template
        return f"{posixpath.dirname(folder)}/{up}" if up != template and "/" not in up else f"{folder}/{template}"


def _is_part(name: str) -> bool:
    """Whether the file is there for others to import, and renders to nothing itself."""
    return posixpath.basename(name).startswith("_") or f"/{_PARTS}" in f"/{name}"


class Renderer:
    """Renders template files; compiled templates are kept, because compiling costs as much as 100 renders.

    `policy_sets`: cluster -> the policy set whose constraints its unit with policies gets.
    """

    def __init__(
        self, exported: Mapping[str, ExportedPolicy] | None = None, policy_sets: Mapping[str, str] | None = None
    ) -> None:
        self._exported = exported or {}
        self._policy_sets = policy_sets or {}
        self._digests: dict[str, str] = {}
        self._parts: dict[str, str] = {}
        self._jinja = _Jinja(self._parts)
        self._compiled: dict[tuple[str, str], jinja2.Template] = {}

    def base(self, component: Component, version: str) -> Overlay:
        """The base of one component version. Raises InputError E0502, E0503."""
        return self._folder(component, "base/", BaseKey(component.name, version).folder, self._base_context(component, version))

    def base_inputs(self, component: Component, version: str) -> tuple[str, ...]:
        """Everything that `base` reads, as texts: equal ones render equally."""
        return ("base", component.folder, self._digest(component), json.dumps(self._base_context(component, version)))

    def overlay_inputs(self, variant: Variant) -> tuple[str, ...]:
        """Everything that `overlay` and `chart_values` read, apart from the name of the variant. A template sees order, too."""
        seen = {name: value for name, value in self._overlay_context(variant).items() if name != "refuse"}
        patches = [plain(patch) for patch in variant.patches]
        chart = variant.chart.values if variant.chart else ""
        folder = variant.component.folder
        return ("overlay", folder, self._digest(variant.component), json.dumps(seen), json.dumps(patches), chart)

    def _base_context(self, component: Component, version: str) -> JsonObject:
        values: JsonObject = {"version": version, **_release(component, version)}
        if component.installs:
            values["templates"] = [self._exported[name].template for name in component.policies]
            values["expansions"] = [*expansion_templates()]
        return values

    def _digest(self, component: Component) -> str:
        if component.name not in self._digests:
            digest = hashlib.sha256()
            for files in (component.files, component.parts):
                digest.update(json.dumps(dict(files), sort_keys=True).encode())
            self._digests[component.name] = digest.hexdigest()
        return self._digests[component.name]

    def overlay(self, variant: Variant) -> Overlay:
        """The overlay of a variant, with the layers' patches appended to its kustomization."""
        component = variant.component
        overlay = self._folder(component, "overlay/", variant.key.folder, self._overlay_context(variant))
        if not variant.patches:
            return overlay
        path = f"{overlay.root}/kustomization.yaml"
        files = dict(overlay.files)
        tree = parse(files[path], overlay.sources[path])[0]
        data = plain(tree)
        if isinstance(data, dict):
            patches = data.get("patches", [])
            data["patches"] = [*(patches if isinstance(patches, list) else []), *(plain(patch) for patch in variant.patches)]
            files[path] = dump(data)
        return Overlay(root=overlay.root, files=files, sources=overlay.sources)

    def chart_values(self, variant: Variant) -> Json:
        """The Helm values of a unit with a chart."""
        chart = variant.chart
        if chart is None:
            return {}
        documents = parse(
            self._text(variant.component, chart.values, context(variant)), f"{variant.component.folder}/{chart.values}"
        )
        values = plain(documents[0]) if documents else {}
        if not isinstance(values, dict):
            place = Place(f"{variant.component.folder}/{chart.values}")
            raise InputError(problem("E0503", "the values of a chart must be a mapping", fix="write `key: value`", place=place))
        return values

    def _overlay_context(self, variant: Variant) -> dict[str, Any]:  # type: ignore[explicit-any]  # what jinja2 takes
        """A unit with policies sees the constraints of its policy set, too.

        Environment and ring are part of the variant's path, and groups that matter contribute (`rules.split_by_policy_set`): what
        is exported for one of its clusters is so for all.
        """
        values = context(variant)
        if installs := variant.component.installs:
            policy_set = self._policy_sets.get(variant.clusters[0], variant.key.environment)
            asked = at(variant.settings, asked_path(installs))
            more = list_of(plain(asked)) if asked and installs.setting else []
            exported = (self._exported[name] for name in variant.component.policies if installs.takes(name) or name in more)
            values["constraints"] = [c for e in exported for c in e.constraints.get(policy_set, ())]
        return values

    def _folder(self, component: Component, prefix: str, root: str, values: JsonObject) -> Overlay:
        files, sources = {}, {}
        for name in sorted(component.files):
            if not name.startswith(prefix) or _is_part(name):
                continue
            text = self._text(component, name, values) if name.endswith(".j2") else component.files[name]
            path = f"{root}/{name.removeprefix(prefix).removesuffix('.j2')}"
            source = f"{component.folder}/{name}"
            if text.strip():
                files[path] = _canonical(text, source) if path.endswith((".yaml", ".yml")) else text
                sources[path] = source
        if f"{root}/kustomization.yaml" not in files:
            fix = f"add {component.folder}/{prefix}kustomization.yaml or kustomization.yaml.j2"
            raise InputError(
                problem(
                    "E0506", f"'{component.name}' renders no {prefix}kustomization.yaml", fix=fix, place=Place(component.folder)
                )
            )
        return Overlay(root=root, files=files, sources=sources)

    def _text(self, component: Component, name: str, values: JsonObject) -> str:
        source = f"{component.folder}/{name}"
        if name not in component.files:
            raise InputError(
                problem(
                    "E0506",
                    f"the template file {name} does not exist",
                    fix="add it or correct component.yaml",
                    place=Place(source),
                )
            )
        self._parts.update({f"{component.folder}/{path}": part for path, part in component.files.items() if _is_part(path)})
        self._parts.update(component.parts)
        try:
            text = self._template(source, component.files[name]).render(values)
        except jinja2.TemplateSyntaxError as error:
            raise InputError(
                problem(
                    "E0503",
                    f"broken template: {error.message}",
                    fix="correct the template",
                    place=Place(error.name or source, error.lineno),
                )
            ) from error
        except jinja2.TemplateNotFound as error:
            shared = f", or write templates/{error.name}" if str(error.name).startswith(_PARTS) else ""
            fix, message = f"correct the import{shared}", f"there is no {error.name} to import"
            raise InputError(problem("E0503", message, fix=fix, place=_line_of(error, source))) from error
        except jinja2.UndefinedError as error:
            fix, in_call = (error.fix, error.in_call) if isinstance(error, _MissingNameError) else (_DECLARE, False)
            message, place = f"the template uses something undefined: {error.message}", _line_of(error, source, in_call=in_call)
            raise InputError(problem("E0502", message, fix=fix, place=place)) from error
        except InputError:  # the template refused a setting
            raise
        except Exception as error:  # a template can raise whatever the expressions in it raise
            message = f"the template fails: {type(error).__name__}: {error}"
            raise InputError(problem("E0503", message, fix="correct the expression", place=_line_of(error, source))) from error
        if len(text) > MAX_FILE:
            message = f"the template renders {len(text)} characters; the limit is {MAX_FILE}"
            raise InputError(problem("E0503", message, fix="bound the loop", place=Place(source)))
        return text

    def _template(self, source: str, text: str) -> jinja2.Template:
        key = (source, text)
        if key not in self._compiled:
            code = self._jinja.compile(text, name=source, filename=source)
            self._compiled[key] = jinja2.Template.from_code(self._jinja, code, self._jinja.globals)
        return self._compiled[key]


def _line_of(error: BaseException, source: str, *, in_call: bool = False) -> Place:
    """The template line in a traceback: the innermost frame whose file is the template, or (unless `in_call`) a part of it."""
    place = Place(source)
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name == source or (_is_part(name) and not in_call):
            place = Place(name, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _canonical(text: str, source: str) -> str:
    """As `canonical`; says what is the matter with a template that is not named as one."""
    try:
        return canonical(text, source)
    except InputError as error:
        if source.endswith(".j2") or not re.search(r"\{\{|\{%", text):
            raise
        fact = "the file looks like a template; it is one only if its name ends in .j2"
        raise InputError([problem("E0503", fact, fix=f"rename it to {source}.j2", place=Place(source))]) from error


@lru_cache(maxsize=4096)
def canonical(text: str, source: str) -> str:
    """Rendered YAML, parsed strictly and written again; problems name the template that made them."""
    return dump_all(plain(tree) for tree in parse(text, source))


def context(variant: Variant) -> dict[str, Any]:  # type: ignore[explicit-any]  # what jinja2 takes
    """Everything that a template sees. `refuse(setting, fact, fix)` stops with an error at the setting."""
    facts: dict[str, Json] = {}
    for name, value in variant.facts.items():
        head, _, tail = name.partition(".")
        inner = facts.setdefault(head, {}) if tail else None
        if isinstance(inner, dict):
            inner[tail] = value
        else:
            facts[head] = value
    values: dict[str, Any] = {  # type: ignore[explicit-any]
        "values": plain_values(variant),
        "version": variant.version,
        "facts": facts,
        "unit": variant.key.unit,
        "name": variant.object_name,
        "base": f"../../../../../{variant.base.folder}",
        "refuse": _refuser(variant),
        **_release(variant.component, variant.version),
    }
    return values | ({"instance": variant.instance} if variant.instance else {})


def _refuser(variant: Variant) -> Callable[[str, str, str], NoReturn]:
    """How a template says what a schema cannot judge; a closure, because the sandbox lets nobody look into one."""

    def refuse(setting: str, fact: str, fix: str) -> NoReturn:
        path = ("values", *(int(step) if step.isdigit() else step for step in setting.split(".")))
        place = nearest_place(variant.settings, path)
        raise InputError(problem("E0501", f"values.{setting}: {fact}", fix=fix, place=place))

    return refuse


def _release(component: Component, version: str) -> JsonObject:
    """What is known of the version's release; nothing for a component without releases."""
    release = release_of(component, version)
    return {"release": release.data} if release else {}


def setting_is_on(variant: Variant, path: str) -> bool:
    """Whether the setting at the dotted `path` of `values` is truthy."""
    return is_on(variant.settings.entries.get("values"), path)
