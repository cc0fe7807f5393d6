"""The commands that run the whole line: check, render, verify, publish."""
