"""What a policy reads of the model that it is given, by its syntax tree: an abstract evaluation of its rule `violation`.

Instead of a value, each term has all places of the input at which the value may stand. A place is *passed* where a reference,
an iteration or a test of its type goes through it. It is read *whole* where its content decides or is shown: it is compared,
given to a built-in function, or becomes part of a set (equal elements of which are one). Evaluation follows assignments,
iteration, comprehensions, rules and functions, also of libraries. What it cannot follow it reports, so that it never reports too
little. Built-in functions get everything whole, but for a few that only pass values on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Policy
from fleetgen.policy.read_values import ANY, INPUT, NOTHING, OTHER, PASSING, Reads, Steps, Value, any_of, words_of
from fleetgen.policy.tree import as_list, as_object, head_of

_ROUNDS: Final = 12
# only whether something is a mapping or a list can be told without its content: a projection has null for all else on the way
_TYPES: Final = frozenset({"is_array", "is_object"})
_ASSIGN: Final = "assign"
_MEMBERS: Final = frozenset({"internal.member_2", "internal.member_3"})
_Env: TypeAlias = dict[str, Value]


def reads_of(policy: Policy, trees: Mapping[str, JsonObject]) -> Reads:
    """What the policy reads. `trees`: path -> syntax tree of libraries and policies."""
    modules = _modules(trees)
    evaluation = _Evaluation(modules)
    evaluation.rule((*("policies", policy.area, policy.rule), "violation"))
    return evaluation.reads


@dataclass(frozen=True, slots=True)
class _Module:
    """The rules of a package by name, and the packages that it imports by their alias."""

    rules: Mapping[str, Sequence[JsonObject]]
    imports: Mapping[str, Steps]


def _modules(trees: Mapping[str, JsonObject]) -> dict[Steps, _Module]:
    modules: dict[Steps, _Module] = {}
    for tree in trees.values():
        package = _path(as_object(tree.get("package")).get("path"))[1:]
        known = modules.get(package, _Module({}, {}))
        rules = {name: [*listed] for name, listed in known.rules.items()}
        for rule in map(as_object, as_list(tree.get("rules"))):
            rules.setdefault(_name(rule), []).append(rule)
        imports = dict(known.imports)
        for each in map(as_object, as_list(tree.get("imports"))):
            path = _path(as_object(each.get("path")).get("value"))
            imports[str(each.get("alias") or path[-1])] = path
        modules[package] = _Module(rules, imports)
    return modules


def _path(parts: Json) -> Steps:
    return tuple(str(as_object(part).get("value")) for part in as_list(parts))


def _name(rule: JsonObject) -> str:
    head = head_of(rule)
    return str(as_object(as_list(head.get("ref"))[0]).get("value")) if head.get("ref") else str(head.get("name"))


class _Evaluation:
    """Of one policy: every rule once, every function once for the same arguments."""

    def __init__(self, modules: Mapping[Steps, _Module]) -> None:
        self.reads = Reads()
        self._modules = modules
        self._known: dict[tuple[Steps, tuple[Value, ...] | None], Value] = {}

    def rule(self, name: Steps, arguments: tuple[Value, ...] | None = None) -> Value:
        """All values of a rule, or of a function with these arguments. There is no recursion in Rego."""
        if (name, arguments) not in self._known:
            self._known[name, arguments] = NOTHING
            result = NOTHING
            for rule in self._modules[name[:-1]].rules[name[-1]]:
                scope = _RuleBody(self, name[:-1])
                branch = rule
                while branch:
                    result |= scope.branch(branch, arguments)
                    branch = as_object(branch.get("else"))
            self._known[name, arguments] = result
        return self._known[name, arguments]

    def module(self, package: Steps) -> _Module:
        return self._modules[package]

    def has(self, name: Steps) -> bool:
        return name[:-1] in self._modules and name[-1] in self._modules[name[:-1]].rules


class _RuleBody:
    """One rule's body: its variables, and the package that names are looked up in."""

    def __init__(self, evaluation: _Evaluation, package: Steps) -> None:
        self._all = evaluation
        self._reads = evaluation.reads
        self._package = package

    def branch(self, rule: JsonObject, arguments: tuple[Value, ...] | None) -> Value:
        """The value of one body: that of a complete rule, or the sets and mappings that a partial one adds to."""
        head = head_of(rule)
        env: _Env = {}
        for pattern, argument in zip(map(as_object, as_list(head.get("args"))), arguments or (), strict=False):
            self._bind(pattern, argument, env)
        self._body(rule.get("body"), env)
        ref = [as_object(part) for part in as_list(head.get("ref"))][1:]
        key, value = as_object(head.get("key")), as_object(head.get("value"))
        if key and not value:
            element = self._term(key, env)
            self._reads.read(element, key)
            result = Value(each=element)
        else:
            result = self._term(value, env) if value else OTHER
        for part in reversed(ref):
            word = self._term(part, env)
            self._reads.read(word, part)
            result = Value(each=result)
        return result

    def _body(self, body: Json, env: _Env) -> None:
        """Bind the variables of all expressions, in whatever order they stand, until nothing changes."""
        expressions = [as_object(each) for each in as_list(body)]
        for _ in range(_ROUNDS):
            before = dict(env)
            for expression in expressions:
                self._expression(expression, env)
            if env == before:
                return
        self._reads.lose(expressions[0], "its variables depend on each other")

    def _expression(self, expression: JsonObject, env: _Env) -> None:
        terms = expression.get("terms")
        if expression.get("with"):
            self._reads.lose(expression, "`with` replaces what is read")
        elif expression.get("negated"):
            self._expression({**expression, "negated": False}, dict(env))
        elif isinstance(terms, list):
            self._reads.read(self._call([as_object(each) for each in terms], env), expression)
        elif "symbols" in as_object(terms):
            for symbol in map(as_object, as_list(as_object(terms).get("symbols"))):
                self._declaration(symbol, env)
        elif "domain" in as_object(terms):
            self._every(as_object(terms), dict(env))
        else:  # false is as good as nothing
            self._reads.read(self._term(as_object(terms), env), as_object(terms))

    def _declaration(self, symbol: JsonObject, env: _Env) -> None:
        """`some x`, which says nothing, or `some k, v in list`."""
        if symbol.get("type") != "call":
            return
        _, *patterns, collection = map(as_object, as_list(symbol.get("value")))
        item = self._reads.step(self._term(collection, env), ANY, collection)
        self._bind(patterns[-1], item, env)
        for key in patterns[:-1]:
            self._bind(key, OTHER, env)

    def _every(self, every: JsonObject, env: _Env) -> None:
        domain = as_object(every.get("domain"))
        item = self._reads.step(self._term(domain, env), ANY, domain)
        self._bind(as_object(every.get("value")), item, env)
        if key := as_object(every.get("key")):
            self._bind(key, OTHER, env)
        self._body(every.get("body"), env)

    def _bind(self, pattern: JsonObject, value: Value, env: _Env) -> None:
        """Give the variables of a pattern their values. A constant in it is compared."""
        match pattern.get("type"):
            case "var":
                name = str(pattern.get("value"))
                env[name] = env.get(name, NOTHING) | value
            case "array":
                for index, inner in enumerate(map(as_object, as_list(pattern.get("value")))):
                    self._bind(inner, self._reads.step(value, str(index), pattern), env)
            case "object":
                for key, inner in (map(as_object, as_list(pair)) for pair in as_list(pattern.get("value"))):
                    steps = [self._reads.step(value, word, pattern) for word in self._keys(key, env)]
                    self._bind(inner, any_of(steps), env)
            case _:
                self._reads.read(value | self._term(pattern, env), pattern)

    def _term(self, term: JsonObject, env: _Env) -> Value:
        kinds: Mapping[str, Callable[[JsonObject, _Env], Value]] = {
            "string": self._string,
            "var": self._head,
            "ref": self._ref,
            "call": self._called,
            "array": self._array,
            "set": self._set,
            "object": self._object,
            **dict.fromkeys(("number", "boolean", "null"), lambda _, __: OTHER),
            **dict.fromkeys(("arraycomprehension", "setcomprehension", "objectcomprehension"), self._comprehension),
        }
        kind = str(term.get("type"))
        return kinds[kind](term, env) if kind in kinds else self._reads.lose(term, f"a term of the type {kind}")

    def _string(self, term: JsonObject, _: _Env) -> Value:
        return Value(words=frozenset({str(term.get("value"))}))

    def _array(self, term: JsonObject, env: _Env) -> Value:
        parts = {str(index): self._term(each, env) for index, each in enumerate(map(as_object, as_list(term.get("value"))))}
        return Value(parts=tuple(sorted(parts.items())))

    def _set(self, term: JsonObject, env: _Env) -> Value:
        return self._elements(map(as_object, as_list(term.get("value"))), env)

    def _called(self, term: JsonObject, env: _Env) -> Value:
        return self._call([as_object(each) for each in as_list(term.get("value"))], env)

    def _elements(self, terms: Iterable[JsonObject], env: _Env) -> Value:
        each = NOTHING
        for term in terms:
            element = self._term(term, env)
            self._reads.read(element, term)
            each |= element
        return Value(each=each)

    def _object(self, term: JsonObject, env: _Env) -> Value:
        result = NOTHING
        for pair in as_list(term.get("value")):
            key, value = map(as_object, as_list(pair))
            part = self._term(value, env)
            for name in self._keys(key, env):
                result |= Value(each=part) if name == ANY else Value(parts=((name, part),))
        return result

    def _comprehension(self, term: JsonObject, outer: _Env) -> Value:
        value, env = as_object(term.get("value")), dict(outer)
        self._body(value.get("body"), env)
        if term.get("type") == "objectcomprehension":
            key = as_object(value.get("key"))
            self._reads.read(self._term(key, env), key)
            return Value(each=self._term(as_object(value.get("value")), env))
        item = as_object(value.get("term"))
        return self._elements([item], env) if term.get("type") == "setcomprehension" else Value(each=self._term(item, env))

    def _keys(self, term: JsonObject, env: _Env) -> Sequence[str]:
        """The keys that a term may be: some words, any, or none. A variable that nothing binds goes through all keys."""
        if term.get("type") == "number":
            return [str(term.get("value"))]
        if term.get("type") == "var" and not self._is_bound(str(term.get("value")), env):
            self._bind(term, OTHER, env)
        value = self._term(term, env)
        self._reads.read(value, term)
        return words_of(value)

    def _is_bound(self, name: str, env: _Env) -> bool:
        return name in env or name == "input" or self._all.has((*self._package, name))

    def _head(self, term: JsonObject, env: _Env) -> Value:
        """What a name means: a variable, the input, or a rule of the package."""
        name = str(term.get("value"))
        if name == "input":
            return INPUT
        if name == "data":
            return self._reads.lose(term, "`data` may be anything; import a library")
        if name not in env and name in self._all.module(self._package).imports:
            return self._lose_import(term, name)
        own = (*self._package, name)
        result = env.get(name, NOTHING)
        return result | self._all.rule(own) if name not in env and self._all.has(own) else result

    def _ref(self, term: JsonObject, env: _Env) -> Value:
        parts = [as_object(part) for part in as_list(term.get("value"))]
        first, rest = parts[0], parts[1:]
        if first.get("type") != "var":
            value = self._term(first, env)
        elif imported := self._imported(parts, env):
            value, rest = self._all.rule(imported), parts[2:]
        elif str(first.get("value")) in self._all.module(self._package).imports and str(first.get("value")) not in env:
            return self._lose_import(term, str(first.get("value")))
        else:
            value = self._head(first, env)
        for part in rest:
            value = any_of([self._reads.step(value, key, part) for key in self._keys(part, env)])
        return value

    def _imported(self, parts: Sequence[JsonObject], env: _Env) -> Steps:
        """The rule or function of a library that a reference begins with."""
        alias = str(parts[0].get("value"))
        package = self._all.module(self._package).imports.get(alias, ())
        if alias in env or package[:2] != ("data", "lib") or len(parts) < 2:
            return ()
        name = (*package[1:], str(parts[1].get("value")))
        return name if self._all.has(name) else ()

    def _lose_import(self, term: JsonObject, name: str) -> Value:
        return self._reads.lose(term, f"`{name}` is imported and no library with that name")

    def _call(self, terms: Sequence[JsonObject], env: _Env) -> Value:
        operator, *arguments = terms
        parts = [as_object(each) for each in as_list(operator.get("value"))]
        name = ".".join(str(part.get("value")) for part in parts)
        own = (*self._package, name)
        function = own if self._all.has(own) else self._imported(parts, env)
        if function:
            return self._all.rule(function, tuple(self._term(each, env) for each in arguments))
        if str(parts[0].get("value")) in {"data", *self._all.module(self._package).imports}:
            return self._ref(operator, {})
        if name == _ASSIGN:
            self._bind(arguments[0], self._term(arguments[1], env), env)
            return OTHER
        values = [self._term(each, env) for each in arguments]
        if passing := PASSING.get(name):
            return passing(self._reads, values, arguments)
        if name in _TYPES:
            return OTHER
        for value, argument in zip(values, arguments, strict=True):
            self._reads.read(value, argument)
            if argument.get("type") in {"var", "array"} and name not in _MEMBERS:
                self._outputs(argument, env)
        return OTHER

    def _outputs(self, pattern: JsonObject, env: _Env) -> None:
        """Variables that a statement such as `walk(x, [path, value])` or `[a] = f(x)` binds: to parts of what is read whole."""
        for inner in map(as_object, as_list(pattern.get("value"))) if pattern.get("type") == "array" else [pattern]:
            if inner.get("type") == "array":
                self._outputs(inner, env)
            elif inner.get("type") == "var" and not self._is_bound(str(inner.get("value")), env):
                self._bind(inner, OTHER, env)
