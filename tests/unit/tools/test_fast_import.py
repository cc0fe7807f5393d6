from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.tools.fast_import import CommitDraft, TreeEntry, commit_stream

IDENT = "Ada <ada@example.com> 1795487884 +0000"


def stream(replace: dict[str, dict[str, str]], parent: str | None = "c0ffee", known: tuple[TreeEntry, ...] = ()) -> str:
    draft = CommitDraft(ref="refs/t", parent=parent, ident=IDENT, message="hü", replace=replace, known=known)
    return b"".join(commit_stream(draft)).decode()


def test_a_prefix_is_replaced_as_a_whole() -> None:
    text = stream({"output": {"output/b": "2\n", "output/a": "é"}}, known=(TreeEntry("100644", "feed", "output/keep"),))
    assert text == (
        "commit refs/t\nauthor Ada <ada@example.com> 1795487884 +0000\ncommitter Ada <ada@example.com> 1795487884 +0000\n"
        "data 3\nhü\nfrom c0ffee\n"
        'D "output"\nM 100644 feed "output/keep"\n'
        'M 100644 inline "output/a"\ndata 2\né\nM 100644 inline "output/b"\ndata 2\n2\n\ndone\n'
    )


def test_the_empty_prefix_is_the_whole_tree_and_a_first_commit_has_no_parent() -> None:
    lines = stream({"": {'a "q"\\': ""}}, parent=None).splitlines()
    assert lines[5:] == ["deleteall", 'M 100644 inline "a \\"q\\"\\\\"', "data 0", "", "done"]


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "output/../x", "output//x", "output/.git/config", "output/.GIT/x", "output/a\nb", "output/"]
)
def test_paths_that_git_or_the_protocol_would_misread(path: str) -> None:
    with pytest.raises(InputError) as caught:
        stream({"": {path: ""}})
    (finding,) = caught.value.findings
    assert (finding.code, finding.message) == ("E0107", f"{path!r} cannot be a path in the repository")


def test_a_file_outside_its_prefix_is_a_bug() -> None:
    with pytest.raises(ValueError, match="fleet/x is not below output"):
        stream({"output": {"fleet/x": ""}})
