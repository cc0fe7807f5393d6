# METADATA
# title: Targets of an input
# description: |
#   Turns the input into targets: the objects themselves and the Pods that they would create, each with the facts that matchers
#   read. An input is a GateBatch (many objects, each with its policy set and Namespace) or one plain Kubernetes object.
#   A List stands for its items: each is judged by itself, and results name its place in the List.
#   What cannot be a target is a problem: nothing is left out in silence.
package gate.batch

import data.gate.expansion
import data.gate.result
import data.lib.containers

# "not input.kind in {...}" would be undefined, not true, for an input without a kind: decide on a value that always exists
kind := object.get(input, "kind", "") if is_object(input)

kind := "" if not is_object(input)

_given := input.items if {
	kind == "GateBatch"
	is_array(input.items)
}

_given := [] if {
	kind == "GateBatch"
	not is_array(object.get(input, "items", null))
}

_given := [] if kind == "GateModels"

_given := [{"id": "", "policySet": _default_set, "namespace": null, "object": input}] if {
	not kind in {"GateBatch", "GateModels"}
}

default _default_set := null

_default_set := data.gate["default"]

# the record of what was seen; duplicates stay, so that the caller can count
ids := [_id(item) | some item in _given]

# what is judged: the items, and in place of a List what it holds
items := array.concat([item | some item in _given; not _holds_list(item)], [element |
	some item in _given
	_holds_list(item)
	some index, o in item.object.items
	element := {
		"id": object.get(item, "id", null),
		"policySet": object.get(item, "policySet", null),
		"namespace": _namespace_key(item, o),
		"object": o,
		"within": ["items", index],
	}
])

_holds_list(item) if _is_list(item.object)

# The Namespace that was given for the List, if it is that of the element; else the only one of that name.
_namespace_key(item, o) := item.namespace if {
	input.namespaces[item.namespace].metadata.name == o.metadata.namespace
} else := key if {
	[key] = [key | some key, namespace in input.namespaces; namespace.metadata.name == o.metadata.namespace]
} else := null

# objects and the Pods that they would create
forms := [{"item": item, "form": form} |
	some item in items
	_is_sound(item)
	some form in _forms(item.object)
]

# Most objects are of a kind that no policy asks for; preparing them would be half of the work.
targets := [_target(entry.item, entry.form) |
	some entry in forms
	_is_wanted(_wanted[entry.item.policySet], entry.form.group_kind)
]

_wanted[set] contains key if {
	some set, rules in data.plan
	some rule in ["deny", "warn"]
	some key, _ in rules[rule]
}

_is_wanted(keys, group_kind) if group_kind in keys

_is_wanted(keys, _) if "*" in keys

# Asked of every item, so it is one function; which of its conditions fails is only asked of the items that are not sound.
_is_sound(item) if {
	is_string(item.id)
	is_object(data.plan[item.policySet])
	not _has_namespace_problem(item)
	_is_kubernetes_object(item.object)
	not _is_list(item.object)
	not _is_broken_list(item.object)
	not _lacks_template(item.object)
}

_unsound := [item | some item in items; not _is_sound(item)]

problems contains result.problem("", "E0804", "the batch has no list of items") if {
	kind == "GateBatch"
	not is_array(object.get(input, "items", null))
}

problems contains result.problem("", "E0804", "an item of the batch has no id") if {
	some item in _unsound
	not _has_id(item)
}

problems contains result.problem(_id(item), "E0804", msg) if {
	some item in _unsound
	not _has_set(item)
	msg := sprintf("unknown policy set %v", [object.get(item, "policySet", null)])
}

problems contains result.problem(_id(item), "E0804", msg) if {
	some item in _unsound
	_lacks_namespace(item)
	msg := sprintf("no Namespace object with the key %v", [item.namespace])
}

problems contains result.problem(_id(item), "E0804", msg) if {
	some item in _unsound
	_is_elsewhere(item)
	shown := [item.object.metadata.namespace, input.namespaces[item.namespace].metadata.name]
	msg := sprintf("the namespace is %v, the given Namespace object is %v", shown)
}

problems contains result.problem(_id(item), "E0602", msg) if {
	some item in _unsound
	value := object.get(item, "object", null)
	not _is_kubernetes_object(value)
	msg := sprintf("not a Kubernetes object: %s", [substring(json.marshal(value), 0, 80)])
}

problems contains result.problem(_id(item), "E0602", msg) if {
	some item in _unsound
	_is_list(item.object)
	msg := sprintf("%s: a List in a List", [concat("", ["items[", format_int(item.within[1], 10), "]"])])
}

problems contains result.problem(_id(item), "E0602", "items of the List is not a list") if {
	some item in _unsound
	_is_broken_list(item.object)
}

problems contains result.problem(_id(item), "E0602", msg) if {
	some item in _unsound
	_lacks_template(item.object)
	path := expansion.template_path(item.object, _group_kind(item.object))
	msg := sprintf("no usable pod template at %s", [concat(".", path)])
}

# A container that is hidden from the policies by its form would pass them all.
problems contains result.problem(target.id, "E0602", msg) if {
	some target in targets
	target.group_kind == "/Pod"
	some reason in containers.malformed(target.review.object)
	msg := concat("", [target.prefix, reason])
}

# A safety net: whatever the reason, an item that is neither a target nor a problem must not pass.
overlooked contains result.problem(_id(item), "E0804", "the item was not evaluated") if {
	some item in items
	not _place(item) in _formed
	not _id(item) in _refused
}

_formed contains _place(entry.item) if some entry in forms

_refused contains problem.id if some problem in problems

# two elements of one List share its id
_place(item) := [_id(item), object.get(item, "within", [])]

_id(item) := item.id if _has_id(item)

_id(item) := "" if not _has_id(item)

# A built-in called on something undefined is undefined itself, and so is its negation: hence predicates for `not`.
_has_id(item) if is_string(item.id)

_has_set(item) if is_object(data.plan[item.policySet])

_has_namespace(item) if object.get(item, "namespace", null) != null

_has_namespace_problem(item) if _lacks_namespace(item)

_has_namespace_problem(item) if _is_elsewhere(item)

_lacks_namespace(item) if {
	_has_namespace(item)
	not _is_given(item.namespace)
}

_is_given(key) if _is_text(input.namespaces[key].metadata.name)

_is_elsewhere(item) if item.object.metadata.namespace != input.namespaces[item.namespace].metadata.name

_is_list(o) if {
	is_array(o.items)
	endswith(o.kind, "List")
}

_is_broken_list(o) if {
	o.kind == "List"
	not _is_list(o)
}

_lacks_template(o) if {
	path := expansion.template_path(o, _group_kind(o))
	not expansion.pod(o, path)
}

_is_kubernetes_object(o) if {
	_is_text(o.apiVersion)
	_is_text(o.kind)
	is_object(o.metadata)
	_has_name(o.metadata)
	type_name(object.get(o.metadata, "namespace", null)) in {"null", "string"}
	type_name(object.get(o.metadata, "generateName", null)) in {"null", "string"}
	type_name(object.get(o.metadata, "labels", null)) in {"null", "object"}
}

_has_name(metadata) if _is_text(metadata.name)

_has_name(metadata) if _is_text(metadata.generateName)

_is_text(value) if {
	is_string(value)
	value != ""
}

# an object, and the Pod that it would create
_forms(o) := array.concat([object.union(result.original, {"object": o, "group_kind": group_kind})], [form |
	path := expansion.template_path(o, group_kind)
	form := {
		"group_kind": "/Pod",
		"object": expansion.pod(o, path),
		"source": "Generated",
		"prefix": sprintf("[Implied by expand-%s] ", [lower(o.kind)]),
		"template": path,
	}
]) if {
	group_kind := _group_kind(o)
}

# What matchers and policies read of an object. Namespace matchers look at the name and labels of a Namespace itself.
_target(item, form) := {
	"id": item.id,
	"set": item.policySet,
	"source": form.source,
	"prefix": form.prefix,
	"template": array.concat(object.get(item, "within", []), form.template),
	"group_kind": form.group_kind,
	"labels": _or_empty(object.get(o.metadata, "labels", null)),
	"name": name,
	"generate_name": object.get(o.metadata, "generateName", ""),
	"namespaced": namespace.namespaced,
	"namespace": namespace.name,
	"namespace_labels": namespace.labels,
	"review": {
		"object": o,
		"name": name,
		"namespace": object.get(o.metadata, "namespace", ""),
		"kind": {"group": group, "version": parts[count(parts) - 1], "kind": o.kind},
	},
} if {
	o := form.object
	parts := split(o.apiVersion, "/")
	group := concat("/", array.slice(parts, 0, count(parts) - 1))
	name := object.get(o.metadata, "name", "")
	namespace := _namespace([group, o.kind], o, item)
}

_group_kind(o) := concat("/", [concat("/", array.slice(parts, 0, count(parts) - 1)), o.kind]) if {
	parts := split(o.apiVersion, "/")
}

_namespace(kind_of, o, item) := {
	"namespaced": false,
	"name": object.get(o.metadata, "name", ""),
	"labels": _or_empty(object.get(o.metadata, "labels", null)),
} if {
	kind_of == ["", "Namespace"]
} else := {"namespaced": true, "name": given.name, "labels": _or_empty(object.get(given, "labels", null))} if {
	given := input.namespaces[item.namespace].metadata
} else := {"namespaced": true, "name": o.metadata.namespace, "labels": null} if {
	_is_text(o.metadata.namespace)
} else := {"namespaced": false, "name": null, "labels": null}

_or_empty(labels) := labels if is_object(labels)

_or_empty(labels) := {} if not is_object(labels)
