"""Frozen values of the domain. Standard library only; depends on nothing else in this package."""
