# METADATA
# title: Gatekeeper's match
# description: |
#   Decides whether a constraint applies to a target, as Gatekeeper does. A match holds only the matchers that are given:
#   the plan leaves out empty and neutral ones, and the index of the plan has decided most `kinds` already.
#   A matcher that this package does not know never holds; gate.batch reports it, so that it cannot open the gate.
package gate.match

known := {"kinds", "scope", "namespaces", "excludedNamespaces", "labelSelector", "namespaceSelector", "name", "source"}

# Gatekeeper looks at the namespaceSelector before name and source: without the Namespace object it cannot decide.
undecidable_without := {"namespaceSelector", "name", "source"}

holds(match, target) if {
	every matcher, value in match {
		_holds(matcher, value, target)
	}
}

# The constraint would apply if only the Namespace object were known.
undecidable(match, target) if {
	match.namespaceSelector
	target.namespaced
	target.namespace_labels == null
	holds(object.remove(match, undecidable_without), target)
}

# one entry must match kind and group; in an entry a missing list and `*` match everything
_holds("kinds", value, target) if {
	some entry in value
	_lists(object.get(entry, "kinds", []), target.review.kind.kind)
	_lists(object.get(entry, "apiGroups", []), target.review.kind.group)
}

_holds("scope", "Cluster", target) if not target.namespaced

_holds("scope", "Namespaced", target) if target.namespaced

# cluster-scoped objects are never disqualified by a namespace
_holds("namespaces", _, target) if target.namespace == null

_holds("namespaces", value, target) if _any_glob(value, target.namespace)

_holds("excludedNamespaces", _, target) if target.namespace == null

_holds("excludedNamespaces", value, target) if not _any_glob(value, target.namespace)

_holds("labelSelector", value, target) if _selects(value, target.labels)

_holds("namespaceSelector", value, target) if _selects(value, target.namespace_labels)

_holds("namespaceSelector", _, target) if target.namespace == null

_holds("name", value, target) if _glob(value, target.name)

_holds("name", value, target) if {
	endswith(value, "*")
	_glob(value, target.generate_name)
}

_holds("source", value, target) if value == target.source

_lists(values, _) if count(values) == 0

_lists(values, _) if "*" in values

_lists(values, value) if value in values

_any_glob(patterns, text) if {
	some pattern in patterns
	_glob(pattern, text)
}

# `*` counts at the two ends only, and matches the empty text
_glob(pattern, text) if pattern == text

_glob(pattern, text) if {
	startswith(pattern, "*")
	endswith(pattern, "*")
	contains(text, trim_suffix(trim_prefix(pattern, "*"), "*"))
}

_glob(pattern, text) if {
	startswith(pattern, "*")
	endswith(text, trim_prefix(pattern, "*"))
}

_glob(pattern, text) if {
	endswith(pattern, "*")
	startswith(text, trim_suffix(pattern, "*"))
}

_selects(selector, labels) if {
	is_object(labels)
	every key, value in object.get(selector, "matchLabels", {}) {
		labels[key] == value
	}
	every expression in object.get(selector, "matchExpressions", []) {
		_expression(expression.operator, expression, labels)
	}
}

_expression("In", expression, labels) if labels[expression.key] in expression.values

# a missing key satisfies the negative operators
_expression("NotIn", expression, labels) if not object.get(labels, expression.key, null) in expression.values

_expression("Exists", expression, labels) if expression.key in object.keys(labels)

_expression("DoesNotExist", expression, labels) if not expression.key in object.keys(labels)
