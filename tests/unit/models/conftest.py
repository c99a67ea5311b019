"""A local endpoint and a client of it: waits are recorded instead of waited."""

import pytest

from echomind.endpoint_settings import EndpointSettings, Prices
from echomind.models.endpoint_client import EndpointClient
from tests.unit.models.openai_server import KEY, KEY_VARIABLE, MODEL, OpenAIServer


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def waits():
    return []


@pytest.fixture
def make_client(server, tmp_path, waits):
    """A client of the server with its own cache folder; keyword arguments change the endpoint's settings."""
    made = []

    def make(*, clock=None, tag="", cache_dir=None, **changes):
        known = {"name": "local", "base_url": server.base_url, "model": MODEL, "api_key_env": KEY_VARIABLE}
        settings = EndpointSettings(**{**known, **changes})
        extra = {} if clock is None else {"clock": clock}
        client = EndpointClient(
            settings, cache_dir=cache_dir or tmp_path / "cache", tag=tag, sleep=waits.append, **extra
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def prices():
    return Prices(text_in=2.5, text_out=10.0, audio_in=40.0, audio_out=80.0)  # GPT-4o-audio's
