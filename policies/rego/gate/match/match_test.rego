package gate.match_test

import data.gate.match

_config_map := {
	"review": {"kind": {"group": "", "version": "v1", "kind": "ConfigMap"}},
	"source": "Original",
	"labels": {"app": "a", "tier": "x"},
	"name": "settings",
	"generate_name": "",
	"namespaced": true,
	"namespace": "ml",
	"namespace_labels": {"team": "ml"},
}

_generated := object.union(_config_map, {"name": "other", "generate_name": "gen-", "source": "Generated"})

_cluster_role := object.union(_config_map, {
	"review": {"kind": {"group": "rbac.authorization.k8s.io", "version": "v1", "kind": "ClusterRole"}},
	"namespaced": false,
	"namespace": null,
	"namespace_labels": null,
})

_namespace := object.union(_config_map, {
	"review": {"kind": {"group": "", "version": "v1", "kind": "Namespace"}},
	"namespaced": false,
	"namespace": "ml",
	"namespace_labels": {"team": "ml"},
})

_in_unknown_namespace := object.union(_config_map, {"namespace": "unknown", "namespace_labels": null})

_ml := {"matchLabels": {"team": "ml"}}

_other := {"matchLabels": {"team": "other"}}

# name -> [match, target]
_holding := {
	"nothing given": [{}, _config_map],
	"kind and group listed": [{"kinds": [{"apiGroups": [""], "kinds": ["ConfigMap"]}]}, _config_map],
	"missing lists match any": [{"kinds": [{}]}, _config_map],
	"star matches any": [{"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}, _config_map],
	"one entry is enough": [{"kinds": [{"kinds": ["Pod"]}, {"kinds": ["ConfigMap"]}]}, _config_map],
	"cluster scope": [{"scope": "Cluster"}, _cluster_role],
	"a Namespace counts as cluster scope": [{"scope": "Cluster"}, _namespace],
	"namespaced scope": [{"scope": "Namespaced"}, _config_map],
	"namespace": [{"namespaces": ["other", "ml"]}, _config_map],
	"namespace with star behind": [{"namespaces": ["m*"]}, _config_map],
	"namespace with star in front": [{"namespaces": ["*l"]}, _config_map],
	"namespace with two stars": [{"namespaces": ["*ml*"]}, _config_map],
	"namespaces do not disqualify cluster scope": [{"namespaces": ["ml"]}, _cluster_role],
	"excluded namespaces do not disqualify cluster scope": [{"excludedNamespaces": ["*"]}, _cluster_role],
	"a Namespace by its own name": [{"namespaces": ["ml"]}, _namespace],
	"not excluded": [{"excludedNamespaces": ["other"]}, _config_map],
	"labels": [{"labelSelector": {"matchLabels": {"app": "a"}}}, _config_map],
	"empty selector": [{"labelSelector": {}}, _config_map],
	"In": [{"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["x"]}]}}, _config_map],
	"NotIn": [{"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["y"]}]}}, _config_map],
	"NotIn, no key": [{"labelSelector": {"matchExpressions": [{"key": "no", "operator": "NotIn", "values": ["y"]}]}}, _config_map],
	"Exists": [{"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}}, _config_map],
	"DoesNotExist": [{"labelSelector": {"matchExpressions": [{"key": "no", "operator": "DoesNotExist"}]}}, _config_map],
	"labels of the namespace": [{"namespaceSelector": _ml}, _config_map],
	"a Namespace by its own labels": [{"namespaceSelector": _ml}, _namespace],
	"no namespace selector disqualifies cluster scope": [{"namespaceSelector": _other}, _cluster_role],
	"name": [{"name": "settings"}, _config_map],
	"name with star": [{"name": "set*"}, _config_map],
	"generated name": [{"name": "gen-*"}, _generated],
	"two stars in a name": [{"name": "*tin*"}, _config_map],
	"source": [{"source": "Generated"}, _generated],
}

_not_holding := {
	"other kind": [{"kinds": [{"kinds": ["Pod"]}]}, _config_map],
	"other group": [{"kinds": [{"apiGroups": ["v1"], "kinds": ["ConfigMap"]}]}, _config_map],
	"kinds are case-sensitive": [{"kinds": [{"kinds": ["configmap"]}]}, _config_map],
	"no globs in groups": [{"kinds": [{"apiGroups": ["rbac*"]}]}, _cluster_role],
	"cluster scope": [{"scope": "Cluster"}, _config_map],
	"namespaced scope, cluster-scoped": [{"scope": "Namespaced"}, _cluster_role],
	"namespaced scope, Namespace": [{"scope": "Namespaced"}, _namespace],
	"other namespace": [{"namespaces": ["other"]}, _config_map],
	"excluded": [{"excludedNamespaces": ["m*"]}, _config_map],
	"excluded Namespace": [{"excludedNamespaces": ["ml"]}, _namespace],
	"all conditions must hold": [{"namespaces": ["ml"], "name": "other"}, _config_map],
	"labels": [{"labelSelector": {"matchLabels": {"app": "b"}}}, _config_map],
	"In": [{"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["y"]}]}}, _config_map],
	"In, no key": [{"labelSelector": {"matchExpressions": [{"key": "no", "operator": "In", "values": ["y"]}]}}, _config_map],
	"NotIn": [{"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]}]}}, _config_map],
	"Exists": [{"labelSelector": {"matchExpressions": [{"key": "no", "operator": "Exists"}]}}, _config_map],
	"DoesNotExist": [{"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}}, _config_map],
	"unknown operator": [{"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "Like"}]}}, _config_map],
	"labels of the namespace": [{"namespaceSelector": _other}, _config_map],
	"unknown namespace": [{"namespaceSelector": _ml}, _in_unknown_namespace],
	"name": [{"name": "other"}, _config_map],
	"generated name without star": [{"name": "gen-"}, _generated],
	"source": [{"source": "Generated"}, _config_map],
	"unknown matcher": [{"namspaces": ["ml"]}, _config_map],
}

test_holds[name] if {
	some name, [matcher, target] in _holding
	match.holds(matcher, target)
}

test_does_not_hold[name] if {
	some name, [matcher, target] in _not_holding
	not match.holds(matcher, target)
}

test_undecidable_without_namespace_object if {
	match.undecidable({"namespaceSelector": _ml}, _in_unknown_namespace)
	match.undecidable({"namespaceSelector": _ml, "namespaces": ["unknown"]}, _in_unknown_namespace)
}

# Gatekeeper gives up before it looks at the name and the source
test_undecidable_whatever_the_name if {
	match.undecidable({"namespaceSelector": _ml, "name": "other", "source": "Generated"}, _in_unknown_namespace)
}

test_decidable if {
	not match.undecidable({"namespaceSelector": _ml}, _config_map)
	not match.undecidable({"namespaceSelector": _ml}, _cluster_role)
	not match.undecidable({"namespaceSelector": _ml}, _namespace)
	not match.undecidable({"namespaceSelector": _ml, "namespaces": ["ml"]}, _in_unknown_namespace)
	not match.undecidable({"namespaces": ["unknown"]}, _in_unknown_namespace)
}
