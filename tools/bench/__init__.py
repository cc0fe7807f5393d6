"""Benchmarks of whole runs of `fleetgen`; start them with `make bench` or `make bench-quick`."""
