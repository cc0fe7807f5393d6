"""`fleetgen policy advance`: writes the stages that are due into their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff

from fleetgen import yaml_edits
from fleetgen.errors import InputError, problem
from fleetgen.inputs.files import place_files
from fleetgen.inputs.repository import Repository
from fleetgen.model.fleet import EnforcementDocument
from fleetgen.policy.enforcement import due_stage, next_stage
from fleetgen.words import suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementStep:
    """The action of one document before and after; `after` is empty if nothing is due. `coming` is the next stage."""

    name: str
    before: str
    after: str
    coming: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """The documents that were looked at, and the files that change: path -> (old text, new text)."""

    steps: tuple[EnforcementStep, ...]
    files: dict[str, tuple[str, str]]

    def diff(self) -> str:
        """The change as a unified diff; empty if there is none."""
        return "".join(
            line
            for path, (old, new) in sorted(self.files.items())
            for line in unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}")
        )


def advance(repository: Repository, documents: Sequence[EnforcementDocument], name: str, as_of: date) -> Advance:
    """Work out what to write; writes nothing. Without a name, of all documents. Raises InputError E0301, E0203."""
    known = {document.name: document for document in documents}
    if name and name not in known:
        raise InputError(problem("E0301", f"there is no Enforcement '{name}'", fix=suggest(name, known)))
    steps: list[EnforcementStep] = []
    files: dict[str, tuple[str, str]] = {}
    for document in [known[name]] if name else sorted(documents, key=lambda each: each.name):
        stage, coming = due_stage(document, as_of), next_stage(document, as_of)
        after = stage.action if stage else ""
        told = f"{coming.action} from {coming.from_}" if coming else ""
        steps.append(EnforcementStep(name=document.name, before=document.spec.action, after=after, coming=told))
        if stage:
            path = document.place.path
            old, text = files.get(path) or (2 * ((repository.root / path).read_text(encoding="utf-8"),))
            changed = yaml_edits.change(text, path, ("Enforcement", document.name), ("spec", "action"), stage.action)
            files[path] = (old, changed)
    return Advance(steps=tuple(steps), files=files)


def write(repository: Repository, change: Advance) -> None:
    """Write the files."""
    place_files(repository.root, {path: new for path, (_, new) in change.files.items()}, replace=True)
