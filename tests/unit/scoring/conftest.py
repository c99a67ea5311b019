"""The local endpoint of the models' tests, for judges."""

from tests.unit.models.conftest import make_client, server, waits

__all__ = ["make_client", "server", "waits"]
