"""A query in, results out: the query language, ranking rules, facets, snippets."""
