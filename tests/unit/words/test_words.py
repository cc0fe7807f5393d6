from __future__ import annotations

import re

import pytest

from fleetgen.model.gpus import PRODUCTS
from fleetgen.words import a, count, listed, plural_of, shortened


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, "cluster", "0 clusters"),
        (1, "cluster", "1 cluster"),
        (3, "distinct change", "3 distinct changes"),
        (2, "policy", "2 policies"),
        (2, "gateway", "2 gateways"),
        (2, "patch", "2 patches"),
        (2, "alias", "2 aliases"),
        (2, "index", "2 indexes"),
    ],
)
def test_a_number_and_its_noun(number: int, noun: str, said: str) -> None:
    assert count(number, noun) == said


def test_an_irregular_plural_is_given() -> None:
    assert [count(number, "bill of materials", "bills of materials") for number in (1, 2)] == [
        "1 bill of materials",
        "2 bills of materials",
    ]


def test_plural_alone() -> None:
    assert [plural_of(noun) for noun in ("unit", "policy", "key", "box")] == ["units", "policies", "keys", "boxes"]


@pytest.mark.parametrize(
    "said",
    [
        *("a cluster", "an object", "an environment", "an error", "an index.json", "a ring", "a waiver"),
        *(
            "a unit",
            "a user",
            "a use case",
            "a utility",
            "an upgrade",
            "an unused waiver",
            "an unimportant one",
            "a one-line file",
        ),
        *("an hour", "a host", "an 8-GPU node", "an 11 GiB image", "a 1-GPU node", "a 110 GiB image", "an NVIDIA card"),
        *("an L4", "an H100", "an MI300X", "an A100", "an RTX PRO 6000", "a T4", "a P40", "a B200", "a V100"),
        *("a CRD", "an SBOM", "an HTTP proxy", "a MIG profile", "a GPU", "a URL", "a YAML file", "a UTF-8 file", "a ConfigMap"),
        *("an Application", "an 'Environment'", "a 'Ring'"),
    ],
)
def test_the_article_follows_the_sound(said: str) -> None:
    assert a(said.partition(" ")[2]) == said


def test_the_article_of_every_card() -> None:
    families = {(re.split(r"[0-9 ]", a(product), maxsplit=2)[0], re.split(r"[0-9 ]", product)[0]) for product in PRODUCTS}
    assert families == {
        *(("an", name) for name in ("A", "Arc", "H", "L", "MI", "RTX")),
        *(("a", name) for name in ("B", "DGX", "Flex", "GB", "GH", "Jetson", "P", "Quadro", "Radeon", "T", "V")),
    }


@pytest.mark.parametrize(
    ("items", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_in_a_sentence(items: list[str], said: str) -> None:
    assert listed(items) == said


def test_a_list_of_choices() -> None:
    assert listed(["canary", "early", "broad"], "or") == "canary, early or broad"


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, ""), (1, "0"), (3, "0, 1, 2"), (4, "0, 1, 2 and 1 more"), (40, "0, 1, 2 and 37 more")],
)
def test_a_list_that_is_cut_short(number: int, said: str) -> None:
    assert shortened([str(n) for n in range(number)], 3) == said
