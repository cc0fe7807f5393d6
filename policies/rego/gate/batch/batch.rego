# METADATA
# title: Targets of an input
# description: |
#   Turns the input into targets: the objects themselves and the Pods that they would create, each with the facts that matchers
#   read. An input is a GateBatch (many objects, each with its policy set and Namespace) or one plain Kubernetes object.
#   What cannot be a target is a problem: nothing is left out in silence.
package gate.batch

import data.gate.expansion
import data.gate.result

# "not input.kind in {...}" would be undefined, not true, for an input without a kind: decide on a value that always exists
kind := object.get(input, "kind", "") if is_object(input)

kind := "" if not is_object(input)

items := input.items if {
	kind == "GateBatch"
	is_array(input.items)
}

items := [] if {
	kind == "GateBatch"
	not is_array(object.get(input, "items", null))
}

items := [] if kind == "FleetModel"

items := [{"id": "", "policySet": _default_set, "namespace": null, "object": input}] if {
	not kind in {"GateBatch", "FleetModel"}
}

default _default_set := null

_default_set := data.gate["default"]

# the record of what was seen; duplicates stay, so that the caller can count
ids := [_id(item) | some item in items]

targets := [target |
	some item in items
	not _id(item) in _refused
	namespace := _namespace_object(item)
	some form in _forms(item.object)
	target := _target(item, form, namespace)
]

# A safety net: whatever the reason, an item that is neither refused nor a target must not pass.
overlooked contains result.problem(id, "E0804", "the item was not evaluated") if {
	some id in ids
	not id in _refused
	not id in _seen
}

_seen contains target.id if some target in targets

_refused contains problem.id if some problem in problems

problems contains result.problem("", "E0804", "the batch has no list of items") if {
	kind == "GateBatch"
	not is_array(object.get(input, "items", null))
}

problems contains result.problem("", "E0804", "an item of the batch has no id") if {
	some item in items
	not _has_id(item)
}

problems contains result.problem(_id(item), "E0804", msg) if {
	some item in items
	not _has_set(item)
	msg := sprintf("unknown policy set %v", [object.get(item, "policySet", null)])
}

problems contains result.problem(_id(item), "E0804", sprintf("no Namespace object with the key %v", [item.namespace])) if {
	some item in items
	_has_namespace(item)
	not _is_given(item.namespace)
}

problems contains result.problem(_id(item), "E0804", msg) if {
	some item in items
	own := item.object.metadata.namespace
	given := input.namespaces[item.namespace].metadata.name
	own != given
	msg := sprintf("the namespace is %v, the given Namespace object is %v", [own, given])
}

problems contains result.problem(_id(item), "E0602", sprintf("not a Kubernetes object: %s", [_excerpt(item)])) if {
	some item in items
	not _is_kubernetes_object(item)
}

problems contains result.problem(_id(item), "E0602", msg) if {
	some item in items
	is_array(item.object.items)
	endswith(item.object.kind, "List")
	msg := sprintf("a %s must be unpacked before it is checked", [item.object.kind])
}

problems contains result.problem(_id(item), "E0602", sprintf("no usable pod template at %s", [concat(".", path)])) if {
	some item in items
	_is_kubernetes_object(item)
	path := expansion.template_path(item.object, _group_kind(item.object))
	not expansion.pod(item.object, path)
}

_id(item) := item.id if _has_id(item)

_id(item) := "" if not _has_id(item)

_has_id(item) if is_string(item.id)

# A built-in called on something undefined is undefined itself, and so is its negation: hence predicates for `not`.
_has_set(item) if is_object(data.plan[item.policySet])

_is_given(key) if _is_text(input.namespaces[key].metadata.name)

_has_namespace(item) if object.get(item, "namespace", null) != null

_excerpt(item) := substring(json.marshal(object.get(item, "object", null)), 0, 80)

_is_kubernetes_object(item) if {
	o := item.object
	_is_text(o.apiVersion)
	_is_text(o.kind)
	is_object(o.metadata)
	_is_name(object.get(o.metadata, "name", null))
	_is_name(object.get(o.metadata, "generateName", null))
	_is_name(object.get(o.metadata, "namespace", null))
	_is_labels(object.get(o.metadata, "labels", null))
	_has_name(o.metadata)
}

_has_name(metadata) if _is_text(metadata.name)

_has_name(metadata) if _is_text(metadata.generateName)

_is_text(value) if {
	is_string(value)
	value != ""
}

_is_name(null)

_is_name(value) if is_string(value)

_is_labels(null)

_is_labels(value) if is_object(value)

# an object, and the Pod that it would create
_forms(o) := array.concat([{"object": o, "source": "Original", "prefix": "", "template": []}], [form |
	path := expansion.template_path(o, _group_kind(o))
	form := {
		"object": expansion.pod(o, path),
		"source": "Generated",
		"prefix": sprintf("[Implied by expand-%s] ", [lower(o.kind)]),
		"template": path,
	}
])

_target(item, form, namespace_object) := {
	"id": _id(item),
	"set": item.policySet,
	"source": form.source,
	"prefix": form.prefix,
	"template": form.template,
	"group_kind": _group_kind(o),
	"labels": _or_empty(o.metadata, "labels"),
	"name": object.get(o.metadata, "name", ""),
	"generate_name": object.get(o.metadata, "generateName", ""),
	"namespaced": namespaced,
	"namespace": _subject(is_namespace, o, namespace),
	"namespace_labels": _namespace_labels(is_namespace, o, namespace_object),
	"review": {
		"object": o,
		"name": object.get(o.metadata, "name", ""),
		"namespace": object.get(o.metadata, "namespace", ""),
		"kind": {"group": _group(o.apiVersion), "version": _version(o.apiVersion), "kind": o.kind},
	},
} if {
	o := form.object
	is_namespace := _group_kind(o) == "/Namespace"
	namespace := _namespace(o, namespace_object)
	namespaced := [is_namespace, namespace == null] == [false, false]
}

_group_kind(o) := sprintf("%s/%s", [_group(o.apiVersion), o.kind])

_group(api_version) := split(api_version, "/")[0] if contains(api_version, "/")

_group(api_version) := "" if not contains(api_version, "/")

_version(api_version) := regex.replace(api_version, `^.*/`, "")

_namespace_object(item) := input.namespaces[item.namespace] if _has_namespace(item)

_namespace_object(item) := null if not _has_namespace(item)

_namespace(_, namespace_object) := namespace_object.metadata.name

_namespace(o, null) := o.metadata.namespace if _is_text(o.metadata.namespace)

_namespace(o, null) := null if not _is_text(object.get(o.metadata, "namespace", ""))

# namespace matchers look at the name and labels of a Namespace itself
_subject(true, o, _) := o.metadata.name

_subject(false, _, namespace) := namespace

_namespace_labels(true, o, _) := _or_empty(o.metadata, "labels")

_namespace_labels(false, _, null) := null

_namespace_labels(false, _, namespace_object) := _or_empty(namespace_object.metadata, "labels")

_or_empty(metadata, key) := object.get(metadata, key, null) if is_object(object.get(metadata, key, null))

_or_empty(metadata, key) := {} if not is_object(object.get(metadata, key, null))
