"""A real site on this machine: control plane, Argo CD and Gatekeeper as processes. Only the CLI imports it."""
