"""Answers to questions about a fleet: explain, list, show, bootstrap. Nothing is written."""
