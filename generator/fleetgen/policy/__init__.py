"""Policies as data: METADATA, constraints, the plan of the gate, waivers. Pure.

Depends on schemas, yamlfile, errors and model.
"""
