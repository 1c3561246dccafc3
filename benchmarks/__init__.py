"""Measures speed: medians and ratios against a peer in the same run."""
