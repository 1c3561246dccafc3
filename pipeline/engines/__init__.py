"""One adapter per model library, each behind a Protocol of :mod:`pipeline.interfaces`."""
