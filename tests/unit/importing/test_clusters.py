from __future__ import annotations

from collections import Counter

import pytest

from fleetgen.errors import InputError
from fleetgen.importing import import_clusters, render_documents
from fleetgen.importing.clusters import dns_label, drawn
from fleetgen.model.plain import JsonObject
from fleetgen.yamlfile import parse

HEAD = """apiVersion: fleetgen.io/v1alpha1
kind: ImportMapping
metadata: {name: sites}
spec:
  name: {column: site}
  fields:
    environment: {constant: dev}
    ring: {constant: broad}
"""
LETTER = "a name needs a letter (a to z) or a digit"
TAGS = HEAD + '  tags:\n    column: tags\n    split: ","\n'


def _import(table: str, mapping: str, taken: tuple[str, ...] = ()) -> list[JsonObject]:
    return list(import_clusters(table, "sites.csv", parse(mapping, "sites.map.yaml")[0], taken).documents)


def _refused(table: str, mapping: str, taken: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(InputError) as caught:
        _import(table, mapping, taken)
    return [f"{f.place}: {f.code}: {f.message} | {f.fix}" for f in caught.value.findings]


def _cluster(name: str, spec: JsonObject, labels: JsonObject | None = None) -> JsonObject:
    metadata: JsonObject = {"name": name} if labels is None else {"name": name, "labels": labels}
    base: JsonObject = {"environment": "dev", "ring": "broad"}
    return {"apiVersion": "fleetgen.io/v1alpha1", "kind": "Cluster", "metadata": metadata, "spec": base | spec}


@pytest.mark.parametrize(
    ("table", "mapping", "expected"),
    [
        pytest.param("site\nB 2\na_1\n", HEAD, [_cluster("a-1", {}), _cluster("b-2", {})], id="sorted, names rewritten"),
        pytest.param(
            'site,dns\na,"1.1.1.1, 8.8.8.8"\nb,\n',
            HEAD + '    network.dnsServers: {column: dns, split: ","}\n',
            [_cluster("a", {"network": {"dnsServers": ["1.1.1.1", "8.8.8.8"]}}), _cluster("b", {})],
            id="split; an empty cell leaves the field out",
        ),
        pytest.param(
            "site,owner,mbps,hours\na,,5.5,24\nb,x,10,1\n",
            HEAD
            + "    owner: {column: owner, default: nobody}\n    uplink.downMbps: {column: mbps}\n"
            + "    uplink.surviveOfflineHours: {column: hours}\n",
            [
                _cluster("a", {"owner": "nobody", "uplink": {"downMbps": 5.5, "surviveOfflineHours": 24}}),
                _cluster("b", {"owner": "x", "uplink": {"downMbps": 10, "surviveOfflineHours": 1}}),
            ],
            id="default, numbers",
        ),
        pytest.param(
            "site,kind\na,S\nb,other\n",
            HEAD + "    owner:\n      column: kind\n      values: {S: stores}\n      default: rest\n",
            [_cluster("a", {"owner": "stores"}), _cluster("b", {"owner": "rest"})],
            id="value map with a default",
        ),
        pytest.param(
            "site,note\na,x\n",
            HEAD + "  labels:\n    business: {constant: grocery}\n  ignoreColumns: [note]\n",
            [_cluster("a", {}, {"business": "grocery"})],
            id="labels, ignored column",
        ),
        pytest.param(
            'site,tags\na,"hold, lane"\nb,"odd,nothing"\n',
            TAGS
            + "    known:\n      lane:\n        labels: {camera: lane}\n        set:\n          ring: {constant: early}\n"
            + "      hold:\n        hold: {reason: asked, owner: retail}\n    ignore: [nothing]\n    unknown: label\n",
            [
                _cluster("a", {"ring": "early", "hold": {"reason": "asked", "owner": "retail"}}, {"camera": "lane"}),
                _cluster("b", {}, {"tag.fleetgen.io/odd": "present"}),
            ],
            id="tags: label, field, hold, unknown as label, ignored",
        ),
        pytest.param(
            'site,tags\na,"last,first"\n',
            TAGS + "    known:\n      first:\n        set:\n          ring: {constant: one}\n"
            "      last:\n        set:\n          ring: {constant: two}\n",
            [_cluster("a", {"ring": "two"})],
            id="the mapping's order of tags decides",
        ),
    ],
)
def test_rows_become_clusters(table: str, mapping: str, expected: list[JsonObject]) -> None:
    assert _import(table, mapping) == expected


@pytest.mark.parametrize(
    ("table", "mapping", "expected"),
    [
        pytest.param(
            "site\nA 1\na-1\n",
            HEAD,
            [
                (
                    "sites.csv:3:1: E1003: row 3 ('a-1') and row 2 ('A 1') both become 'a-1'"
                    " | make the names differ in letters and digits within 63 characters"
                )
            ],
            id="two rows, one name",
        ),
        pytest.param(
            "site\ntaken\n",
            HEAD,
            ["sites.csv:2:1: E1003: 'taken' becomes 'taken', and the fleet has a cluster of this name | rename one of the two"],
            id="name of another cluster",
        ),
        pytest.param(
            'site,x\n"",1\n--,2\n',
            HEAD + "  ignoreColumns: [x]\n",
            [
                f"sites.csv:2:1: E1002: the cell 'site' is empty, so the row has no name | {LETTER}",
                f"sites.csv:3:1: E1002: '--' does not make a name | {LETTER}",
            ],
            id="no name",
        ),
        pytest.param(
            "site,kind\na,s\nb,\n",
            HEAD + "    owner:\n      column: kind\n      values: {S: stores}\n",
            [
                (
                    "sites.csv:2:2: E1002: 's' in column 'kind' has no value for spec.owner"
                    " | add it to values in sites.map.yaml:9:5, or give a default; did you mean 'S'?"
                )
            ],
            id="value map without a default",
        ),
        pytest.param(
            "site,tags\na,lanes\n",
            TAGS + "    known:\n      lane: {labels: {camera: lane}}\n",
            [
                (
                    "sites.csv:2:2: E1002: the mapping has no tag 'lanes'"
                    " | add it to spec.tags.known or spec.tags.ignore of the mapping; did you mean 'lane'?"
                )
            ],
            id="unknown tag",
        ),
        pytest.param(
            'site,dns\na,"1.1.1.1,"\n',
            HEAD + '    network.dnsServers: {column: dns, split: ","}\n',
            ["sites.csv:2:2: E1002: the list '1.1.1.1,' for spec.network.dnsServers has an empty part | remove the extra ','"],
            id="empty part of a list",
        ),
        pytest.param(
            "site,mbps\na,fast\n",
            HEAD + "    uplink.downMbps: {column: mbps}\n",
            ["sites.csv:2:2: E1002: spec.uplink.downMbps must be a number, not text | Downstream in Mbit/s; 0 means not known"],
            id="a cell of the wrong type points at the cell",
        ),
        pytest.param(
            "site\na\nb\n",
            HEAD.replace("constant: dev", "constant: 7"),
            ['sites.map.yaml:7:5: E1002: spec.environment must be text, but 7 is read as a whole number | quote it: "7"'],
            id="a wrong constant is reported once, in the mapping",
        ),
        pytest.param(
            "site\n", HEAD, ["sites.csv: E1002: the table has no rows | add one line per site below the header"], id="no rows"
        ),
    ],
)
def test_rows_that_cannot_be_imported_are_named(table: str, mapping: str, expected: list[str]) -> None:
    assert _refused(table, mapping, ("taken",)) == expected


def test_a_bad_row_does_not_hide_the_next_one() -> None:
    messages = _refused("site,kind\na,s\nb,S,x\nc,t\n", HEAD + "    owner: {column: kind, values: {S: stores}}\n")
    assert [message.partition(": ")[0] for message in messages] == ["sites.csv:2:2", "sites.csv:3:3", "sites.csv:4:2"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("US10928CLS01", "us10928cls01"),
        ("  Store #4 / North ", "store-4-north"),
        ("Zürich", "z-rich"),
        ("--", ""),
        ("a" * 62 + "-b", "a" * 62),
    ],
)
def test_dns_label(text: str, label: str) -> None:
    assert dns_label(text) == label


def test_the_draw_is_fixed_by_the_name_and_follows_the_weights() -> None:
    weights = (("big", 3), ("small", 1))
    assert [drawn(name, weights) for name in ("a", "b", "c", "d")] == ["small", "big", "big", "big"]
    assert Counter(drawn(f"store-{n}", weights) for n in range(400)) == {"big": 291, "small": 109}


def test_the_file_says_where_it_came_from() -> None:
    imported = import_clusters("site\na\n", "data/sites.csv", parse(HEAD, "sites.map.yaml")[0])
    assert render_documents(imported) == (
        "# Imported from sites.csv with sites.map.yaml. Change the table or the mapping and import again.\n"
        "apiVersion: fleetgen.io/v1alpha1\nkind: Cluster\nmetadata:\n  name: a\nspec:\n  environment: dev\n  ring: broad\n"
    )
