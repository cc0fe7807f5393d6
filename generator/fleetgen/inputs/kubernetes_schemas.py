"""The schemas of Kubernetes' own kinds, from the data of the Python package `kubernetes-validate`.

Only its data is used. Its code reads the 1.5 MB of definitions anew for each object, finds a schema by the first label of a group
(so that `networking.istio.io` is taken for `networking.k8s.io`), and stops at the first error.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from fleetgen.errors import ToolError, problem
from fleetgen.inputs import cache
from fleetgen.inputs.repository import digest_of
from fleetgen.model.plain import JsonObject

if TYPE_CHECKING:
    from fleetgen.schemas.builtin import BuiltinKinds

_PACKAGE: Final = "kubernetes_validate"
_FOLDERS: Final = "kubernetes-json-schema"
_STRICT: Final = ".0-local-strict"  # one folder a minor; the schemas in which unknown keys are errors


def judges_digest(kubernetes: PackagedKubernetes, files: Mapping[str, str]) -> str:
    """What verdicts on objects depend on beside the objects: Kubernetes' schemas and the user's definitions."""
    return cache.key("schemas", kubernetes.digest, digest_of(files))


class PackagedKubernetes:
    """Finds the package without importing it: its imports take longer than a check in which nothing has changed."""

    def __init__(self) -> None:
        found = importlib.util.find_spec(_PACKAGE)
        if found is None or not found.origin:
            fix = "install fleetgen again, with its dependencies"
            raise ToolError(problem("E1101", "the Python package kubernetes-validate is missing", fix=fix))
        self._folder = Path(found.origin).parent
        self._builtin: dict[str, BuiltinKinds] = {}

    @cached_property
    def digest(self) -> str:
        """The package's version stands for its data, as the pins stand for the binaries."""
        return hashlib.sha256((self._folder / "version.py").read_bytes()).hexdigest()[:16]

    @cached_property
    def minors(self) -> tuple[str, ...]:
        """The minors that the package has, from old to new."""
        names = (folder.name for folder in (self._folder / _FOLDERS).iterdir() if folder.name.endswith(_STRICT))
        found = (name.removeprefix("v").removesuffix(_STRICT) for name in names)
        return tuple(sorted(found, key=lambda minor: [int(part) for part in minor.split(".")]))

    def builtin(self, minor: str) -> BuiltinKinds:
        """What a minor serves; read when it is first asked for."""
        from fleetgen.schemas.builtin import BuiltinKinds  # noqa: PLC0415 - not needed where nothing has changed

        if minor not in self._builtin:
            path = self._folder / _FOLDERS / f"v{minor}{_STRICT}" / "_definitions.json"
            self._builtin[minor] = BuiltinKinds(cast("JsonObject", json.loads(path.read_bytes())))
        return self._builtin[minor]
