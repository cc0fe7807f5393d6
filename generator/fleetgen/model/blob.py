"""The names that git gives to the contents of files, so that a tree can be compared with a commit that nobody reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

_SHA256_LENGTH: Final = 64


def blob_id(content: bytes, *, sha256: bool = False) -> str:
    """The id of a blob with this content; `sha256` is git's newer object format."""
    header = b"blob %d\0" % len(content)
    return (hashlib.sha256 if sha256 else hashlib.sha1)(header + content, usedforsecurity=False).hexdigest()


def blob_ids(files: Mapping[str, str], *, like: str = "") -> dict[str, str]:
    """Path -> the id of its text, in the object format of the id `like`."""
    sha256 = len(like) == _SHA256_LENGTH
    return {path: blob_id(text.encode("utf-8", "surrogateescape"), sha256=sha256) for path, text in files.items()}
