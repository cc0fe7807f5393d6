"""How values of two sides are shown: in few words, and never so that both look the same."""

from __future__ import annotations

import difflib
import json
from typing import Final

from fleetgen.model.change import ABSENT, FieldChange, FieldValue

_MOST: Final = 100  # characters of a value
_CONTEXT: Final = 20  # equal characters before the first difference
_MOST_LINES: Final = 20  # changed lines of a text


def text_of(value: FieldValue) -> str:
    """A value in one line, whole."""
    if value is ABSENT:
        return "(absent)"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def field_lines(field: FieldChange) -> list[str]:
    """`path: old -> new`; of texts with several lines, those that differ."""
    if _is_text(field.old) and _is_text(field.new):
        return _text_lines(field)
    old, new = contrasted(_oneline(field.old), _oneline(field.new))
    return [f"{field.where}: {old} -> {new}"]


def contrasted(old: str, new: str) -> tuple[str, str]:
    """Both values cut to where they differ, if they are long."""
    if max(len(old), len(new)) <= _MOST:
        return old, new
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, start - _CONTEXT)
    return _window(old, start), _window(new, start)


def _window(text: str, start: int) -> str:
    shown = text[start : start + _MOST]
    return f"{'...' if start else ''}{shown}{'...' if start + _MOST < len(text) else ''}"


def _oneline(value: FieldValue) -> str:
    return text_of(value).replace("\n", "\\n")


def _is_text(value: FieldValue) -> bool:
    return isinstance(value, str) and "\n" in value.rstrip("\n")


def _text_lines(field: FieldChange) -> list[str]:
    """The lines that differ. A single line that became another one is shown as a value is."""
    old, new = text_of(field.old).splitlines(), text_of(field.new).splitlines()
    changed = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if not line.startswith(("---", "+++", "@@"))]
    if [line[:1] for line in changed] == ["-", "+"]:
        before, after = contrasted(changed[0][1:].strip(), changed[1][1:].strip())
        return [f"{field.where}: {before} -> {after}"]
    left = len(changed) - _MOST_LINES
    shown = [f"  {line[:1]} {_window(line[1:], 0)}" for line in changed[:_MOST_LINES]]
    return [f"{field.where}:", *shown, *([f"  and {left} more lines"] if left > 0 else [])]
