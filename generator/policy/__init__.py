"""Policies as data: METADATA, constraints, the plan of the gate, waivers. Pure; depends on schemas, yamlfile, errors and model."""
