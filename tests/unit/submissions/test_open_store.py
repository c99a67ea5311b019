import functools

import pytest

from echomind.errors import ConfigurationError
from echomind.settings import Settings
from echomind.submissions.hub_faults import Patience
from echomind.submissions.open_store import open_store
from echomind.submissions.store_hub import HubStore
from echomind.submissions.store_local import LocalStore
from echomind.submissions.store_spooled import SpooledStore
from tests.unit.submissions.hub_server import TOKEN
from tests.unit.submissions.made_submissions import FILES, made_receipt


@pytest.fixture
def hub(hub, slept, monkeypatch):
    """The Hub that stores are opened at."""
    here = functools.partial(HubStore, endpoint=hub.endpoint, patience=Patience(sleep=slept.append))
    monkeypatch.setattr("echomind.submissions.open_store.HubStore", here)
    return hub


@pytest.fixture
def settings(tmp_path):
    return lambda repo="": Settings(data_dir=tmp_path, submissions_repo=repo)


def test_without_a_repository_submissions_stay_here(settings, tmp_path):
    store = open_store(settings(), {"HF_TOKEN": TOKEN})
    assert isinstance(store, LocalStore)
    store.create(made_receipt(), FILES)
    assert list((tmp_path / "submissions").glob(f"*/{made_receipt().id}"))


def test_with_a_repository_they_go_there_too_and_opening_asks_for_nothing(settings, hub):
    store = open_store(settings("me/box"), {"HF_TOKEN": f" {TOKEN}\n"})
    assert isinstance(store, SpooledStore)
    store.create(made_receipt(), FILES, contact="ada@example.org")
    assert not hub.requests
    assert store.catch_up().done == [made_receipt().id]
    assert hub.repos["me/box"].private
    assert open_store(settings("me/box"), {"HF_TOKEN": TOKEN}).stored(made_receipt().id)


def test_what_was_received_before_the_setting_is_brought_too(settings, hub):
    open_store(settings(), {}).create(made_receipt(), FILES)
    assert open_store(settings("me/box"), {"HF_TOKEN": TOKEN}).catch_up().done == [made_receipt().id]


def test_one_repository_says_nothing_about_another(settings, hub):
    first = open_store(settings("me/box"), {"HF_TOKEN": TOKEN})
    first.create(made_receipt(), FILES)
    first.catch_up()
    second = open_store(settings("me/other"), {"HF_TOKEN": TOKEN})
    assert not second.stored(made_receipt().id)
    second.catch_up()
    assert second.stored(made_receipt().id)


@pytest.mark.parametrize("repo", ["box", "me/box/deeper", "../box", "me/..", "https://huggingface.co/me/box", "a/ b"])
def test_a_repository_that_is_none_is_refused(settings, repo):
    with pytest.raises(ConfigurationError, match="ECHOMIND_SUBMISSIONS_REPO"):
        open_store(settings(repo), {"HF_TOKEN": TOKEN})


@pytest.mark.parametrize("environ", [{}, {"HF_TOKEN": ""}, {"HF_TOKEN": "  "}, {"HF_TOKEN": "hf_secret\nx"}])
def test_a_token_that_is_none_is_refused_and_not_shown(settings, environ):
    with pytest.raises(ConfigurationError, match="HF_TOKEN") as refusal:
        open_store(settings("me/box"), environ)
    assert "secret" not in str(refusal.value)
