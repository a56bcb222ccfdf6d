"""The API: the same objects as the command line prints, at /api/v1."""
