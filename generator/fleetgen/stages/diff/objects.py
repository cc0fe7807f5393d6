"""The objects of a unit before and after: which are the same, and what changed in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from fleetgen.model.change import ObjectChange
from fleetgen.model.manifest import Manifest
from fleetgen.model.resource import ResourceId
from fleetgen.stages.diff.fields import field_changes

# Kustomize appends ten characters of these to the name of a ConfigMap or Secret that it generates (kustomize, api/hasher).
_HASHED: Final = re.compile(r"(.+)-[2456789bcdfghkmt]{10}")
_GENERATED: Final = frozenset({"ConfigMap", "Secret"})
_ById = dict[ResourceId, Manifest]
_Pairs = dict[ResourceId, ResourceId]


def object_changes(old: Sequence[Manifest], new: Sequence[Manifest]) -> tuple[ObjectChange, ...]:
    """What differs, by identity. An object that is called after its content, or whose API group changed, is the same object."""
    before, after = {m.id: m for m in old}, {m.id: m for m in new}
    former = _former(before, after)
    names = {now.name: then.name for now, then in former.items()}
    return tuple(_changes(before, after, former, names))


def _changes(before: _ById, after: _ById, former: _Pairs, names: Mapping[str, str]) -> Iterator[ObjectChange]:
    for identity in sorted((before.keys() - former.values()) | after.keys()):
        then = former.get(identity, identity)
        if identity not in after:
            yield ObjectChange(id=identity, action="removed")
        elif then not in before:
            yield ObjectChange(id=identity, action="added")
        elif before[then].digest != after[identity].digest:
            fields = field_changes(before[then].data, after[identity].data, names)
            if fields:
                yield ObjectChange(id=identity, action="changed", fields=fields, former=former.get(identity))


def _former(before: _ById, after: _ById) -> _Pairs:
    """Identity in the new tree -> that in the old tree, where they differ."""
    gone, come = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    pairs = _paired(gone, come, _without_hash)
    gone, come = [i for i in gone if i not in pairs.values()], [i for i in come if i not in pairs]
    return {**pairs, **_paired(gone, come, _without_group)}


def _paired(gone: Sequence[ResourceId], come: Sequence[ResourceId], same: Callable[[ResourceId], object]) -> _Pairs:
    """The only one that came and the only one that went, of those that are the same in `same`; None is never the same."""
    then, now = _grouped(gone, same), _grouped(come, same)
    return {now[key][0]: then[key][0] for key in now if key in then and len(now[key]) == len(then[key]) == 1}


def _grouped(identities: Sequence[ResourceId], same: Callable[[ResourceId], object]) -> dict[object, list[ResourceId]]:
    groups: dict[object, list[ResourceId]] = {}
    for identity in identities:
        if (key := same(identity)) is not None:
            groups.setdefault(key, []).append(identity)
    return groups


def _without_hash(identity: ResourceId) -> object:
    match = _HASHED.fullmatch(identity.name) if identity.kind in _GENERATED and not identity.group else None
    return (identity.kind, identity.namespace, match.group(1)) if match else None


def _without_group(identity: ResourceId) -> object:
    return (identity.kind, identity.namespace, identity.name)
