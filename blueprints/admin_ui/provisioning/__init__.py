"""The connection: overview, the guides of Connect, tokens."""
