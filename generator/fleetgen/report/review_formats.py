"""The formats of a review by name. All of them say the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fleetgen.model.review import Review
from fleetgen.report import review_html, review_json, review_markdown
from fleetgen.report.review_text import review_lines


def _text(review: Review) -> str:
    return "".join(f"{line}\n" for line in review_lines(review))


REVIEW_FORMATS: Final[Mapping[str, Callable[[Review], str]]] = {
    "text": _text,
    "markdown": review_markdown.document,
    "json": review_json.document,
    "html": review_html.document,
}
