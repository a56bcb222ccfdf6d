"""What indexing and searching share: the data model, text analysis, errors and the engines."""
