"""What moderators read, and who is one: on a Space a name in the session, elsewhere the token."""

import datetime

import gradio as gr
import pytest
from pydantic import SecretStr

from echomind.errors import EchoMindError
from echomind.leaderboard.results import Results
from echomind.settings import Settings
from echomind.submissions.desk import Desk
from echomind.submissions.model import Sender
from echomind.submissions.moderation import Moderator, NotAllowed
from echomind.ui import moderation_page as page
from echomind.ui import moderation_view as view
from echomind.ui.identity import Identity
from echomind.ui.moderation import _Page, build_moderation
from echomind.ui.site import Site
from tests.unit.ui.shown_submissions import HOSTILE, SINCE, Shelf, made_report

MO = Moderator("huggingface:Mo")
NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


@pytest.fixture
def site(shelf):
    def made(**given):
        settings = Settings(data_dir=shelf.data, results_dir=shelf.data / "results", **given)
        desk = Desk(shelf.store, settings)
        return Site(
            settings, desk, Identity(settings, since=lambda name: None), Results(settings.results_dir, shelf.store)
        )

    return made


@pytest.fixture
def submissions(site):
    return site().desk.submissions


@pytest.mark.parametrize(
    ("since", "text"),
    [
        (SINCE, "account since 2019-03-01, 7 years"),
        (NOW - datetime.timedelta(days=400), "account since 2025-10-17, 1 year"),
        (NOW - datetime.timedelta(days=65), "account since 2026-09-17, 2 months"),
        (NOW - datetime.timedelta(days=1), "account since 2026-11-20, 1 day"),
        (NOW - datetime.timedelta(hours=3), "account since 2026-11-21, less than a day"),
        (NOW + datetime.timedelta(hours=3), "account since 2026-11-21, less than a day"),
        (None, "age of the account: could not be found out"),
    ],
)
def test_since_when_there_is_an_account(since, text):
    assert view.account_text(Sender(provider="huggingface", name="Bo", account_since=since), NOW) == text
    assert "no account" in view.account_text(Sender(provider="local", name="local"), NOW)


def test_search_is_literal_in_any_case_and_who_waits_for_a_person_is_first(shelf, submissions):
    shelf.add("a", "A (.*) model", minutes=5)
    shelf.add("b", "Other", sender="Straße", org="ACME [x]", minutes=4)
    shelf.add("c", "Third", hub_id="me/third", minutes=3)
    shelf.event("a", "held", reason="why")
    found = submissions.all()

    def names(text):
        return [status.receipt.form.model for status in view.sifted(found, text)]

    assert names("") == ["A (.*) model", "Third", "Other"]
    assert names("(.*)") == ["A (.*) model"]
    assert names(".") == ["A (.*) model"]
    assert names(" acme [X]") == names("STRASSE") == ["Other"]
    assert names("me/third") == names(shelf.ids["c"]) == ["Third"]
    assert names("\n") == ["A (.*) model", "Third", "Other"]
    assert names("nobody") == []


def test_the_list_says_what_it_left(shelf, submissions, parse):
    shelf.add("a", HOSTILE)
    assert HOSTILE in parse(page.listed(submissions, MO, "", "", "")).all("button")[0].text
    assert "No submission contains “<b>”." in parse(page.listed(submissions, MO, "", "<b>", "")).text
    assert "There is none in this state." in page.listed(submissions, MO, "failed", "", "")
    assert HOSTILE in parse(page.listed(submissions, MO, "no state", "", "")).text


def test_one_has_contact_account_earlier_ones_and_warnings(shelf, submissions, parse):
    young = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3)
    shelf.add("before", "Earlier", sender="Bo", minutes=60)
    shelf.add("twin", "Twin", sender="Eve", content=77)
    shelf.add("name", "same NAME")
    shelf.add("one", "Same name", sender="Bo", contact="<b>bo@example.org", since=young, content=77)
    shelf.score("one")
    root = parse(page.one(submissions, MO, shelf.ids["one"]).private)
    assert "<b>bo@example.org" in root.text and not root.all("b")
    warned = [item.text for item in root.all("li")]
    assert warned[0].startswith("The same files were handed in by Eve (Hugging Face): Twin")
    assert warned[1].startswith("A model of the same name was handed in by somebody at this machine: same NAME")
    assert warned[2] == "The account was made 3 days before this was handed in." or "2 days" in warned[2]
    assert warned[3] == "Understanding questions: 477 of 480 were answered."
    assert [link.text for link in root.all("table")[0].all("a")] == ["Earlier"]


def test_an_account_that_could_not_be_found_out_and_many_failures_are_warned_of(shelf, submissions):
    shelf.add("one", "A model", sender="Bo", since=None)
    report = made_report()
    many = report.coverage["understanding"].model_copy(update={"failed": 90})
    told = view.warnings(
        submissions.status(shelf.ids["one"]), [], [], report.model_copy(update={"coverage": {"understanding": many}})
    )
    assert any("could not be found out" in line for line in told)
    assert any("90 of 477 answers could not be used" in line for line in told)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), {"hide", "return"}),
        (("held",), {"hide", "return", "score"}),
        (("published",), {"verify", "hide", "return"}),
        (("published", "verified", "hidden"), {"unverify", "show", "return"}),
        (("failed",), set()),
        (("withdrawn",), set()),
    ],
)
def test_only_what_can_be_done_is_offered(shelf, submissions, kinds, expected):
    shelf.add("one", "A model")
    for kind in kinds:
        shelf.event("one", kind, reason="why")
    assert page.one(submissions, MO, shelf.ids["one"]).possible == expected


def test_what_is_done_is_what_the_button_says(shelf, submissions):
    shelf.add("one", "A model")
    shelf.event("one", "held", reason="why")
    for action, state in (("hide", "held"), ("show", "held"), ("score", "received"), ("return", "failed")):
        assert page.act(submissions, MO, action, shelf.ids["one"], " a reason ").startswith("It ")
        assert submissions.status(shelf.ids["one"]).state == state
    with pytest.raises(NotAllowed):
        page.act(submissions, MO, "verify", shelf.ids["one"], "")
    with pytest.raises(EchoMindError):
        page.act(submissions, MO, "verify", "", "")


def test_where_nobody_can_moderate_there_is_a_line_and_no_event(site, monkeypatch):
    for on_space, name in ((False, "ECHOMIND_ADMIN_TOKEN"), (True, "ECHOMIND_MODERATORS")):
        if on_space:
            on_a_space(monkeypatch)
        bare = site(admin_token=SecretStr("sesame")) if on_space else site()
        with gr.Blocks() as demo:
            build_moderation(bare)
        assert demo.fns == {}
        assert name in view.closed_line(bare.settings)


def on_a_space(monkeypatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "me/space")
    for name in ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL"):
        monkeypatch.setattr(f"gradio.oauth.{name}", "https://example.org")  # read when gradio is imported


def answer(page_, token, profile):
    return {getattr(part, "elem_id", None): value for part, value in page_._look(token, "", "", "", profile).items()}


def signed_in(name):
    return gr.OAuthProfile({"name": name, "preferred_username": name, "profile": "", "picture": ""})


def test_on_a_space_only_the_name_in_the_session_counts(site, shelf, monkeypatch):
    on_a_space(monkeypatch)
    shelf.add("one", "A model")
    with gr.Blocks():
        there = _Page(site(moderators="Mo, Jo", admin_token=SecretStr("sesame")))
    for token, profile in (("", None), ("sesame", None), ("sesame", signed_in("mo")), ("", signed_in("Bo"))):
        shown = answer(there, token, profile)
        assert "A model" not in str(shown)
        assert shown["mod-table"] == ""
    assert "Bo is none of the moderators" in answer(there, "", signed_in("Bo"))["mod-note"]
    assert "A model" in answer(there, "", signed_in("Mo"))["mod-table"]


def test_elsewhere_only_the_token_counts(site, shelf):
    shelf.add("one", "A model")
    with gr.Blocks():
        here = _Page(site(moderators="Mo", admin_token=SecretStr("sesame")))
    for token, profile in (("", None), ("Sesame", None), (None, None), ("", signed_in("Mo"))):
        assert "A model" not in str(answer(here, token, profile))
    assert "A model" in answer(here, "sesame", None)["mod-table"]
