"""Hypothesis without deadlines, because nothing is timed here; fixed examples in CI."""

import os

from hypothesis import settings

settings.register_profile("checks", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=5_000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "checks")
)
