"""The pages as on a Space, by HTTP with real sessions: each sees what is theirs, and names decide who moderates."""

from types import SimpleNamespace

import pytest

from tests.unit.ui.openid_provider import Provider
from tests.unit.ui.raw_events import called, events
from tests.unit.ui.shown_submissions import Shelf
from tests.unit.ui.space_app import app_on_space
from tests.unit.ui.test_sign_in import signed_in

APP = """
import sys
import gradio as gr
from echomind.settings import get_settings
from echomind.submissions.desk import open_desk
from echomind.ui.moderation import build_moderation
from echomind.ui.site import site_of
from echomind.ui.submissions import build_submissions
settings = get_settings()
with open_desk(settings) as desk:
    site = site_of(settings, desk)
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.HTML("x")
    for name, build in (("submissions", build_submissions), ("moderation", build_moderation)):
        with demo.route(name):
            build(site)
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
    folder = tmp_path_factory.mktemp("space")
    shelf = Shelf(folder / "var")
    shelf.add("ada", "Model of Ada", sender="ada", contact="ada-private@example.org")
    shelf.add("bob", "Model of Bob", sender="bob")
    shelf.add("local", "Model of a machine")
    given = {"data_dir": shelf.data, "moderators": "mo", "admin_token": "sesame"}
    with app_on_space(APP, provider, folder, **given) as url:
        yield SimpleNamespace(url=url, shelf=shelf)


@pytest.fixture(scope="module")
def cookies(space, provider):
    return {name: signed_in(space, provider, name) for name in ("ada", "bob", "mo")} | {"": ""}


def answers(space, cookie, page, query="", token="sesame"):
    """What all events of a page answer together."""
    said = []
    for function, types in events(f"{space.url}/", page):
        data = [token, "", "", None, "a reason"][: len(types)] if page == "moderation" else [token] * len(types)
        said.append(called(f"{space.url}/", function, data, query=query, cookie=cookie))
    return "\n".join(said)


@pytest.mark.parametrize(
    ("who", "sees"), [("ada", {"Model of Ada"}), ("bob", {"Model of Bob"}), ("mo", set()), ("", set())]
)
def test_my_submissions_are_those_of_who_is_signed_in(space, cookies, who, sees):
    said = answers(space, cookies[who], "submissions")
    assert {model for model in ("Model of Ada", "Model of Bob", "Model of a machine") if model in said} == sees


def test_only_its_sender_withdraws_a_submission(space, cookies):
    query = f"?receipt={space.shelf.ids['ada']}"

    def state():
        return space.shelf.store.get(space.shelf.ids["ada"]).standing.state

    for who in ("", "bob", "mo"):
        assert "ada-private@example.org" not in answers(space, cookies[who], "submissions", query)
        assert state() == "received"
    answers(space, cookies["ada"], "submissions", query, token="")
    assert state() == "withdrawn"


def test_only_a_moderator_by_name_moderates(space, cookies):
    for who in ("", "ada", "bob"):
        said = answers(space, cookies[who], "moderation")
        assert "Model of" not in said and "ada-private@example.org" not in said
    assert "Model of Bob" in answers(space, cookies["mo"], "moderation", token="")
