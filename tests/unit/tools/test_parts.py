"""How builds and questions are divided into parts, and what the adapters make of the answers, without a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fleetgen.errors import ToolError
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.manifest import BuildRoot, Built
from fleetgen.model.plain import Json
from fleetgen.tools import conftest_cli, kustomize_cli
from fleetgen.tools.conftest_cli import ConftestCli, JudgedPart
from fleetgen.tools.executor import Part, Result, Shared, Work
from fleetgen.tools.kustomize_cli import BuildPart, KustomizeCli
from fleetgen.tools.toolchain import Tool

TOOL = Tool(name="tool", version="v1", path=Path("/nowhere/tool"), sha256="0", source="PATH")


@dataclass
class Backwards:
    """An executor whose parts end in reverse order; `answer` stands for the work. `parts`: what it was given."""

    answer: Callable[..., object]
    slots: int = 2
    parts: list[object] = field(default_factory=list)
    works: list[object] = field(default_factory=list)

    def map(
        self,
        work: Work[Shared, Part, Result],
        divide: Callable[[int], Sequence[Part]],
        on_done: Callable[[Result], None] = lambda _result: None,
    ) -> list[Result]:
        parts = divide(self.slots)
        self.parts += parts
        self.works.append(work)
        results: list[Result] = [self.answer(part) for part in parts]  # type: ignore[misc]
        for result in reversed(results):
            on_done(result)
        return results


def root(name: str, base: str = "a") -> BuildRoot:
    return BuildRoot(name, {f"bases/{base}/k.yaml": base, f"{name}/k.yaml": name})


def part(*numbered: tuple[int, str], base: str = "a") -> BuildPart:
    files = {path: text for _, name in numbered for path, text in root(name, base).files.items()}
    return BuildPart(files=files, roots=list(numbered))


@pytest.mark.parametrize(
    ("roots", "slots", "expected"),
    [
        ([], 2, []),
        ([root("x")], 8, [part((0, "x"))]),
        ([root("x"), root("y")], 1, [part((0, "x")), part((1, "y"))]),
        (
            [root("x", "b"), root("y"), root("z", "b")],
            1,
            [part((1, "y")), part((0, "x"), base="b"), part((2, "z"), base="b")],
        ),
        ([root(n) for n in "abcdefgh"], 1, [part((n, "abcdefgh"[n]), (n + 1, "abcdefgh"[n + 1])) for n in (0, 2, 4, 6)]),
    ],
    ids=["nothing", "one", "two", "by base", "several in a part"],
)  # fmt: skip
def test_roots_are_divided(roots: Sequence[BuildRoot], slots: int, expected: list[BuildPart]) -> None:
    assert kustomize_cli.divided(roots, slots) == expected


def test_a_part_of_roots_is_bounded() -> None:
    assert [len(each.roots) for each in kustomize_cli.divided([root(str(n)) for n in range(100)], 1)] == [*[16] * 6, 4]


def test_builds_come_in_the_order_of_the_roots_and_are_counted() -> None:
    def build(given: BuildPart) -> dict[int, Built]:
        return {number: Built(root=name, text=given.files[f"{name}/k.yaml"], error="") for number, name in given.roots}

    heard: list[tuple[int, int]] = []
    names = ["z", "y", "x", "y"]
    kustomize = KustomizeCli(tool=TOOL, executor=Backwards(build), on_built=lambda done, total: heard.append((done, total)))
    assert kustomize.build([root(name) for name in names]) == tuple(Built(root=name, text=name, error="") for name in names)
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("texts", "slots", "expected"),
    [
        (["a", "bbbb", "cc", "dd"], 2, [[(1, "bbbb"), (0, "a")], [(2, "cc"), (3, "dd")]]),
        (["a"], 4, [[(0, "a")]]),
        (["a", "b"], 1, [[(0, "a"), (1, "b")]]),
        (["a", "b"], 4, [[(0, "a")], [(1, "b")]]),
        (["aaa", "bbbbb", "cccccccccccc"], 1, [[(2, "cccccccccccc")], [(1, "bbbbb"), (0, "aaa")]]),
    ],
    ids=["by size", "no empty part", "one slot", "not too small", "not too large"],
)  # fmt: skip
def test_inputs_are_divided(
    monkeypatch: pytest.MonkeyPatch, texts: list[str], slots: int, expected: list[list[tuple[int, str]]]
) -> None:
    monkeypatch.setattr(conftest_cli, "_LEAST_SIZE", 1)
    monkeypatch.setattr(conftest_cli, "_MOST_SIZE", 10)
    assert conftest_cli.divided(texts, slots) == [JudgedPart(inputs=inputs) for inputs in expected]


def test_small_inputs_are_one_part() -> None:
    assert [len(part.inputs) for part in conftest_cli.divided(["x" * 1000] * 100, 8)] == [100]


def verdict(name: str) -> Verdict:
    return Verdict(results=(), coverage=Coverage(ids=(name,), targets=1, policies={}))


def engine(tmp_path: Path, executor: Backwards) -> ConftestCli:
    path = tmp_path / "capabilities.json"
    path.write_text("{}", encoding="utf-8")
    return ConftestCli(tool=TOOL, capabilities=path, executor=executor)


def test_verdicts_come_in_the_order_of_the_inputs_and_policies_are_shared(tmp_path: Path) -> None:
    executor = Backwards(lambda given: {number: verdict(text) for number, text in given.inputs})
    inputs: list[Json] = ["x" * 200_000, "y" * 300_000, "z" * 400_000]
    rego = {"g.rego": "package main", "g_test.rego": "package main_test"}
    found = engine(tmp_path, executor).evaluate(rego, {"limit": 1}, inputs)
    assert found == tuple(verdict(f'"{text}"') for text in inputs)
    files = {"policy/g.rego": "package main", "data/limit.json": '{"limit": 1}', "capabilities.json": "{}"}
    shared = conftest_cli.Policies(files=files)
    assert (executor.works, len(executor.parts)) == ([Work(function=conftest_cli.judge_part, tool=TOOL, shared=shared)], 2)


def test_a_part_that_forgets_an_input_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as caught:
        engine(tmp_path, Backwards(lambda _: {0: verdict("a")})).evaluate({}, {}, ["a", "b"])
    assert [finding.message for finding in caught.value.findings] == ["conftest gave no result for 1 of 2 inputs"]
