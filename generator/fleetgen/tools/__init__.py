"""Adapters of foreign programs. The only package that starts processes."""
