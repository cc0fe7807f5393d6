"""What the build tool made of one root."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """`text` is the stream of manifests of `root`; where the tool refused, it is empty and `error` has the tool's words."""

    root: str
    text: str
    error: str = ""
