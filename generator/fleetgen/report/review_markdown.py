"""A review as a comment on a pull request: readable as plain text, folded by change, never too long for the forges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fleetgen.model.review import Review
from fleetgen.report.edits import EditedObjects, edits_of
from fleetgen.report.review_text import MARKS, change_title, cluster_lines, headline, names, version_lines
from fleetgen.report.text import finding_lines
from fleetgen.words import count, listed

# GitHub takes 65,536 characters in a comment, GitLab a million; the rest is for what a workflow adds
_MOST: Final = 60_000
_MOST_ROWS: Final = 50  # of a table or list
_MOST_LINES: Final = 200  # of one change


def document(review: Review) -> str:
    """The review, at most 60 kB of it: blocks that find no room are counted at the end."""
    blocks = ["\n".join(_top(review)), *_blocks(review)]
    text, left = "", 0
    for block in blocks:
        if len((text + block).encode()) < _MOST - 500:
            text += block + "\n\n"
        else:
            left += 1
    if left:
        text += f"{count(left, 'further part')} left out for length; `fleetgen diff {review.ref}` prints everything.\n"
    return text.rstrip("\n") + "\n"


def _top(review: Review) -> Iterator[str]:
    first, *others = headline(review)
    yield f"**{first}**"
    for line in others:
        yield ""
        yield line
    if review.refusal:
        yield ""
        yield "**This change is refused.**"


def _blocks(review: Review) -> Iterator[str]:
    if review.refusal:
        yield _code("Findings", [line for finding in review.refusal for line in finding_lines(finding).splitlines()])
    if review.risks:
        yield "\n".join(["### Risks", "", *_risks(review)])
    if rows := [*cluster_lines(review)]:
        yield _code("Clusters", rows)
    if rows := [*version_lines(review)]:
        yield _code("Versions", rows)
    for change in review.changes:
        lines = [line for edit in edits_of(change.change) for line in _edit(edit)]
        yield _code(change_title(change), lines or ["path only: no object changes"], folded=True)
    if review.files:
        yield _code("Files", review.files, folded=True)


def _risks(review: Review) -> Iterator[str]:
    for risk in review.risks[:_MOST_ROWS]:
        where = f" ({names(risk.clusters)})" if risk.clusters else ""
        causes = f" because of {listed([f'`{cause}`' for cause in risk.causes[:3]])}" if risk.causes else ""
        yield f"- `{risk.flag}`: {_escaped(risk.reason)}{where}{causes}"
    if len(review.risks) > _MOST_ROWS:
        yield f"- and {len(review.risks) - _MOST_ROWS} more"


def _edit(edit: EditedObjects) -> Iterator[str]:
    yield f"{MARKS[edit.action]} {edit.title}"
    yield from (f"    {line}" for line in edit.lines)


def _code(title: str, lines: Sequence[str], *, folded: bool = False) -> str:
    """A block of plain lines under a title, closed where it is only looked at on demand."""
    shown = [*lines[:_MOST_LINES], *([f"and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else [])]
    fence = "`" * max(3, 1 + max((_ticks(line) for line in shown), default=0))
    body = "\n".join([f"{fence}diff" if folded else fence, *shown, fence])
    if folded:
        return f"<details><summary>{_escaped(title)}</summary>\n\n{body}\n\n</details>"
    return f"### {title}\n\n{body}"


def _ticks(line: str) -> int:
    """The longest run of backticks."""
    longest = run = 0
    for character in line:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _escaped(text: str) -> str:
    """Text that a forge shows as it stands."""
    for character, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "&#64;"), ("|", "\\|")):
        text = text.replace(character, escaped)
    return text
