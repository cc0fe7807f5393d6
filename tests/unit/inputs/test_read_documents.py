"""What the cache knows of documents changes no mistake and no fleet, and saves the work for what is the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path

import pytest

from fleetgen.errors import InputError
from fleetgen.inputs import read_documents as reading
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.read_documents import read_documents
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet
from fleetgen.model.variant import Resolved
from fleetgen.stages.load import clusters, load_documents
from fleetgen.stages.resolve import resolve, variants
from tests.fleets import load

LIBRARY = {
    "templates/app/component.yaml": """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: app}
spec:
  title: App
  description: Reads a fact of each kind.
  wave: 3
  facts: [distribution, nodePools]
  settings: {properties: {size: {type: integer}}}
  defaults: {enabled: true, version: "1", values: {size: 1}}
"""
}
ENVIRONMENT = """
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: production}
spec:
  rank: 1
  rings: [canary, broad]
  delivery: {repoURL: https://git.example.com/fleet.git}
"""
RING = """
apiVersion: fleetgen.io/v1alpha1
kind: Ring
metadata: {name: %s}
spec:
  environment: production
  components:
    app: {values: {size: %s}}
"""
PROFILE = """
apiVersion: fleetgen.io/v1alpha1
kind: HardwareProfile
metadata: {name: box}
spec:
  kubernetes: {distribution: k3s, version: v1.35.4+k3s1}
  nodePools: [{name: main, gpu: {product: L4, count: 1}}]
"""
CLUSTER = """
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: %s, labels: {city: %s}}
spec:
  environment: production
  ring: %s
  profile: box
  site: {name: Site %s}
"""
FIRST = "fleet/clusters/store-00.yaml"


def cluster(number: int, ring: str = "") -> str:
    return CLUSTER % (f"store-{number:02}", f"city-{number}", ring or ("canary", "broad")[number % 2], number)


FILES: Mapping[str, str] = {
    "environments/production/environment.yaml": ENVIRONMENT,
    "environments/production/rings/canary.yaml": RING % ("canary", 2),
    "environments/production/rings/broad.yaml": RING % ("broad", 3),
    "fleet/profiles/box.yaml": PROFILE,
    **{f"fleet/clusters/store-{number:02}.yaml": cluster(number) for number in range(20)},
}


def loaded(files: Mapping[str, str], cache: Cache) -> Fleet:
    problems: list[Finding] = []
    return load_documents(read_documents(cache, files, problems), LIBRARY, problems)


def mistakes(files: Mapping[str, str], cache: Cache) -> list[Finding]:
    with pytest.raises(InputError) as caught:
        resolve(loaded(files, cache))
    return [*caught.value.findings]


BROKEN = {
    "not YAML": (FIRST, "spec:", "spec: ["),
    "a duplicate key": (FIRST, "  ring:", "  profile: box\n  ring:"),
    "an unknown kind": (FIRST, "Cluster", "Clutser"),
    "no name": (FIRST, "name: store-00", "nmae: store-00"),
    "an unknown key": (FIRST, "profile: box", "profil: box"),
    "a number for text": (FIRST, "profile: box", "profile: 12"),
    "no such ring": (FIRST, "ring: canary", "ring: canarry"),
    "no such profile": (FIRST, "profile: box", "profile: bax"),
    "no such component": (FIRST, "  profile", "  components: {apq: {}}\n  profile"),
    "a setting of the cluster": (FIRST, "  profile", "  components: {app: {values: {size: big}}}\n  profile"),
    "a setting of the ring": ("environments/production/rings/broad.yaml", "size: 3", "size: big"),
    "an empty component": (FIRST, "  profile", "  components: {app: }\n  profile"),
    "the profile's Kubernetes removed": (FIRST, "  profile", "  kubernetes: null\n  profile"),
    "a wrong driver in the profile": ("fleet/profiles/box.yaml", "count: 1", "count: 1, driver: precompiled"),
    "a wrong driver in the cluster": (
        FIRST,
        "  profile",
        "  nodePools: [{name: main, gpu: {product: L4, count: 1, driver: precompiled}}]\n  profile",
    ),
    "a name twice": (FIRST, "name: store-00", "name: store-01"),
}


@pytest.mark.parametrize(("path", "old", "new"), BROKEN.values(), ids=BROKEN)
def test_mistakes_are_the_same_with_and_without_the_cache(path: str, old: str, new: str, tmp_path: Path) -> None:
    assert old in FILES[path]
    files = {**FILES, path: FILES[path].replace(old, new, 1)}
    expected = mistakes(files, Cache(None))
    assert expected
    cache = Cache(tmp_path)
    loaded(FILES, cache)
    assert [mistakes(files, each) for each in (cache, cache, Cache(tmp_path))] == [expected] * 3


def test_the_fleet_is_the_same_with_and_without_the_cache(tmp_path: Path) -> None:
    files = {
        **FILES,
        FIRST: FILES[FIRST].replace("  profile", "  kubernetes: {version: v1.36.0+k3s1, distribution: k3s}\n  profile"),
        "fleet/clusters/two.yaml": f"# two in a file\n{cluster(50)}\n---\n{cluster(51)}",
    }
    expected = load(files, LIBRARY)
    found = [loaded(files, Cache(tmp_path)) for _ in range(2)]
    assert found == [expected] * 2
    assert [fleet.clusters["store-51"].tree for fleet in found] == [expected.clusters["store-51"].tree] * 2
    assert str(expected.clusters["store-51"].place) == "fleet/clusters/two.yaml:14:1"


class _Work:
    """Counts what a run does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: Counter[str] = Counter()
        self._count(monkeypatch, reading, "written", "documents parsed")
        self._count(monkeypatch, clusters, "pool_mistakes", "pools judged")
        self._count(monkeypatch, clusters, "build_field", "values built")
        self._count(monkeypatch, variants, "fact_value", "facts computed")
        self._count(monkeypatch, variants._Resolver, "bill", "bills computed")

    def _count(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, what: str) -> None:
        real = getattr(owner, name)

        def counting(*arguments: object) -> object:
            self.done[what] += 1
            return real(*arguments)

        monkeypatch.setattr(owner, name, counting)

    def of(self, files: Mapping[str, str], cache: Cache) -> tuple[dict[str, int], Resolved]:
        self.done.clear()
        resolved = resolve(loaded(files, cache))
        return dict(self.done), resolved


def test_the_work_grows_with_what_is_different(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """20 clusters in two rings; each names its site, the other six values are shared."""
    cache, work = Cache(tmp_path), _Work(monkeypatch)
    same = {"pools judged": 1, "values built": 26, "facts computed": 2, "bills computed": 2}
    assert work.of(FILES, cache)[0] == {"documents parsed": 24, **same}
    assert work.of(FILES, cache)[0] == same
    ring = {**FILES, "environments/production/rings/canary.yaml": RING % ("canary", 4)}
    assert work.of(ring, cache)[0] == {"documents parsed": 1, **same}
    moved, resolved = work.of({**FILES, FIRST: cluster(0, "broad")}, cache)
    assert moved == {"documents parsed": 1, **same}
    assert {ring: len(resolved.variants[key].clusters) for key in resolved.variants for ring in [key.ring]} == {
        "broad": 11,
        "canary": 9,
    }
    assert len({id(bill) for bill in resolved.bills.values()}) == 2


def test_clusters_share_what_is_equal() -> None:
    fleet = load(FILES, LIBRARY)
    expected = {"layers": 2, "spec.kubernetes": 1, "spec.node_pools": 1, "spec.site": 20, "spec": 20}
    assert {path: len({id(attrgetter(path)(each)) for each in fleet.clusters.values()}) for path in expected} == expected
