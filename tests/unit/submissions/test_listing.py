import os

import pytest

from echomind.submissions.layout import EVENTS, month_of
from echomind.submissions.listing import Listing
from echomind.submissions.model import new_event
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, made_receipt


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "submissions")


def settle(store, *receipts):
    """Let what was written be written a while ago."""
    for receipt in receipts:
        os.utime(store.root / month_of(receipt) / receipt.id / EVENTS, (1_700_000_000, 1_700_000_000))


def test_what_is_settled_is_not_read_again_and_what_changed_is(store, monkeypatch):
    receipts = [made_receipt(seed=seed) for seed in range(3)]
    for receipt in receipts:
        store.create(receipt, FILES)
    settle(store, *receipts)
    read, get = [], store.get
    monkeypatch.setattr(store, "get", lambda submission_id: read.append(submission_id) or get(submission_id))
    listing = Listing(store)
    first = listing.all()
    assert sorted(read) == sorted(r.id for r in receipts)
    read.clear()
    version = listing.version
    assert listing.all() == first
    assert (read, listing.version) == ([], version)
    store.append(receipts[1].id, new_event("held", "worker", reason="why"))
    assert {s.receipt.id: s.standing.state for s in listing.all()}[receipts[1].id] == "held"
    assert read == [receipts[1].id]
    assert listing.version == version + 1


def test_what_changes_within_a_tick_of_the_disk_is_seen(store):
    receipt = made_receipt()
    store.create(receipt, FILES)
    listing = Listing(store)
    for count in range(1, 30):
        assert len(listing.all()[0].events) == count
        store.append(receipt.id, new_event("hidden" if count % 2 else "shown", "mo", reason="why"))


def test_one_that_cannot_be_read_is_said_once_and_left_out(store, caplog):
    receipts = [made_receipt(seed=seed) for seed in range(2)]
    for receipt in receipts:
        store.create(receipt, FILES)
    (store.root / month_of(receipts[0]) / receipts[0].id / EVENTS / "stray").touch()
    listing = Listing(store)
    for _ in range(3):
        assert [s.receipt.id for s in listing.all()] == [receipts[1].id]
    assert caplog.text.count("left out of the submissions") == 1


def test_a_store_that_is_away_is_not_an_empty_one(store, monkeypatch):
    store.create(made_receipt(), FILES)

    def away(_):
        raise StoreUnavailable("away")

    monkeypatch.setattr(store, "get", away)
    with pytest.raises(StoreUnavailable):
        Listing(store).all()
