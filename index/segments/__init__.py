"""Segments: immutable columnar files of sections, their writing, merging and reading."""
