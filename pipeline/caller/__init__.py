"""A caller of our own: what a telephone and its carrier look like from the far end of the wire."""
