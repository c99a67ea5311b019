"""A Hub on this machine, spoken to by the real client, and stores that wait for nobody."""

import types

import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _http

from echomind.submissions.hub_faults import Patience
from echomind.submissions.remote_order import RemoteOrder
from echomind.submissions.store_hub import HubStore
from echomind.submissions.store_local import LocalStore
from echomind.submissions.store_spooled import SpooledStore
from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.hub_server import TOKEN, HubServer


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # this Hub is on this machine
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # large files by the LFS protocol
    with HubServer() as server:
        yield server


@pytest.fixture
def slept(monkeypatch):
    """Seconds that somebody wanted to wait: nobody does, neither the store nor the client's own retries."""
    waits = []
    monkeypatch.setattr(_http, "time", types.SimpleNamespace(sleep=waits.append))
    return waits


@pytest.fixture
def hub_store(hub, slept):
    """Opens the store on the Hub anew."""
    return lambda **given: HubStore("me/box", TOKEN, hub.endpoint, **{"patience": Patience(sleep=slept.append)} | given)


@pytest.fixture
def machine(hub_store, tmp_path):
    """Opens the store of a machine anew, as a restart does; another name, another disk."""

    def opened(name="a"):
        disk = tmp_path / name
        return SpooledStore(LocalStore(disk / "submissions"), hub_store(), RemoteOrder(disk / "order.sqlite3"))

    return opened


@pytest.fixture
def away(hub):
    """Takes the Hub away, and brings it back."""

    def switch(gone):
        hub.faults = lambda endpoint: Fault.AWAY if gone else None

    switch(True)
    return switch
