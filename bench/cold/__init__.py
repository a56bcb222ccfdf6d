"""One-off scripts, as somebody writes them who wants one answer from a prompt.

Each takes the index folder, the words and the year, and prints the total and ten titles with
snippets. They import what they need and nothing of the benchmark's.
"""
