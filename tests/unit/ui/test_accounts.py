"""Since when an account exists: asked of a Hub on this machine with the real client, or of one that is away."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from huggingface_hub import HfApi, constants

from echomind.ui import accounts
from echomind.ui.accounts import account_since


class Users(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        name = self.path.split("/")[-2]
        self.server.asked.append((name, self.headers.get("Authorization")))
        if name == "slow":
            self.server.go_on.wait(30)
        if name not in self.server.users:
            if name != "hangs-up":
                self.send_error(404 if name == "nobody" else 500)
            return
        body = json.dumps({"user": name, "fullname": name, "avatarUrl": "", **self.server.users[name]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body if name != "no-json" else b"<html>")


@pytest.fixture
def hub(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Users)
    server.asked, server.users, server.go_on = [], {}, threading.Event()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(accounts, "HfApi", lambda: HfApi(endpoint=address))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # this Hub is on this machine
    monkeypatch.setattr(accounts, "_pool", ThreadPoolExecutor(2))
    accounts._asked.cache_clear()
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield server
    server.go_on.set()
    server.shutdown()
    thread.join(20)
    server.server_close()
    accounts._asked.cache_clear()


def test_the_day_an_account_was_made_is_asked_once_and_without_our_token(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_ours")
    hub.users["ada"] = {"createdAt": "2024-05-01T10:00:00.000Z"}
    assert account_since("ada") == account_since("ada") == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert hub.asked == [("ada", None)]


def test_a_time_without_a_zone_is_taken_for_utc(hub):
    hub.users["ada"] = {"createdAt": "2024-05-01T10:00:00"}
    assert account_since("ada") == datetime(2024, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("answer", [{}, {"createdAt": None}, {"createdAt": 7}, {"createdAt": "yesterday"}])
def test_what_the_hub_does_not_say_is_not_known(hub, answer):
    hub.users["ada"] = answer
    assert account_since("ada") is None


@pytest.mark.parametrize("name", ["nobody", "broken", "hangs-up"])
def test_a_hub_that_fails_keeps_nobody_out_and_is_asked_again(hub, name):
    assert account_since(name) is None
    hub.users[name] = {"createdAt": "2024-05-01T10:00:00Z"}
    assert account_since(name) == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_an_answer_that_is_no_json(hub):
    hub.users["no-json"] = {}
    assert account_since("no-json") is None


def test_a_hub_that_cannot_be_reached(hub, monkeypatch):
    monkeypatch.setattr(accounts, "HfApi", lambda: HfApi(endpoint="http://127.0.0.1:9"))
    assert account_since("ada") is None


def test_offline(hub, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert account_since("ada") is None
    assert hub.asked == []


def test_nobody_waits_for_a_slow_hub_and_the_next_call_has_its_answer(hub, monkeypatch):
    monkeypatch.setattr(accounts, "PATIENCE_S", 0.05)
    hub.users["slow"] = {"createdAt": "2024-05-01T10:00:00Z"}
    assert account_since("slow") is None
    hub.go_on.set()
    monkeypatch.setattr(accounts, "PATIENCE_S", 30)
    assert account_since("slow") == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert len(hub.asked) == 1
