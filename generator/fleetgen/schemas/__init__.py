"""JSON Schemas derived from the model and made strict; validation that reports every error with its place.

Depends on yamlfile, errors and model.
"""
