"""Grammar of messages: plurals, articles and lists. CONTRIBUTING.md says how messages are written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

# Names whose letters are said one by one start with a vowel sound when the letter's own name does: an L4, an MI300X, an RTX.
_VOWEL_LETTERS: Final = frozenset("AEFHILMNORSX")
_SPELLED: Final = re.compile(r"(?=.*[A-Z])[A-Z]*[0-9][A-Z0-9]*|[B-DF-HJ-NP-TV-Z]+|[A-Z]")
# Vowels that sound like "y" or "w", and letters that are not spoken as they look.
_CONSONANT_SOUND: Final = re.compile(r"U[A-Z]|(?i:one\b|once\b|eu|uni(?!n|m)|use|usu|uti|ubi)")
_VOWEL_SOUND: Final = re.compile(r"[aeiou]|hour|honest|nvidia|rbac|sbom|selinux|8|1[18](?!\d)", re.IGNORECASE)
_NEAR: Final = 0.6  # how much of two names has to be equal
_SIBILANT: Final = ("s", "x", "z", "ch", "sh")


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 cluster`, `3 clusters`, `0 policies`; `plural` where the noun's own is irregular or is not its last word."""
    return f"{number} {noun if number == 1 else plural or plural_of(noun)}"


def plural_of(noun: str) -> str:
    """The regular plural of the last word."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(_SIBILANT) else f"{noun}s"


def a(noun: str) -> str:
    """The noun with its indefinite article, by sound: `a cluster`, `an L4`, `a unit`, `an object`."""
    first = re.split(r"[^A-Za-z0-9]", noun.lstrip("'`\""), maxsplit=1)[0]
    if _SPELLED.fullmatch(first):
        vowel = first[0] in _VOWEL_LETTERS
    else:
        vowel = bool(_VOWEL_SOUND.match(first)) and not _CONSONANT_SOUND.match(first)
    return f"{'an' if vowel else 'a'} {noun}"


def listed(items: Sequence[str], word: Literal["and", "or"] = "and") -> str:
    """Within a sentence: `a`, `a and b`, `a, b and c`."""
    return f" {word} ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def shortened(items: Sequence[str], most: int) -> str:
    """At the end of a line: `a, b, c`, or the first so many and how many are left: `a, b, c and 37 more`."""
    left = len(items) - most
    return ", ".join(items[:most]) + (f" and {left} more" if left > 0 else "")


def suggest_or(word: str, candidates: Iterable[str], otherwise: str) -> str:
    """The fix for a name that does not exist, where the user may not have meant any of those that do."""
    near = difflib.get_close_matches(word, [*candidates], 1, _NEAR)
    return f"did you mean '{near[0]}'? If not, {otherwise}" if near else otherwise


def suggest(word: str, candidates: Iterable[str]) -> str:
    """The fix for a name that does not exist: the nearest one, or all of a short list."""
    names = sorted(candidates)
    near = difflib.get_close_matches(word, names, 1, _NEAR) or [name for name in names if name.lower() == word.lower()]
    if near:
        return f"did you mean '{near[0]}'?"
    if not names:
        return "remove it; there is nothing to choose from"
    return "use one of: " + ", ".join(names[:20]) + (" ..." if len(names) > 20 else "")
