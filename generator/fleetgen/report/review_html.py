"""A review as one page that needs nothing else: light and dark, readable on paper and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from fleetgen.model.review import Review
from fleetgen.report.edits import EditedObjects, edits_of
from fleetgen.report.review_text import change_title, cluster_lines, headline, names, version_lines
from fleetgen.report.text import finding_lines
from fleetgen.words import listed

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --good: #176b2c; --bad: #b3261e; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --good: #7ed491; --bad: #ff9a92; --warn: #f0c060; } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .75rem; font: .875rem/1.45 ui-monospace, monospace; }
details { border-bottom: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
.added { color: var(--good); } .removed { color: var(--bad); } .changed { color: var(--warn); }
.risks li { margin-bottom: .5rem; overflow-wrap: anywhere; } code { font-size: .9em; }
@media print { details { break-inside: avoid; } pre { white-space: pre-wrap; } }
"""


def document(review: Review) -> str:
    """The page."""
    return "\n".join(["<!doctype html>", '<html lang="en">', *_head(review), "<body>", *_body(review), "</body>", "</html>", ""])


def _head(review: Review) -> list[str]:
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    title = f"<title>Changes against {escape(review.ref)}</title>"
    return ["<head>", '<meta charset="utf-8">', viewport, title, f"<style>{_STYLE}</style>", "</head>"]


def _body(review: Review) -> Iterator[str]:
    first, *others = headline(review)
    yield f"<h1>{escape(first)}</h1>"
    yield from (f"<p>{escape(line)}</p>" for line in others)
    if review.refusal:
        yield '<h2 class="removed">This change is refused</h2>'
        yield _pre([line for finding in review.refusal for line in finding_lines(finding).splitlines()])
    if review.risks:
        yield "<h2>Risks</h2>"
        yield '<ul class="risks">'
        for risk in review.risks:
            where = f" ({escape(names(risk.clusters))})" if risk.clusters else ""
            causes = (
                f"<br>because of {listed([f'<code>{escape(cause)}</code>' for cause in risk.causes[:3]])}" if risk.causes else ""
            )
            yield f"<li><code>{risk.flag}</code>: {escape(risk.reason)}{where}{causes}</li>"
        yield "</ul>"
    for title, rows in (("Clusters", [*cluster_lines(review)]), ("Versions", [*version_lines(review)]), ("Files", review.files)):
        if rows:
            yield f"<h2>{title}</h2>"
            yield _pre(rows)
    yield from _changes(review)


def _changes(review: Review) -> Iterator[str]:
    if review.changes:
        yield "<h2>Changes</h2>"
    for change in review.changes:
        yield _details(change_title(change), edits_of(change.change))


def _details(title: str, edits: Sequence[EditedObjects]) -> str:
    lines = [line for edit in edits for line in _edit(edit)] or ["path only: no object changes"]
    return f"<details><summary>{escape(title)}</summary><pre>{chr(10).join(lines)}</pre></details>"


def _edit(edit: EditedObjects) -> Iterator[str]:
    yield f'<span class="{edit.action}">{edit.action} {escape(edit.title)}</span>'
    yield from (f"    {escape(line)}" for line in edit.lines)


def _pre(lines: Sequence[str]) -> str:
    return f"<pre>{escape(chr(10).join(lines))}</pre>"
