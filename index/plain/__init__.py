"""Answers in the standard library alone: what a single query in a new process runs on."""
