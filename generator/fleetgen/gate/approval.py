"""The gate over everything that was built: questions to conftest, answers to findings with places, waivers, approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleetgen.build.desired_state import Desired
from fleetgen.catalog.stale import stale_note
from fleetgen.errors import GateFailed, ToolError, problem
from fleetgen.gate.baseline import Baseline
from fleetgen.gate.findings import model_findings, object_findings
from fleetgen.gate.models import ModelQuestions, model_questions
from fleetgen.gate.questions import answers, isolated
from fleetgen.gate.rules_in_force import judging
from fleetgen.inputs.rules import Rules
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.result import Answer
from fleetgen.model.settings import nearest_place
from fleetgen.policy import waivers as waiving
from fleetgen.policy.waivers import Terms
from fleetgen.stages import gate
from fleetgen.stages.gate import Approved, ObjectQuestion
from fleetgen.words import count


@timed("gate")
def gated(run: Run, desired: Desired, known: Sequence[Finding] = ()) -> Approved:
    """Ask the gate; `known` was found before. Raises GateFailed with all findings, ToolError when an answer is missing.

    A policy that fails during evaluation raises ToolError too, with the results of all other policies.
    """
    plan = desired.plan
    judge = judging(run, plan)
    asked, failed = isolated(judge.rules, lambda rules: _asked(run, desired, rules))
    rules = asked.rules
    judged = [
        *object_findings(desired, rules, asked.questions, asked.answers),
        *model_findings(desired, rules, asked.models.inquiries, asked.answers),
    ]
    before = Baseline(run, desired)
    severities = {policy.id: policy.severity for policy in judge.rules.policies.values()}
    terms = Terms(as_of=run.as_of, severities=severities, is_changed=before.is_changed)
    findings = [
        *known,
        *failed.values(),
        *judge.findings,
        *_required(asked),
        *waiving.apply(judged, [waiver for waiver in judge.waivers if waiver.policy not in failed], terms),
        *_due_holds(desired, run),
        *_stale_catalogs(desired, run),
    ]
    if failed:
        raise ToolError(findings)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise GateFailed(findings)
    verdict = _verdict(run, asked, before)
    return gate.approve(
        desired.files, plan.inputs.digest, verdict, sorted(findings, key=Finding.sort_key), lasts=not before.was_asked
    )


@dataclass(frozen=True, kw_only=True)
class _EngineAnswers:
    """What the engine said, by which rules. `answers`: id of a question -> answer."""

    rules: Rules
    questions: Sequence[ObjectQuestion]
    models: ModelQuestions
    answers: Mapping[str, Answer]


def _asked(run: Run, desired: Desired, rules: Rules) -> _EngineAnswers:
    questions = gate.object_questions(desired.plan.resolved, desired.objects_with_applications, rules.of, desired.projects)
    models = model_questions(desired, rules, run.as_of)
    said = answers(run, rules, questions, models.questions)
    return _EngineAnswers(rules=rules, questions=questions, models=models, answers=said)


def _verdict(run: Run, asked: _EngineAnswers, before: Baseline) -> str:
    questions = count(len(asked.questions) + len(asked.models.questions), "question")
    size = f"{questions}, {count(len(asked.rules.constraints), 'constraint')}"
    lent = f" of {run.policies_from}" if run.policies_from else ""
    against = f"; compared with {before.commit[:12]}" if before.was_asked and before.commit else ""
    return f"pass; {size}; rules{lent} sha256:{asked.rules.digest('')[:16]}{against}"


def _required(asked: _EngineAnswers) -> list[Finding]:
    """A required constraint whose policy evaluated nothing in an environment where it applies."""
    sets = asked.rules.sets
    ran: dict[str, set[str]] = {}
    for each in asked.models.inquiries:
        ran.setdefault(each.policy_set.environment, set()).update(asked.answers[each.question].policies)
    for question in asked.questions:
        ran.setdefault(sets[question.policy_set].environment, set()).update(asked.answers[question.id].policies)
    found = []
    for constraint in asked.rules.constraints:
        for name, policies in sorted(ran.items()):
            applies = not constraint.environments or name in constraint.environments
            if constraint.required and applies and constraint.policy.id not in policies:
                message = f"the required policy {constraint.policy.id} evaluated nothing in environment '{name}'"
                fix = f"check the match of constraint '{constraint.name}', or make it optional"
                found.append(problem("E0802", message, fix=fix, place=constraint.place))
    return found


def _stale_catalogs(desired: Desired, run: Run) -> list[Finding]:
    """Facts about the versions that clusters run which nobody has checked for long."""
    used = {variant.component.name: variant.component for variant in desired.plan.resolved.variants.values()}
    notes = (stale_note(name, component.catalog, run.as_of) for name, component in sorted(used.items()))
    return [note for note in notes if note]


def _due_holds(desired: Desired, run: Run) -> list[Finding]:
    """Holds whose date has passed. A person must lift them; nothing changes by itself."""
    found = []
    for name, cluster in sorted(desired.plan.resolved.clusters.items()):
        hold = cluster.spec.hold
        if hold and hold.until and hold.until < run.as_of.isoformat():
            message = f"the hold of cluster '{name}' should have been lifted on {hold.until} ({hold.reason})"
            place = nearest_place(cluster.tree, ("spec", "hold"))
            fix = f"remove spec.hold or set a later date; its owner is {hold.owner}"
            found.append(
                Finding(code="E0306", message=message, fix=fix, place=place, severity=Severity.WARNING, clusters=(name,))
            )
    return found
