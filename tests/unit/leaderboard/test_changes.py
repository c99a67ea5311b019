import datetime

import pytest

from echomind.leaderboard.changes import NEWEST, changes
from echomind.leaderboard.records import read_board
from echomind.leaderboard.submitted import known_submissions, published_records
from echomind.settings import ROOT
from echomind.submissions.model import new_event
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import BOARD, made_rows, publish_row


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "submissions")


def told(store):
    records = {**read_board(ROOT / "results", BOARD), **published_records(store, BOARD)}
    return changes(BOARD, records, known_submissions(store))


def test_rows_of_files_are_told_with_their_date_and_kind():
    found = changes("echomind", read_board(ROOT / "results", "echomind"), [])
    assert len(found) == 14
    assert {(change.date, change.what) for change in found} == {
        (datetime.date(2025, 10, 26), "figures published by its source")
    }


def test_what_moderators_and_senders_do_is_told_newest_first(store):
    receipt = publish_row(store, 0, "Newcomer")
    store.append(receipt.id, new_event("verified", "moderator"))
    found = [change for change in told(store) if change.model == "Newcomer"]
    assert [change.what for change in found] == ["verified: a person compared it with its source", "published"]
    assert all(change.slug.startswith("newcomer-") for change in found)
    assert not any(word in change.what for change in found for word in ("claimed", "received", "scored"))


def test_of_a_row_that_was_taken_off_no_name_is_told(store):
    receipt = publish_row(store, 0, "Regretted name")
    store.append(receipt.id, new_event("withdrawn", "sender"))
    found = told(store)
    assert "Regretted name" not in str(found)
    assert any(change.what == "withdrawn by its sender" and change.slug == "" for change in found)


def test_only_the_newest_are_told_and_only_of_the_board(store):
    made_rows(store, [f"Model {i}" for i in range(NEWEST + 5)])
    assert len(told(store)) == NEWEST
    assert changes("echomind", {}, known_submissions(store)) == []
