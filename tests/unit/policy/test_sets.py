"""Policy sets: who is judged alike, and by what."""

from __future__ import annotations

from dataclasses import replace

from fleetgen.model.inventory import WaiverScope
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import PolicySet
from fleetgen.policy.enforcement import Membership
from fleetgen.policy.sets import about, policy_sets
from tests.fleets import constraint, policy
from tests.unit.policy.test_enforcement import document
from tests.unit.policy.test_waivers_in_gatekeeper import WEB, waiver

VALUES: dict[str, dict[str, Json]] = {"production": {"registries": ["example.com/"]}, "dev": {}}
MEMBERS = {
    "a": Membership("production", "canary", ("pilots", "night")),
    "b": Membership("production", "canary", ("night",)),
    "c": Membership("production", "broad"),
    "d": Membership("dev", "canary", ("pilots",)),
}
X, FLEET = constraint("x"), constraint("f", of=policy("FG-FLT-001", scope="fleet"))


def test_an_environment_is_one_set_if_nothing_tells_its_clusters_apart() -> None:
    found = policy_sets(MEMBERS, VALUES, [X, FLEET], [document("e", "warn", environments="dev")])
    assert found.of == {"a": "production", "b": "production", "c": "production", "d": "dev"}
    assert found.sets == {
        "dev": PolicySet(
            name="dev",
            environment="dev",
            values={},
            constraints=(replace(X, action="warn"), FLEET),
        ),
        "production": PolicySet(name="production", environment="production", values=VALUES["production"], constraints=(X, FLEET)),
    }


def test_rings_and_groups_that_are_named_tell_clusters_apart() -> None:
    documents = [document("e", "dryrun", rings="production/canary"), document("g", "warn", groups="pilots")]
    found = policy_sets(MEMBERS, VALUES, [X, FLEET], documents)
    assert found.of == {"a": "production/canary:pilots", "b": "production/canary", "c": "production", "d": "dev:pilots"}
    assert {name: [(c.name, c.action) for c in each.constraints] for name, each in found.sets.items()} == {
        "dev": [("x", "deny")],
        "dev/*": [("f", "deny")],
        "dev:pilots": [("x", "warn")],
        "production": [("x", "deny")],
        "production/*": [("f", "deny")],
        "production/canary": [("x", "dryrun")],
        "production/canary:pilots": [("x", "warn")],
    }
    assert [name for name, each in found.sets.items() if each.whole] == ["dev/*", "production/*"]


def test_a_constraint_of_one_environment_is_in_its_sets_only() -> None:
    here = replace(X, environments=("dev",))
    found = policy_sets(MEMBERS, VALUES, [here], [document("g", "warn", groups="night")])
    assert {name: len(each.constraints) for name, each in found.sets.items()} == {
        "dev": 1,
        "production": 0,
        "production/*": 0,
        "production:night": 0,
    }


def test_waivers_are_exemptions_of_the_clusters_that_they_reach() -> None:
    scopes = [WaiverScope(groups=("pilots",), environments=("production",), object=WEB), WaiverScope(namespace="till-*")]
    waivers = [waiver("v", scopes[0]), waiver("w", scopes[1]), waiver("other", number="FG-POD-002")]
    stated = constraint("x", exemptions=[{"image": "ghcr.io/*"}])
    found = policy_sets(MEMBERS, VALUES, [stated], [], waivers)
    first: JsonObject = {"image": "ghcr.io/*"}
    second: JsonObject = {"namespace": "shop", "workload": "web"}
    third: JsonObject = {"namespace": "till-*"}
    told = {
        name: [(c.name, c.action, c.parameters["exemptions"]) for c in each.constraints]
        for name, each in found.sets.items()
        if not each.whole
    }
    companion = ("x-waived", "dryrun", [first])
    assert told == {
        "dev": [("x", "deny", [first, third]), companion],
        "dev:pilots": [("x", "deny", [first, third]), companion],
        "production": [("x", "deny", [first, third]), companion],
        "production:pilots": [("x", "deny", [first, second, third]), companion],
    }
    assert found.sets["production"].companions == {"x-waived": stated}


def test_documents_about_policies() -> None:
    documents = [document("e", "warn"), document("f", "warn", constraints=("f",))]
    assert about(documents, [X, FLEET], {"FG-POD-001"}) == documents[:1]
