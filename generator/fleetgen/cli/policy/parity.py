"""fleetgen policy parity"""

from __future__ import annotations

from collections.abc import Iterator

import click

from fleetgen.cli import answers, common, output
from fleetgen.cli.policy.bench import bench
from fleetgen.inputs.run import Run
from fleetgen.policies.both_gates import Comparison
from fleetgen.policies.parity import Parity, parity
from fleetgen.words import count

_HELP = """Check that the gate (conftest) and Gatekeeper (gator) judge alike. Writes nothing.

Both get every object in the tests of the policies, and every manifest of the fleet with the constraints of its environment.
Equal means: the same constraint, object, action, message and details, the same number of times. The exit code is 1 if anything
differs or if a policy cannot be compared.
"""


@click.command("parity", help=_HELP)
@common.with_run
def command(run: Run) -> int:
    """See the help text."""
    answer = parity(run, bench(run.repository))
    trials = [_data(trial) for trial in answer.comparisons]
    data: dict[str, object] = {
        "pairs": answer.pairs,
        "differences": sum(len(trial.differences) for trial in answer.comparisons),
        "trials": trials,
        "leftOut": answer.left_out,
        "findings": [finding.as_data() for finding in answer.findings],
    }
    answers.answer("json" if output.is_json() else "text", _lines(answer), data)
    if answer.findings and not output.is_json():
        output.print_findings(answer.findings, {})
    return 1 if answer.findings else 0


def _data(trial: Comparison) -> dict[str, object]:
    return {
        "name": trial.name,
        "objects": trial.objects,
        "constraints": trial.constraints,
        "pairs": trial.pairs,
        "results": len(trial.results),
        "refused": [*trial.refused],
        "differences": [
            {"constraint": each.constraint, "object": each.subject, "gate": [*each.gate], "gatekeeper": [*each.gatekeeper]}
            for each in trial.differences
        ],
    }


def _lines(answer: Parity) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("OBJECTS OF", "OBJECTS", "CONSTRAINTS", "PAIRS", "RESULTS", "DIFFERENCES")]
    for trial in answer.comparisons:
        sizes = (trial.objects, trial.constraints, trial.pairs, len(trial.results), len(trial.differences))
        rows.append((trial.name, *map(str, sizes)))
    yield from answers.columns(rows)
    for reason, number in answer.left_out.items():
        yield f"left out: {count(number, 'input')} of tests ({reason})"
    for trial in answer.comparisons:
        for name in trial.refused:
            yield f"left out: {name}, which the gate refuses before any policy is asked"
    differences = sum(len(trial.differences) for trial in answer.comparisons)
    yield f"{count(answer.pairs, 'pair')} of a constraint and an object, {count(differences, 'difference')}"
