"""The health checks of the edge's Argo CD, run by Lua 5.1 with what Argo CD offers them: base and table, no string, no os."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import lupa.lua51
import pytest

from fleetgen.model.plain import Json, JsonObject

HEALTH: Final = Path(__file__).parents[3] / "templates" / "argocd" / "base" / "health"
_RUN: Final = """
local allowed = {}
local names = "table pairs ipairs next tostring tonumber type select unpack error pcall assert rawget rawset"
for name in names:gmatch("%a+") do allowed[name] = _G[name] end
return function(script, obj)
  allowed.obj = obj
  local chunk = assert(loadstring(script))
  return setfenv(chunk, allowed)()
end
"""


def health(kind: str, obj: JsonObject) -> tuple[str, str]:
    """What the script of `kind` says about `obj`: status and message."""
    lua = lupa.lua51.LuaRuntime(unpack_returned_tuples=True)
    run = lua.execute(_RUN)
    answer = run((HEALTH / f"{kind}.lua").read_text(encoding="utf-8"), _table(lua, obj))
    assert sorted(answer) == ["message", "status"]
    return str(answer["status"]), str(answer["message"])


def _table(lua: lupa.lua51.LuaRuntime, value: Json) -> object:
    """JSON as Argo CD decodes it: null is nil, every number is a number of Lua."""
    if isinstance(value, dict):
        return lua.table_from({key: _table(lua, inner) for key, inner in value.items() if inner is not None})
    if isinstance(value, list):
        return lua.table_from([_table(lua, inner) for inner in value])
    return value


OVERLAY: Final[JsonObject] = {
    "repoURL": "https://git.example.com/fleet.git",
    "targetRevision": "refs/heads/main",
    "path": "output/a",
}
CHART: Final[JsonObject] = {
    "repoURL": "https://charts.example.com",
    "chart": "gpu-operator",
    "targetRevision": "v26.3.3",
    "helm": {
        "releaseName": "gpu-operator",
        "valuesObject": {"driver": {"enabled": True, "version": "580.126.20"}, "tolerations": [{"key": "nvidia.com/gpu"}]},
    },
}
NEW_VALUES: Final[JsonObject] = {
    **CHART,
    "helm": {
        "releaseName": "gpu-operator",
        "valuesObject": {"driver": {"enabled": True, "version": "580.178.04"}, "tolerations": [{"key": "nvidia.com/gpu"}]},
    },
}
EMPTY_FIELDS: Final[JsonObject] = {**OVERLAY, "directory": {}, "helm": {"releaseName": "", "skipCrds": False}}
MOVED: Final[JsonObject] = {**OVERLAY, "path": "output/b"}


def application(
    spec: JsonObject,
    compared: JsonObject | None,
    *,
    sync: str = "Synced",
    state: JsonObject | None = None,
    phase: str = "",
    name: str = "tf-serving.shelf-gap",
) -> JsonObject:
    status: JsonObject = {"sync": {"status": sync, "comparedTo": compared}, "health": state or {"status": "Healthy"}}
    if phase:
        status["operationState"] = {"phase": phase}
    return {"metadata": {"name": name}, "spec": spec, "status": status}


ONE: Final[JsonObject] = {"source": OVERLAY}
TWO: Final[JsonObject] = {"sources": [CHART, OVERLAY]}
# what Argo CD writes for several sources: the single one is there, but empty
TWO_COMPARED: Final[JsonObject] = {
    "source": {"repoURL": ""},
    "sources": [CHART, OVERLAY],
    "destination": {"namespace": "gpu-operator"},
}

APPLICATIONS: Final = {
    "root": (application(ONE, None, name="root"), ("Healthy", "the root does not wait for itself")),
    "new": ({"metadata": {"name": "a"}, "spec": ONE}, ("Progressing", "no status yet")),
    "no health yet": (
        {"metadata": {"name": "a"}, "spec": ONE, "status": {"sync": {"status": "Synced"}}},
        ("Progressing", "no status yet"),
    ),
    "never compared": (application(ONE, None), ("Progressing", "not compared with this spec yet")),
    "compared with the path before": (application({"source": MOVED}, ONE), ("Progressing", "not compared with this spec yet")),
    "compared with the values before": (
        application({"sources": [NEW_VALUES, OVERLAY]}, TWO_COMPARED),
        ("Progressing", "not compared with this spec yet"),
    ),
    "compared with one source less": (application(TWO, {"sources": [CHART]}), ("Progressing", "not compared with this spec yet")),
    "compared with one source more": (
        application({"sources": [CHART]}, TWO_COMPARED),
        ("Progressing", "not compared with this spec yet"),
    ),
    "from one source to two": (application(TWO, ONE), ("Progressing", "not compared with this spec yet")),
    "empty fields do not count": (application({"source": EMPTY_FIELDS}, ONE), ("Healthy", "")),
    "two sources": (application(TWO, TWO_COMPARED), ("Healthy", "")),
    "out of sync": (application(ONE, ONE, sync="OutOfSync"), ("Progressing", "sync status is OutOfSync")),
    "unknown": (application(ONE, ONE, sync="Unknown"), ("Progressing", "sync status is Unknown")),
    "operation runs": (application(ONE, ONE, phase="Running"), ("Progressing", "an operation is running")),
    "operation ends": (application(ONE, ONE, phase="Terminating"), ("Progressing", "an operation is running")),
    "operation done": (application(ONE, ONE, phase="Succeeded"), ("Healthy", "")),
    "degraded": (
        application(ONE, ONE, state={"status": "Degraded", "message": "crash loop"}),
        ("Progressing", "health is Degraded"),
    ),
    "progressing": (application(ONE, ONE, state={"status": "Progressing"}), ("Progressing", "health is Progressing")),
    "missing": (application(ONE, ONE, state={"status": "Missing"}), ("Progressing", "health is Missing")),
    "suspended": (application(ONE, ONE, state={"status": "Suspended"}), ("Healthy", "suspended on purpose")),
    "healthy": (application(ONE, ONE, state={"status": "Healthy", "message": "all fine"}), ("Healthy", "all fine")),
}


@pytest.mark.parametrize(("obj", "expected"), APPLICATIONS.values(), ids=APPLICATIONS)
def test_application(obj: JsonObject, expected: tuple[str, str]) -> None:
    assert health("argoproj.io_Application", obj) == expected


def template(status: Json) -> JsonObject:
    return {"metadata": {"name": "fgpodnoprivileged", "generation": 2}, "status": status}


def pod(name: str, generation: int, *errors: str) -> JsonObject:
    return {"id": name, "observedGeneration": generation, "errors": [{"code": "rego_error", "message": text} for text in errors]}


TEMPLATES: Final = {
    "no status": (template(None), ("Progressing", "no Gatekeeper pod has reported yet")),
    "nobody reported": (template({"created": True, "byPod": []}), ("Progressing", "no Gatekeeper pod has reported yet")),
    "one pod is behind": (
        template({"created": True, "byPod": [pod("gk-0", 2), pod("gk-1", 1)]}),
        ("Progressing", "waiting for Gatekeeper pod gk-1"),
    ),
    "not created": (template({"byPod": [pod("gk-0", 2)]}), ("Progressing", "the constraint's kind is not created yet")),
    "refused": (template({"byPod": [pod("gk-0", 1), pod("gk-1", 2, "undefined function")]}), ("Degraded", "undefined function")),
    "refused before": (
        template({"created": True, "byPod": [pod("gk-0", 1, "old error")]}),
        ("Progressing", "waiting for Gatekeeper pod gk-0"),
    ),
    "ready": (template({"created": True, "byPod": [pod("gk-0", 2), pod("gk-1", 2)]}), ("Healthy", "")),
}


@pytest.mark.parametrize(("obj", "expected"), TEMPLATES.values(), ids=TEMPLATES)
def test_constraint_template(obj: JsonObject, expected: tuple[str, str]) -> None:
    assert health("templates.gatekeeper.sh_ConstraintTemplate", obj) == expected


_ERROR: Final[JsonObject] = {"type": "Error", "status": "True", "message": "driver daemonset is not ready"}
_NO_ERROR: Final[JsonObject] = {"type": "Error", "status": "False", "message": "driver daemonset is not ready"}
POLICIES: Final = {
    "new": ({"metadata": {}}, ("Progressing", "the GPU operator has not reported yet")),
    "no state": ({"status": {}}, ("Progressing", "the GPU operator has not reported yet")),
    "ready": ({"status": {"state": "ready"}}, ("Healthy", "")),
    "not ready": ({"status": {"state": "notReady"}}, ("Progressing", "drivers or operands are not ready yet")),
    "not ready, with its reason": (
        {"status": {"state": "notReady", "conditions": [_ERROR]}},
        ("Progressing", "driver daemonset is not ready"),
    ),
    "not ready, reason is over": (
        {"status": {"state": "notReady", "conditions": [_NO_ERROR]}},
        ("Progressing", "drivers or operands are not ready yet"),
    ),
    "second policy": (
        {"status": {"state": "ignored"}},
        ("Degraded", "ignored: another ClusterPolicy is in charge of this cluster"),
    ),
}


@pytest.mark.parametrize(("obj", "expected"), POLICIES.values(), ids=POLICIES)
def test_cluster_policy(obj: JsonObject, expected: tuple[str, str]) -> None:
    assert health("nvidia.com_ClusterPolicy", obj) == expected


def subscription(status: JsonObject | None, *, wanted: str = "operator.v2") -> JsonObject:
    spec: JsonObject = {"installPlanApproval": "Manual", **({"startingCSV": wanted} if wanted else {})}
    return {"metadata": {"name": "operator"}, "spec": spec, **({"status": status} if status is not None else {})}


def olm(kind: str, message: str = "", status: str = "True") -> JsonObject:
    return {"type": kind, "status": status, **({"message": message} if message else {})}


_WAITS: Final = olm("InstallPlanPending")
SUBSCRIPTIONS: Final = {
    "new": (subscription(None), ("Progressing", "OLM has not reported yet")),
    "nothing resolved yet": (subscription({}), ("Progressing", "the install plan is not approved or not done yet")),
    "waits for approval": (
        subscription({"currentCSV": "operator.v2", "conditions": [_WAITS]}),
        ("Progressing", "the install plan is not approved or not done yet"),
    ),
    "installed": (subscription({"currentCSV": "operator.v2", "installedCSV": "operator.v2"}), ("Healthy", "")),
    "installed, and something newer waits for approval": (
        subscription({"currentCSV": "operator.v3", "installedCSV": "operator.v2", "conditions": [_WAITS]}),
        ("Healthy", ""),
    ),
    "the catalog goes past the version": (
        subscription({"currentCSV": "operator.v3", "installedCSV": "operator.v1", "conditions": [_WAITS]}),
        ("Progressing", "the catalog leads to operator.v3, not to operator.v2"),
    ),
    "the plan failed": (
        subscription({"currentCSV": "operator.v2", "conditions": [olm("InstallPlanFailed", "no such image")]}),
        ("Degraded", "no such image"),
    ),
    "the plan failed before": (
        subscription({"currentCSV": "operator.v2", "conditions": [olm("InstallPlanFailed", "no such image", "False")]}),
        ("Progressing", "the install plan is not approved or not done yet"),
    ),
    "the catalog is out of reach": (
        subscription({"conditions": [olm("CatalogSourcesUnhealthy", "connection refused")]}),
        ("Progressing", "connection refused"),
    ),
    "nothing in the catalog fits": (
        subscription({"conditions": [olm("ResolutionFailed")]}),
        ("Progressing", "ResolutionFailed"),
    ),
    "no version in git": (subscription({"installedCSV": "operator.v1"}, wanted=""), ("Healthy", "")),
    "no version in git, and one waits": (
        subscription({"installedCSV": "operator.v1", "conditions": [_WAITS]}, wanted=""),
        ("Progressing", "the install plan is not approved or not done yet"),
    ),
}


@pytest.mark.parametrize(("obj", "expected"), SUBSCRIPTIONS.values(), ids=SUBSCRIPTIONS)
def test_subscription(obj: JsonObject, expected: tuple[str, str]) -> None:
    assert health("operators.coreos.com_Subscription", obj) == expected


DRIVERS: Final = {
    "new": ({"metadata": {}}, ("Progressing", "the GPU operator has not reported yet")),
    "ready": ({"status": {"state": "ready"}}, ("Healthy", "")),
    "not ready": ({"status": {"state": "notReady"}}, ("Progressing", "the driver is not ready yet")),
    "not ready, with its reason": (
        {"status": {"state": "notReady", "conditions": [_ERROR]}},
        ("Progressing", "driver daemonset is not ready"),
    ),
    "not used": (
        {"status": {"state": "disabled"}},
        ("Degraded", "disabled: the ClusterPolicy does not take its drivers from NVIDIADriver objects"),
    ),
}


@pytest.mark.parametrize(("obj", "expected"), DRIVERS.values(), ids=DRIVERS)
def test_nvidia_driver(obj: JsonObject, expected: tuple[str, str]) -> None:
    assert health("nvidia.com_NVIDIADriver", obj) == expected


def device_config(*conditions: JsonObject, observed: int = 2, **parts: JsonObject) -> JsonObject:
    status: JsonObject = {"observedGeneration": observed, "conditions": [*conditions], **parts}
    return {"metadata": {"generation": 2}, "status": status}


def condition(kind: str, status: str, reason: str, message: str = "") -> JsonObject:
    return {"type": kind, "status": status, "reason": reason, "message": message}


_TAKEN_IN: Final = condition("Ready", "True", "OperatorReady")
_NOT_YET: Final = ("Progressing", "the GPU operator has not taken in this configuration yet")
DEVICE_CONFIGS: Final = {
    "new": ({"metadata": {"generation": 1}}, ("Progressing", "the GPU operator has not reported yet")),
    "taken in": (device_config(_TAKEN_IN), ("Healthy", "")),
    "the one before": (device_config(_TAKEN_IN, observed=1), _NOT_YET),
    "refused": (
        device_config(condition("Error", "True", "ValidationError", "bad image"), condition("Ready", "False", "OperatorReady")),
        ("Degraded", "bad image"),
    ),
    "before node feature discovery": (
        device_config(condition("Error", "True", "NoMatchingNodes", "no nodes"), condition("Ready", "False", "NoMatchingNodes")),
        ("Progressing", "no nodes"),
    ),
    "not ready": (device_config(condition("Ready", "False", "x")), _NOT_YET),
    "driver is being built": (
        device_config(_TAKEN_IN, driver={"desiredNumber": 2, "availableNumber": 1}),
        ("Progressing", "driver runs on 1 of 2 nodes"),
    ),
    "plug-in starts": (
        device_config(_TAKEN_IN, driver={"desiredNumber": 2, "availableNumber": 2}, devicePlugin={"desiredNumber": 2}),
        ("Progressing", "devicePlugin runs on 0 of 2 nodes"),
    ),
    "all run": (device_config(_TAKEN_IN, devicePlugin={"desiredNumber": 1, "availableNumber": 1}), ("Healthy", "")),
}


@pytest.mark.parametrize(("obj", "expected"), DEVICE_CONFIGS.values(), ids=DEVICE_CONFIGS)
def test_device_config(obj: JsonObject, expected: tuple[str, str]) -> None:
    assert health("amd.com_DeviceConfig", obj) == expected


def definition(*conditions: JsonObject, **metadata: Json) -> JsonObject:
    return {"metadata": {"name": "things.g.io", **metadata}, "status": {"conditions": [*conditions]}}


_ACCEPTED: Final = condition("NamesAccepted", "True", "NoConflicts", "no conflicts found")
_INSTALLING: Final = condition("Established", "False", "Installing", "the initial names have been accepted")
_ESTABLISHED: Final = condition("Established", "True", "InitialNamesAccepted")
DEFINITIONS: Final = {
    "new": ({"metadata": {}}, ("Progressing", "the API server has not looked at it yet")),
    "names accepted": (definition(_ACCEPTED), ("Progressing", "it is not established yet")),
    "being installed": (definition(_ACCEPTED, _INSTALLING), ("Progressing", "it is not established yet")),
    "established": (definition(_ACCEPTED, _ESTABLISHED), ("Healthy", "")),
    "names of another one": (
        definition(condition("NamesAccepted", "False", "PluralConflict", '"things" is already in use'), _INSTALLING),
        ("Degraded", '"things" is already in use'),
    ),
    "not structural": (
        definition(_ESTABLISHED, condition("NonStructuralSchema", "True", "Violations", "spec: type is required")),
        ("Degraded", "spec: type is required"),
    ),
    "going": (definition(_ESTABLISHED, deletionTimestamp="2026-11-24T12:00:00Z"), ("Progressing", "it is being removed")),
}


@pytest.mark.parametrize(("obj", "expected"), DEFINITIONS.values(), ids=DEFINITIONS)
def test_custom_resource_definition(obj: JsonObject, expected: tuple[str, str]) -> None:
    assert health("apiextensions.k8s.io_CustomResourceDefinition", obj) == expected
