"""Who is asking, in every way there is; and that nothing but the session, a key of ours or the token says so."""

import inspect
from datetime import UTC, datetime

import gradio as gr
import itsdangerous.timed
import pytest
from gradio.helpers import special_args
from gradio.utils import get_space
from pydantic import SecretStr

from echomind.errors import EchoMindError
from echomind.settings import Settings
from echomind.submissions.moderation import NotAllowed
from echomind.ui.faults import spoken
from echomind.ui.identity import KEY_S, Identity, NotSignedIn

SINCE = datetime(2024, 5, 1, tzinfo=UTC)


def profile(name="ada"):
    return gr.OAuthProfile({"name": "Ada L.", "preferred_username": name, "profile": "", "picture": ""})


@pytest.fixture(autouse=True)
def no_space(monkeypatch):
    for name in ("SYSTEM", "SPACE_ID", "OAUTH_CLIENT_SECRET", "GRADIO_SERVER_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def space(monkeypatch):
    """Opens the identity of a Space; with another secret it is another Space."""
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "me/echomind")

    def opened(secret="s3cret", **given):
        monkeypatch.setenv("OAUTH_CLIENT_SECRET", secret)
        return Identity(Settings(host="0.0.0.0", **given), since=lambda name: SINCE)

    return opened


def token_identity(token="sésame", **given):
    return Identity(Settings(admin_token=SecretStr(token), **given), since=lambda name: SINCE)


@pytest.mark.parametrize(
    ("host", "way"),
    [
        ("127.0.0.1", "here"),
        ("127.8.9.1", "here"),
        ("::1", "here"),
        ("localhost", "here"),
        ("0.0.0.0", "closed"),
        ("::", "closed"),
        ("192.168.1.5", "closed"),
        ("localhost.example.org", "closed"),
        ("", "closed"),
    ],
)
def test_only_who_is_at_this_machine_needs_no_sign_in(host, way):
    identity = Identity(Settings(host=host))
    assert identity.way == way
    if way == "here":
        assert identity.sender(None).model_dump() == {"provider": "local", "name": "local", "account_since": None}
    else:
        with pytest.raises(NotSignedIn, match="ECHOMIND_ADMIN_TOKEN"):
            identity.sender(None)


def test_the_address_that_gradio_was_given_counts_too(monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    assert Identity(Settings()).way == "closed"


@pytest.mark.parametrize("named", [{"SPACE_ID": "me/echomind"}, {"SYSTEM": "spaces"}, {"SYSTEM": "x", "SPACE_ID": "y"}])
def test_what_gradio_takes_for_no_space_is_none(named, monkeypatch):
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert get_space() is None
    assert Identity(Settings(host="0.0.0.0")).way == "closed"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_with_a_token_only_who_shows_it(host):
    identity = token_identity(host=host)
    assert identity.way == "token"
    assert identity.sender(None, "sésame").provider == "local"
    for wrong in ("", "sesame", "sésame ", "SÉSAME", "\ud800", "x" * 100_000):
        with pytest.raises(NotSignedIn, match="found no valid token"):
            identity.sender(None, wrong)


@pytest.mark.parametrize("way", ["here", "token"])
def test_away_from_a_space_no_profile_makes_anybody_a_name(way):
    identity = Identity(Settings(host="127.0.0.1")) if way == "here" else token_identity()
    assert identity.sender(profile("ada"), "sésame").name == "local"
    with pytest.raises(NotSignedIn):
        identity.script_key(profile("ada"))


def test_on_a_space_it_is_who_signed_in(space):
    sender = space().sender(profile("ada"))
    assert (sender.provider, sender.name, sender.account_since) == ("huggingface", "ada", SINCE)


def test_a_session_counts_more_than_a_key(space):
    identity = space()
    assert identity.sender(profile("bob"), identity.script_key(profile("ada"))).name == "bob"


def test_a_key_of_ours_is_as_good_as_a_session_for_a_while(space, monkeypatch):
    identity = space()
    key = identity.script_key(profile("ada"))
    assert identity.sender(None, key).name == "ada"
    assert space().sender(None, key).name == "ada"  # after a restart, too
    at = itsdangerous.timed.time.time()
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: at + KEY_S - 5)
    assert identity.sender(None, key).name == "ada"
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: at + KEY_S + 5)
    with pytest.raises(NotSignedIn, match="a key that has run out, expected a new one from the Submit page"):
        identity.sender(None, key)


def test_a_key_that_was_made_or_changed_by_others_is_refused(space):
    theirs = space("another").script_key(profile("ada"))
    unsigned = itsdangerous.URLSafeSerializer("s3cret", salt="echomind script key").dumps("ada")
    salted = itsdangerous.URLSafeTimedSerializer("s3cret", salt="session").dumps("ada")
    identity = space()
    mine = identity.script_key(profile("ada"))
    name, _, rest = mine.partition(".")
    bob = identity.script_key(profile("bob")).partition(".")[0]
    changed = [f"{bob}.{rest}", f"{name}.{rest[:-1]}", f"{name}.{rest}x", mine.upper(), f"{mine}\n"]
    for wrong in (theirs, unsigned, salted, *changed, "x", "..", "a.b.c", "\ud800", "é.é.é", "x" * 100_000):
        with pytest.raises(NotSignedIn, match="a key that is none of ours"):
            identity.sender(None, wrong)


def test_without_session_and_key_nobody_is_known(space):
    with pytest.raises(NotSignedIn, match="expected a sign-in with Hugging Face"):
        space().sender(None)
    with pytest.raises(NotSignedIn):
        space().script_key(None)


def test_without_a_secret_there_are_no_keys(space):
    identity = space("")
    assert identity.sender(profile("ada")).name == "ada"
    with pytest.raises(NotSignedIn):
        identity.script_key(profile("ada"))
    with pytest.raises(NotSignedIn, match="found nobody signed in"):
        identity.sender(None, itsdangerous.URLSafeTimedSerializer("", salt="echomind script key").dumps("ada"))


def test_the_admin_token_hands_in_nothing_on_a_space(space):
    identity = space(admin_token=SecretStr("sesame"))
    assert identity.way == "huggingface"
    with pytest.raises(NotSignedIn):
        identity.sender(None, "sesame")


def test_who_moderates(space):
    identity = space(moderators="mo", admin_token=SecretStr("sesame"))
    assert identity.moderator(profile("mo")).name == "huggingface:mo"
    assert identity.moderator(None, "sesame").name == "local:admin"
    for who, token in ((profile("ada"), ""), (None, ""), (None, "x"), (profile("Mo"), "")):
        with pytest.raises(NotAllowed):
            identity.moderator(who, token)


def test_a_name_moderates_only_where_hugging_face_vouches_for_it():
    identity = Identity(Settings(host="127.0.0.1", moderators="mo"))
    with pytest.raises(NotAllowed):
        identity.moderator(profile("mo"))


class Asked:
    """As an endpoint of ours is: a method whose annotations are postponed, inside ``spoken``."""

    def who(self, text: "str", profile: "gr.OAuthProfile | None" = None) -> "str":
        """Who asks."""
        if text == "fail":
            raise EchoMindError("found a fault, expected none")
        return profile.username if profile else "nobody"


def test_gradio_still_sees_the_profile_through_the_error_wrapper():
    wrapped = spoken(Asked().who)
    assert list(inspect.signature(wrapped).parameters) == ["text", "profile"]
    request = gr.Request(session_hash="x")
    request.session = {"oauth_info": {"userinfo": dict(profile("ada"))}}
    inputs, *_ = special_args(wrapped, ["text"], request)
    assert wrapped(*inputs) == "ada"
    inputs, *_ = special_args(wrapped, ["text"], gr.Request(session_hash="x"))
    assert wrapped(*inputs) == "nobody"
    with pytest.raises(gr.Error, match="found a fault"):
        wrapped("fail", None)
