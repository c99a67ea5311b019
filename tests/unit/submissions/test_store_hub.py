import dataclasses
import itertools
import traceback

import pytest

from echomind.submissions.layout import digest
from echomind.submissions.store import StoreError, StoreUnavailable, UnknownSubmission
from echomind.submissions.store_hub import HubStore
from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.hub_server import TOKEN
from tests.unit.submissions.made_submissions import FILES, START, made_event, made_receipt
from tests.unit.submissions.store_contract import REPORT, SCORED, StoreContract

LARGE = {"replies.zip": b"PK" + bytes(5000), "asr.json": b"[]"}


class TestHubStoreKeepsTheContract(StoreContract):
    @pytest.fixture
    def open_store(self, hub_store):
        return hub_store


@pytest.fixture
def store(hub_store):
    return hub_store()


# One commit for each thing, strictly on the newest one.


def test_a_creation_and_an_event_are_one_commit_each(hub, store):
    receipt = made_receipt()
    store.create(receipt, FILES, contact="ada@example.org")
    store.append(receipt.id, made_event("scored", **SCORED), REPORT)
    assert [commit.title for commit in hub.ours()] == [f"Keep {receipt.id}", f"{receipt.id}: scored"]
    folder = f"submissions/2026-11/{receipt.id}"
    first, second = (set(commit.files) for commit in hub.ours())
    assert first - {".gitattributes"} == {
        f"{folder}/receipt.json",
        f"{folder}/contact.json",
        f"{folder}/raw/understanding.json",
        f"{folder}/raw/response.json",
        f"{folder}/events/00000001-received-{receipt.id[13:]}.json",
    }
    assert second - first == {
        f"{folder}/scores-echomind-1.0.json",
        f"{folder}/events/00000002-scored-{made_event().id}.json",
    }


def test_what_is_known_is_read_with_two_requests(hub, store):
    receipt = made_receipt()
    store.create(receipt, FILES)
    store.get(receipt.id)
    hub.requests.clear()
    store.get(receipt.id)
    assert hub.requests == {"revision": 1, "tree": 1}


def test_versions_come_from_one_listing(hub, store):
    receipts = [made_receipt(seed=seed) for seed in range(3)]
    for receipt in receipts:
        store.create(receipt, FILES)
    store.append(receipts[1].id, made_event())
    assert store.versions() == {receipts[0].id: 1, receipts[1].id: 2, receipts[2].id: 1}
    assert [kept.files for kept in store.kept_events(receipts[1].id)] == [{}, {}]


# What the Hub answers is checked.


def test_a_file_that_the_hub_leaves_out_is_missed(hub, store):
    store.create(made_receipt(seed=1), FILES)
    hub.repo.ignored.add("response.json")
    with pytest.raises(StoreError, match=r"response\.json"):
        store.create(made_receipt(), FILES)


def test_a_file_that_changed_is_not_read(hub, store):
    receipt = made_receipt()
    store.create(receipt, FILES)
    path = f"submissions/2026-11/{receipt.id}/raw/response.json"
    object.__setattr__(hub.repo.head.files[path], "content", b"changed")
    with pytest.raises(StoreError, match=r"response\.json"):
        store.read(receipt.id, "response.json")


def test_two_events_on_one_parent_are_noticed_and_both_kept(hub, store, hub_store, monkeypatch):
    """The Hub once took commits on a parent that was not the newest (datasets, pull request 7708)."""
    store.create(made_receipt(), FILES)
    repo, rival = hub.repo, hub_store()
    strict = repo.commit

    def careless(title, added, parent):
        monkeypatch.setattr(repo, "commit", strict)
        rival.append(made_receipt().id, made_event(seed="rival"))
        return strict(title, added, None)

    monkeypatch.setattr(repo, "commit", careless)
    with pytest.raises(StoreError, match="two events number 2"):
        store.append(made_receipt().id, made_event(), expect=1)
    assert len(store.get(made_receipt().id).events) == 3
    assert store.append(made_receipt().id, made_event(seed="next")) == 4


def test_what_was_taken_out_of_the_repository_is_unknown(hub, store):
    store.create(made_receipt(), FILES)
    repo = hub.repo
    repo.commits.append(dataclasses.replace(repo.commits[0], oid="0" * 40))
    for call in (lambda: store.get(made_receipt().id), lambda: store.append(made_receipt().id, made_event())):
        with pytest.raises(UnknownSubmission):
            call()
    store.create(made_receipt(), FILES)
    assert store.get(made_receipt().id).version == 1


# Privacy.


def test_the_repository_is_made_private(hub, store):
    store.create(made_receipt(), FILES, contact="ada@example.org")
    assert hub.repo.private


def test_a_public_repository_gets_nothing(hub, store, hub_store):
    hub_store(private=False).create(made_receipt(seed=1), FILES)
    assert not hub.repo.private
    with pytest.raises(StoreError, match="private"):
        store.create(made_receipt(), FILES)
    with pytest.raises(StoreError, match="contact"):
        hub_store(private=False).create(made_receipt(), FILES, contact="ada@example.org")
    assert len(hub.ours()) == 1


@pytest.mark.parametrize("endpoint", ["revision", "tree", "preupload", "batch", "commit", "create"])
def test_no_message_holds_the_token(hub, store, endpoint, caplog):
    hub.faults = lambda name: Fault.FAILED if name == endpoint else None
    with pytest.raises(StoreUnavailable) as refusal:
        store.create(made_receipt(LARGE), LARGE)
    printed = "".join(traceback.format_exception(refusal.value))
    assert "HTTP 500" in str(refusal.value)
    assert TOKEN[:12] not in printed + caplog.text


def test_a_token_that_may_not_is_named_without_being_shown(hub, slept):
    hub_owner = HubStore("me/box", TOKEN, hub.endpoint)
    hub_owner.create(made_receipt(), FILES)
    stranger = HubStore("me/box", "hf_anotherToken", hub.endpoint)
    with pytest.raises(StoreUnavailable, match=r"HTTP 401.*a token that may write") as refusal:
        stranger.create(made_receipt(seed=1), FILES)
    assert "hf_another" not in str(refusal.value)
    assert slept == []


# Folders.


def test_a_full_month_goes_on_in_another_folder(hub, hub_store):
    receipts = [made_receipt(seed=seed) for seed in range(5)]
    store = hub_store(folder_limit=2)
    for receipt in receipts:
        store.create(receipt, FILES)
    folders = {path.split("/")[1] for path in hub.repo.head.files if path.startswith("submissions/")}
    assert folders == {"2026-11", "2026-11-2", "2026-11-3"}
    assert [hub_store().get(receipt.id).receipt for receipt in receipts] == receipts
    assert sorted(hub_store().ids()) == sorted(receipt.id for receipt in receipts)


def test_it_finds_many_in_many_months_with_few_requests(hub, store):
    for month, seed in itertools.product((1, 2, 3), range(2)):
        store.create(made_receipt(seed=10 * month + seed, at=START.replace(month=month)), FILES)
    newcomer = HubStore("me/box", TOKEN, hub.endpoint)
    hub.requests.clear()
    assert newcomer.get(made_receipt(seed=21).id).receipt.at.month == 2
    assert hub.requests == {"revision": 1, "tree": 2, "paths-info": 1, "resolve": 2}
    assert newcomer.find(content=digest(b"")) == []
