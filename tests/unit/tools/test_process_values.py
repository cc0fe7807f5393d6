"""What is pure about starting programs: the environment, and how a failed one explains itself."""

from __future__ import annotations

import pytest

from fleetgen.tools.process import Command, Ran, failure, scrubbed


def test_scrubbed_is_an_allow_list() -> None:
    environ = {
        "PATH": "/bin",
        "HOME": "/h",
        "LANG": "de_DE",
        "GIT_DIR": "/x",
        "CONFTEST_POLICY": "p",
        "HTTPS_PROXY": "q",
        "TZ": "Asia/Tokyo",
    }
    assert scrubbed(environ) == {"PATH": "/bin", "HOME": "/h", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def test_scrubbed_keeps_what_is_asked_for_and_extra_wins() -> None:
    environ = {"PATH": "/bin", "HTTPS_PROXY": "q", "GOPROXY": "g", "GOFLAGS": "f"}
    expected = {"PATH": "/n", "HTTPS_PROXY": "q", "GOPROXY": "g", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    assert scrubbed(environ, {"PATH": "/n"}, network=True, keep=("GOPROXY",)) == expected


@pytest.mark.parametrize(
    ("code", "why", "first_line"),
    [
        (3, "", "`tool build x` failed with exit code 3"),
        (-11, "", "`tool build x` was stopped by SIGSEGV"),
        (-99, "", "`tool build x` was stopped by signal 99"),
        (0, "answered nonsense", "`tool build x` answered nonsense"),
    ],
    ids=["code", "signal", "unknown signal", "own words"],
)
def test_failure_says_what_ran_and_how_it_ended(code: int, why: str, first_line: str) -> None:
    ran = Ran(command=Command(argv=("/opt/tool", "build", "x"), env={}), code=code, stdout=b"", stderr=b"one\ntwo\n")
    (finding,) = failure(ran, why).findings
    assert (finding.code, finding.message) == ("E1103", f"{first_line}\n  stdout: (none)\n  stderr:\n    one\n    two")


def test_failure_shows_the_end_of_long_output() -> None:
    lines = "\n".join(str(number) for number in range(250))
    ran = Ran(command=Command(argv=("t",), env={}), code=1, stdout=lines.encode(), stderr=b"")
    shown = failure(ran).findings[0].message.splitlines()
    assert (shown[2], shown[3], shown[-2], len(shown)) == ("    (150 lines left out)", "    150", "    249", 104)
