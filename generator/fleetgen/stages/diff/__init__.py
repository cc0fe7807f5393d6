"""Stage 7: compares two rendered trees by object, and objects by meaning."""
