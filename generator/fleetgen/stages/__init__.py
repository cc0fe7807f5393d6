"""The stages from files to a gated result. Each is `value -> value`; they never import each other.

Depends on policy, catalog, provenance, schemas, yamlfile, errors and model.
"""
