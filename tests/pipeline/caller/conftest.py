"""The caller is tested against the real server."""

from tests.pipeline.server.conftest import start_server, store_worker

__all__ = ["start_server", "store_worker"]
