"""Callers are tested against the real server."""

from tests.pipeline.flow.conftest import starter_model
from tests.pipeline.server.conftest import start_server, store_worker

__all__ = ["start_server", "starter_model", "store_worker"]
