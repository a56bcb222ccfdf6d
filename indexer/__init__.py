"""Files in, index out: read, parse, locate, build."""
