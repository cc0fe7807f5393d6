from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.importing import import_clusters
from fleetgen.yamlfile import parse

HEAD = """apiVersion: fleetgen.io/v1alpha1
kind: ImportMapping
metadata: {name: sites}
spec:
  name: {column: site}
  fields:
    environment: {constant: dev}
"""


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        pytest.param(
            HEAD.replace("name: {column", "nam: {column"),
            [
                "m.yaml:4:1: E1001: 'name' is missing in spec | add 'name'",
                "m.yaml:5:3: E1001: unknown key 'nam' in spec | did you mean 'name'?",
            ],
            id="unknown key",
        ),
        pytest.param(
            HEAD + "    ring: {}\n    owner: {column: site, constant: x}\n",
            [
                "m.yaml:8:5: E1001: 'ring' has no source | give exactly one of column, constant and draw",
                "m.yaml:9:5: E1001: 'owner' has column and constant | give exactly one of column, constant and draw",
            ],
            id="one source each",
        ),
        pytest.param(
            HEAD + '    ring: {constant: x, split: ","}\n',
            ["m.yaml:8:25: E1001: 'ring' has split, which needs a column | remove split"],
            id="option of a column",
        ),
        pytest.param(
            HEAD + "    rings: {constant: x}\n    site.nmae: {constant: x}\n",
            [
                "m.yaml:8:5: E1001: a cluster has no field 'spec.rings' | did you mean 'ring'?",
                "m.yaml:9:5: E1001: a cluster has no field 'spec.site.nmae' | did you mean 'name'?",
            ],
            id="no such field",
        ),
        pytest.param(
            HEAD + '    network.dnsServers: {column: site}\n    owner: {column: site, split: ","}\n    site: {column: site}\n',
            [
                "m.yaml:10:5: E1001: 'spec.site' is a mapping; a cell is one text | set the fields below it, or use constant",
                "m.yaml:8:5: E1001: 'spec.network.dnsServers' is a list; a cell is one text | give the separator: split: \",\"",
                "m.yaml:9:5: E1001: 'spec.owner' is not a list | remove split",
            ],
            id="lists and mappings",
        ),
        pytest.param(
            HEAD + "    owner: {column: onwer}\n",
            [
                "m.yaml:8:5: E1001: sites.csv has no column 'onwer' | did you mean 'owner'?",
                "sites.csv:1:2: E1001: no field uses the column 'owner' | map it, or add it to spec.ignoreColumns in m.yaml",
            ],
            id="columns",
        ),
        pytest.param(
            HEAD + "    profile: {draw: {a: 0}}\n",
            ["m.yaml:8:25: E1001: spec.fields.profile.draw.a: 0 is less than the minimum of 1 | change the value"],
            id="weight",
        ),
    ],
)
def test_a_broken_mapping_is_refused(mapping: str, expected: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        import_clusters("site,owner\na,x\n", "sites.csv", parse(mapping, "m.yaml")[0])
    assert sorted(f"{f.place}: {f.code}: {f.message} | {f.fix}" for f in caught.value.findings) == expected
