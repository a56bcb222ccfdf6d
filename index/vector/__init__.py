"""The same answers on numpy arrays: what a lasting process and a large answer run on."""
