"""The real sign-in of a Space, against a provider of this machine: the sender is who signed in, whatever is sent.

Gradio reads its settings of OAuth when it is imported, so the app runs in a process of its own. Its cookie is for
https alone and is passed by hand.
"""

import json
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from itsdangerous import URLSafeTimedSerializer

from echomind.submissions.store_local import LocalStore
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_references import settings_for
from tests.unit.submissions.made_uploads import FULL_FORM, json_lines
from tests.unit.ui.openid_provider import CLIENT_SECRET, Provider
from tests.unit.ui.space_app import app_on_space

SET = made_set(2)
FORM = {name: FULL_FORM[name] for name in ("board", "model", "prompt", "voice")}
APP = """
import sys
import gradio as gr
from echomind.settings import get_settings
from echomind.submissions.desk import open_desk
from echomind.ui.site import site_of
from echomind.ui.submit_endpoints import publish_submit
settings = get_settings()
with open_desk(settings) as desk:
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.LoginButton()
        publish_submit(site_of(settings, desk))
    app, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    print("at", url, flush=True)
    sys.stdin.read()
    demo.close()
"""


@pytest.fixture(scope="module")
def provider():
    with Provider() as running:
        yield running


@pytest.fixture(scope="module")
def space(provider, tmp_path_factory):
    """The app as on a Space: its address, and its store."""
    folder = tmp_path_factory.mktemp("space")
    settings = settings_for(folder, SET)
    given = {"assets_dir": settings.assets_dir, "data_dir": settings.data_dir, "submissions_per_day": 0}
    with app_on_space(APP, provider, folder, **given) as url:
        yield SimpleNamespace(url=url, store=LocalStore(settings.data_dir / "submissions"))


def go(url, cookie="", **more):
    """One step of a browser that follows nothing by itself; the answer, and the session's cookie after it."""
    answer = httpx.get(url, headers={"Cookie": f"session={cookie}"} if cookie else {}, **more)
    return answer, answer.cookies.get("session", "") if "Set-Cookie" in answer.headers else cookie


def signed_in(space, provider, user):
    """The session of somebody who went through the whole sign-in."""
    provider.user = user
    first, cookie = go(f"{space.url}/login/huggingface?_target_url=/submit")
    assert first.status_code == 302 and first.headers["Location"].startswith(f"{provider.url}/oauth/authorize?")
    back = urlsplit(httpx.get(first.headers["Location"]).headers["Location"])
    assert (back.scheme, back.netloc, back.path) == ("https", "me-echomind.example.org", "/login/callback")
    last, cookie = go(f"{space.url}{back.path}?{back.query}", cookie)
    assert (last.status_code, last.headers["Location"]) == (307, "/submit")
    assert "secure" in last.headers["Set-Cookie"].lower() and "httponly" in last.headers["Set-Cookie"].lower()
    return cookie


def submit(space, cookie, seed, *more, form=FORM, key="", **body):
    """What ``/submit`` answers to a request made by hand: the receipt, or what it says instead."""
    headers = {"Cookie": f"session={cookie}"} if cookie else {}
    with httpx.Client(base_url=f"{space.url}/gradio_api", headers=headers, timeout=60) as client:
        content = json_lines(made_predictions(SET, seed=seed))
        (path,) = client.post("/upload", files={"files": ("answers.jsonl", content)}).json()
        asked = client.post("/call/submit", json={"data": [[{"path": path}], form, key, *more], **body})
        if asked.status_code != 200:
            return asked.text
        told = client.get(f"/call/submit/{asked.json()['event_id']}").text
    return json.loads(told.partition("data: ")[2])[0] if "event: complete" in told else told


def script_key(name, secret=CLIENT_SECRET):
    return URLSafeTimedSerializer(secret, salt="echomind script key").dumps(name)


def test_the_sender_is_who_signed_in(space, provider):
    receipt = submit(space, signed_in(space, provider, "ada"), 1)
    assert receipt["sender"] == {"provider": "huggingface", "name": "ada"}
    kept = space.store.get(receipt["id"]).receipt.sender
    assert (kept.provider, kept.name, kept.account_since) == ("huggingface", "ada", None)


def test_nobody_hands_in_without_a_session_or_a_key(space):
    before = list(space.store.ids())
    forged = URLSafeTimedSerializer("x").dumps({"oauth_info": {"userinfo": {"preferred_username": "ada"}}})
    for cookie in ("", "x", forged):
        assert "expected a sign-in with Hugging Face" in submit(space, cookie, 2)
    for key in ("x", script_key("ada", "another")):
        assert "found a key that is none of ours" in submit(space, "", 2, key=key)
    assert list(space.store.ids()) == before


def test_no_request_makes_the_sender_somebody_else(space, provider):
    cookie = signed_in(space, provider, "ada")
    mallory = {"name": "m", "preferred_username": "mallory", "profile": "", "picture": ""}
    tries = [
        submit(space, cookie, 3, mallory),
        submit(space, cookie, 4, key=script_key("mallory")),
        submit(space, cookie, 5, profile=mallory, request={"session": {"oauth_info": {"userinfo": mallory}}}),
        submit(space, cookie, 6, form=FORM | {"sender": "mallory"}),
        submit(space, cookie, 7, form=FORM | {"profile": "mallory"}),
    ]
    names = [answer["sender"]["name"] for answer in tries if isinstance(answer, dict)]
    assert set(names) == {"ada"} and len(names) >= 2
    assert {space.store.get(one).receipt.sender.name for one in space.store.ids()} == {"ada"}


def test_two_who_are_signed_in_are_told_apart(space, provider):
    ada, bob = signed_in(space, provider, "ada"), signed_in(space, provider, "bob")
    assert [submit(space, cookie, 8)["sender"]["name"] for cookie in (bob, ada)] == ["bob", "ada"]


def test_a_key_stands_for_a_session_in_a_script(space, tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_bytes(json_lines(made_predictions(SET, seed=9)))
    client = Client(space.url, verbose=False)
    receipt = client.predict([handle_file(path)], FORM, script_key("carol"), api_name="/submit")
    assert receipt["sender"] == {"provider": "huggingface", "name": "carol"}
    with pytest.raises(AppError, match="expected a sign-in with Hugging Face"):
        client.predict([handle_file(path)], FORM, api_name="/submit")


def test_who_signed_out_is_nobody(space, provider):
    _, cookie = go(f"{space.url}/logout", signed_in(space, provider, "ada"))
    assert cookie == ""
    assert "expected a sign-in with Hugging Face" in submit(space, cookie, 10)
