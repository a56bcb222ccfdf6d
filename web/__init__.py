"""The web page and its API: pages and JSON over the same answers as the command line's."""
