"""What is kept of the engine's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleetgen.gate.questions import Question, ask
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.rules import Rules
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.plain import Json
from fleetgen.model.result import Answer, Result
from fleetgen.stages.gate import PolicyEngine

RULES = Rules(policies={}, constraints=(), files={}, sets={}, of={}, data={})


@dataclass
class Engine:
    """Says one result about each id. `asked`: all ids, in order."""

    results: Mapping[str, Result]
    asked: list[str]

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        assert (policy_files, data) == ({}, {})
        names = tuple(str(name) for name in inputs)
        self.asked += names
        results = tuple(self.results[name] for name in names if name in self.results)
        return [Verdict(results=results, coverage=Coverage(ids=names, targets=len(names), policies={"FG-1": names}))]


@dataclass
class Run:
    """An `Asker`."""

    gate_cache: Cache
    engine: Callable[[], PolicyEngine]
    progress: Callable[[str, int, int], None]


def test_each_question_is_asked_once_unless_the_gate_complains(tmp_path: Path) -> None:
    """A broken plan is corrected outside of what a question's key is made of."""
    found = Result(policy="FG-1", constraint="c", action="deny", id="b", message="bad")
    complaint = Result(policy="gate", constraint="", action="deny", id="c", message="no plan", error="E0804")
    engine = Engine({"b": found, "c": complaint}, [])
    run = Run(Cache(tmp_path), lambda: engine, lambda *_: None)
    questions = [Question(key=f"gate:{name}", id=name) for name in "abc"]

    def answers() -> dict[str, Answer]:
        return ask(run, RULES, questions, lambda missing: [question.id for question in missing])

    expected = {
        f"gate:{name}": Answer(results=results, policies=("FG-1",))
        for name, results in zip("abc", ((), (found,), (complaint,)), strict=True)
    }
    assert answers() == expected
    assert answers() == expected
    assert engine.asked == ["a", "b", "c", "c"]
