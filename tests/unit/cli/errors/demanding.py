"""The pages of the error codes show what is printed; or they are written anew."""

from __future__ import annotations

import os

from fleetgen.answers.error_pages import PAGES, page


def demand(code: str, printed: str) -> None:
    """The page shows what was printed."""
    if os.environ.get("FLEETGEN_UPDATE_GOLDEN") and page(code).message != printed:
        path = PAGES / f"{code[:3]}.toml"
        before, head, rest = path.read_text(encoding="utf-8").partition(f"[{code}]\n")
        start, key, tail = rest.partition("message = '''\n")
        path.write_text(f"{before}{head}{start}{key}{printed}\n'''{tail.partition(chr(39) * 3)[2]}", encoding="utf-8")
    else:
        assert printed == page(code).message
