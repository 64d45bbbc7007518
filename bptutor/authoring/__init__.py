"""What authors run: the check of a pack, the trace of a network."""
