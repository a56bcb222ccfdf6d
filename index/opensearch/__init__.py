"""The same search on an OpenSearch cluster. Only here opensearchpy is imported, when asked."""
