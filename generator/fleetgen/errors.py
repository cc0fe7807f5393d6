"""The error tree: every failure carries findings, and each class has its own exit code, kept here so that they stay unique."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from fleetgen.model.finding import Finding
from fleetgen.model.place import Place


class FleetgenError(Exception):
    """Base of all expected failures. `findings` holds everything that was found, sorted."""

    exit_code: ClassVar[int] = 3

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        several = (findings,) if isinstance(findings, Finding) else tuple(findings)
        self.findings = tuple(sorted(several, key=Finding.sort_key))
        super().__init__("\n".join(f"{f.place or ''}: {f.code}: {f.message}" for f in self.findings))

    def __reduce__(self) -> tuple[object, ...]:
        """How it comes back from another machine."""
        return type(self), (self.findings,)


class GateFailed(FleetgenError):
    """The built manifests or the fleet break a policy, or two things that must be equal differ."""

    exit_code = 1


class InputError(FleetgenError):
    """The user wrote something that cannot be used: inventory, template, policy, option."""

    exit_code = 2


class ToolError(FleetgenError):
    """A tool is missing, of the wrong version, or crashed."""

    exit_code = 3


class EvaluationFailed(ToolError):
    """One rule of the policies failed while it was evaluated, and took the answers about all others with it."""

    def __init__(self, place: Place, reason: str) -> None:
        self.place = place
        self.reason = reason
        fix = "correct the rule; a complete rule must have one value for every input"
        super().__init__(problem("E0809", f"the policies cannot be evaluated: {reason}", fix=fix, place=place))

    def __reduce__(self) -> tuple[object, ...]:
        """How it comes back from another machine."""
        return type(self), (self.place, self.reason)


class LockedError(FleetgenError):
    """Another run holds the repository, or a branch moved while we were publishing."""

    exit_code = 4


def problem(code: str, message: str, *, fix: str = "", place: Place | None = None) -> Finding:
    """An error finding with a code of `CODES`; an unknown code is a bug and raises KeyError."""
    CODES[code]
    return Finding(code=code, message=message, fix=fix, place=place)


# Stable: a code keeps its meaning for ever. Each has a page in answers/pages/, which `fleetgen explain E0101` prints.
CODES: dict[str, str] = {
    # reading files
    "E0101": "a file is not valid YAML",
    "E0102": "a mapping has the same key twice",
    "E0103": "a plain YAML scalar that YAML 1.1 and 1.2 read differently",
    "E0104": "anchors and aliases expand to too many values, or the nesting is too deep",
    "E0105": "a YAML tag is used",
    "E0106": "a file cannot be read, is not UTF-8, or is too large",
    "E0107": "a path or a symbolic link leaves the repository",
    # documents
    "E0201": "a document has an unknown kind or apiVersion",
    "E0202": "an unknown key",
    "E0203": "a value of the wrong type or outside its limits",
    "E0204": "a required key is missing",
    "E0205": "two documents of the same kind and name",
    "E0206": "a document lies in a folder that contradicts it",
    "E0207": "a file has no document",
    # references between documents
    "E0301": "a reference to something that does not exist",
    "E0303": "a group matches a cluster but its environment does not list it",
    "E0304": "a layer sets something for a component or instance that does not exist",
    "E0305": "nothing is left to do: the selection or the fleet is empty",
    "E0306": "documents contradict each other",
    "E0307": "a node pool has a setting that its card or its distribution does not allow",
    # variants
    "E0401": "a name cannot be used as a path token",
    "E0402": "two tokens of variant names clash",
    "E0403": "a variant's name or path is too long",
    # settings and templates
    "E0501": "a setting breaks the component's schema",
    "E0502": "a template uses something that is not defined",
    "E0503": "a template is broken or does not render to YAML",
    "E0504": "a patch, replacement or image override matches nothing",
    "E0505": "a kustomization uses something that is not allowed",
    "E0506": "a component.yaml or component folder is broken",
    "E0507": "a component does not support a cluster",
    "E0508": "a component has no release of that version",
    "E0509": "what the catalog knows is old or contradicts itself",
    # build
    "E0601": "kustomize refused what was rendered",
    "E0602": "a built manifest is not a Kubernetes object",
    "E0603": "an object breaks the schema of its kind",
    "E0604": "an object is of a kind or version that its cluster does not serve",
    "E0605": "kinds were not validated for lack of a schema",
    "E0606": "there are no schemas of a cluster's Kubernetes version",
    "E0607": "the schemas that fleetgen.toml names cannot be used",
    # composition
    "E0701": "a requirement of a component is not met",
    "E0702": "two units of a cluster define the same object",
    "E0703": "an object changes its owner",
    "E0704": "a unit's namespace is not provided",
    "E0705": "a unit has no version, or a name that is reserved",
    "E0706": "an object that must outlive its unit is not guarded against pruning",
    "E0707": "a unit renders a cluster-scoped kind that its component does not declare",
    "E0708": "a rule or dashboard uses a metric that the cluster's exporter does not export",
    "E0709": "two components of a cluster have settings that do not fit together",
    "E0710": "a namespace does not admit the pods of a unit",
    "E0711": "the quota of a namespace is less than its units ask for",
    # gate
    "E0801": "a policy or constraint is broken",
    "E0802": "a required policy evaluated nothing",
    "E0803": "a waiver is broken, expired or unused",
    "E0804": "the gate's coverage does not add up",
    "E0805": "a required policy has no constraint",
    "E0806": "a waiver or an enforcement document has the wrong owner",
    "E0807": "a stage of enforcement is due",
    "E0808": "a change loosens the rules",
    "E0809": "a policy fails while it is evaluated",
    # policies while they are written
    "E0811": "a test of a policy fails",
    "E0812": "a line of a policy is reached by no test",
    "E0813": "opa refuses the Rego: it is wrong, or an engine of the fleet does not support it",
    "E0814": "regal reports a problem in the Rego",
    "E0815": "a file of Rego is not formatted",
    "E0816": "Rego has another meaning in a cluster, or is refused there",
    "E0817": "a complete rule has two bodies",
    "E0818": "a policy lacks a passing, a failing or a malformed test",
    "E0819": "the gate and Gatekeeper judge an object differently",
    "E0820": "the two gates cannot be compared on a policy",
    "E0821": "a policy and its tests disagree about the codes of its rules",
    "E0822": "a policy reads facts that it does not declare, or declares facts that it does not read",
    # output and git
    "E0901": "output/ differs from its inputs",
    "E0902": "a guard refused to remove units or clusters",
    "E0903": "git refused, or the repository is in a state that cannot be published",
    "E0904": "the branch moved while publishing",
    "E0905": "another run holds the lock",
    "E0906": "inputs are not committed",
    "E0907": "output/ cannot be written",
    "E0908": "running sites cannot take a change in one step",
    # import
    "E1001": "an import mapping is broken",
    "E1002": "a row cannot be imported",
    "E1003": "two rows result in the same name",
    # tools and usage
    "E1101": "a tool is missing or cannot be built",
    "E1102": "a tool has the wrong version",
    "E1103": "a tool crashed or gave an answer that cannot be used",
    "E1201": "a wrong option or argument",
    "E1202": "fleetgen.toml is missing or broken",
    "E1203": "this version of fleetgen is not the one that the repository requires",
    "E1204": "a file or folder exists already",
    "E1205": "the system refuses a file or folder: no space, no permission, read-only",
    # rehearsal
    "E1301": "a process of the rehearsed site did not start or ended by itself",
    "E1302": "the rehearsed site did not reach the committed state",
    "E1303": "the rehearsed site differs from what is committed",
    "E1304": "the API server refused a request of the rehearsal",
    "E1305": "the rehearsal lacks something it needs: ports, an optional Python package, a committed tree",
    # work on other machines
    "E1401": "the cluster for --executor cannot be used: a missing Python package, a wrong address, no workers",
    "E1402": "a worker differs from this machine",
    "E1403": "work on another machine failed or was lost",
}

# Codes that nothing raises any more, with the reason. None is used again.
RETIRED: dict[str, str] = {
    "E0302": "references between documents cannot form a cycle",
}
