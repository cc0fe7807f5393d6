"""A review for a terminal: headline, risks, clusters, versions, changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fleetgen.model.keys import ClusterKey
from fleetgen.model.review import ClusterMove, Review, ReviewedChange, Risk
from fleetgen.report.edits import EditedObjects, edits_of
from fleetgen.report.text import clusters_text
from fleetgen.words import count, listed, shortened

MARKS: Final[Mapping[str, str]] = {"added": "+", "removed": "-", "changed": "~"}


def review_lines(review: Review) -> Iterator[str]:
    """Everything, the most important first."""
    yield from headline(review)
    yield from _section("Risks", [line for risk in review.risks for line in _risk(risk)])
    yield from _section("Clusters", [*cluster_lines(review)])
    yield from _section("Versions", [*version_lines(review)])
    for each in review.changes:
        yield ""
        yield from _change(each)
    yield from _section("Files", [f"  {path}" for path in review.files])


def headline(review: Review) -> list[str]:
    """What a change is, in one sentence and one line of figures."""
    if review.is_empty:
        return [f"no change against {review.ref}"]
    reached = review.reached
    changes = [each for each in review.changes if not each.change.moved]
    total = count(len(review.rings), "cluster")
    if not changes:
        return [_without_objects(review)]
    first = f"{count(len(changes), 'distinct change')} reach{'es' if len(changes) == 1 else ''} {len(reached)} of {total}"
    figures = [text for text in (_deleted(review), _restarts(review), _path_only(review)) if text]
    return [first + (f" ({_spread(review, reached)})" if reached else ""), *(["; ".join(figures)] if figures else [])]


def _without_objects(review: Review) -> str:
    """The headline where no object changes."""
    variants = {key for each in review.changes for key in each.variants}
    parts = [
        f"path only: {count(len(variants), 'variant')}" if variants else "",
        count(len(review.redirects), "redirect") if review.redirects else "",
        f"{count(len(review.files), 'file')} of output/" if review.files else "",
        f"{count(len(review.rules), 'rule')} loosened" if review.rules else "",
    ]
    return "no object changes; " + "; ".join(part for part in parts if part)


def _spread(review: Review, reached: Sequence[ClusterKey]) -> str:
    """`production 400, staging 12; ring canary 12, early 400`."""
    environments, rings = _counts([key.environment for key in reached]), _counts([review.rings[key] for key in reached])
    return f"{environments}; ring {rings}"


def _counts(items: Sequence[str]) -> str:
    numbers = {item: items.count(item) for item in {*items}}
    return ", ".join(f"{item} {number}" for item, number in sorted(numbers.items(), key=lambda each: (-each[1], each[0])))


def _deleted(review: Review) -> str:
    gone = [each.change for each in review.changes if any(item.action == "removed" for item in each.change.objects)]
    objects = {(change.units, item.id) for change in gone for item in change.objects if item.action == "removed"}
    clusters = {cluster for change in gone for cluster in change.clusters}
    return f"{count(len(objects), 'object')} deleted on {count(len(clusters), 'cluster')}" if gone else ""


def _restarts(review: Review) -> str:
    restarting = [each for each in review.changes if each.restarts]
    workloads = {(each.change.units, name) for each in restarting for name in each.restarts}
    clusters = {cluster for each in restarting for cluster in each.change.clusters}
    return f"restarts {count(len(workloads), 'workload')} on {count(len(clusters), 'cluster')}" if restarting else ""


def _path_only(review: Review) -> str:
    variants = {key for each in review.changes if each.change.moved for key in each.variants}
    return f"path only: {count(len(variants), 'variant')}, 0 objects" if variants else ""


def names(clusters: Sequence[ClusterKey]) -> str:
    """How many clusters, and the first few."""
    return clusters_text([cluster.name for cluster in clusters])


def cluster_lines(review: Review) -> Iterator[str]:
    """The clusters that come, go and move, and the redirects of former names."""
    for mark, clusters in (("+", review.added), ("-", review.removed)):
        for cluster in clusters:
            yield f"  {mark} {cluster} (ring {review.rings.get(cluster, '')})"
    for move in review.moved:
        yield f"  > {_moved(move)}"
    for former, target in review.redirects.items():
        yield f"  + {former} leads to {target}" if target else f"  - {former} leads nowhere any more"


def _moved(move: ClusterMove) -> str:
    if move.former == move.cluster:
        return f"{move.cluster}: ring {move.former_ring} -> {move.ring}"
    rings = "" if move.former_ring == move.ring else f", ring {move.former_ring} -> {move.ring}"
    return f"{move.former} -> {move.cluster}{rings}"


def version_lines(review: Review) -> Iterator[str]:
    """The units that go from one version to another."""
    for change in review.versions:
        yield f"  {change.unit} {change.old or '(none)'} -> {change.new or '(none)'}: {names(change.clusters)}"


def _risk(risk: Risk) -> Iterator[str]:
    yield f"  ! {risk.flag}: {risk.reason}"
    details = [names(risk.clusters)] if risk.clusters else []
    details += [f"because of {listed([*risk.causes[:3]])}"] if risk.causes else []
    if details:
        yield f"      {'; '.join(details)}"


def _change(each: ReviewedChange) -> Iterator[str]:
    change = each.change
    yield change_title(each)
    if change.moved:
        yield "  path only: no object changes"
    for edit in edits_of(change):
        yield from _edit(edit)


def change_title(each: ReviewedChange) -> str:
    """The unit, its clusters, and in how many variants the change is made."""
    variants = f" ({count(len(each.variants), 'variant')})" if each.variants else ""
    return f"{shortened(each.change.units, 3)}: {names(each.change.clusters)}{variants}"


def _edit(edit: EditedObjects) -> Iterator[str]:
    yield f"  {MARKS[edit.action]} {edit.title}"
    yield from (f"      {line}" for line in edit.lines)


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from lines
