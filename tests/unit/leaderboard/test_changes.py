import datetime
from pathlib import Path

import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.changes import NEWEST, changes
from echomind.leaderboard.hub_copy import HubCopy
from echomind.leaderboard.metrics import METRICS
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


@pytest.mark.parametrize("board", BOARDS)
def test_every_file_is_told_with_its_date(board):
    records = read_board(ROOT / "results", board)
    found = changes(board, records, [], newest=10_000)
    assert {(change.slug, change.date) for change in found} == {
        (slug, record.provenance.date) for slug, record in records.items()
    }


def test_a_file_of_a_submission_that_this_store_does_not_know_is_told(store):
    publish_row(store, 0, "Newcomer")
    records = published_records(store, BOARD)
    (slug,) = records
    (change,) = changes(BOARD, records, [])
    assert (change.slug, change.what) == (slug, "submitted predictions, scored here")
    assert [change.what for change in changes(BOARD, records, known_submissions(store))] == ["published"]


def at(day):
    return datetime.datetime(2026, 11, day, 9, 30, tzinfo=datetime.UTC)


def with_scores(record, **scores):
    return record.model_copy(update={"scores": record.scores | scores})


def test_after_a_refresh_it_is_told_what_came_what_changed_and_what_went():
    bundled = read_board(ROOT / "results", "echomind")
    slugs = list(bundled)
    gone, one, many, other, *same = slugs
    now = {slug: bundled[slug] for slug in slugs if slug != gone}
    now[one] = with_scores(bundled[one], understanding_acc=12.34)
    now[many] = bundled[many].model_copy(update={"scores": {m: v + 1 for m, v in bundled[many].scores.items()}})
    now[other] = bundled[other].model_copy(
        update={"model": bundled[other].model.model_copy(update={"licence": "put right"})}
    )
    now["newcomer"] = bundled[one].model_copy(
        update={"model": bundled[one].model.model_copy(update={"name": "Newcomer"})}
    )
    since = {f"echomind/{slug}.json": at(1 + i) for i, slug in enumerate(now)}
    copy = HubCopy(folder=Path("x"), commit="c" * 40, at=at(28), left_out={}, since=since)
    found = changes("echomind", now, [], newest=100, bundled=bundled, copy=copy)
    told = {change.slug: (change.date, change.what) for change in found if change.date.month == 11}
    before = METRICS["understanding_acc"].text(bundled[one].scores["understanding_acc"])
    title = METRICS["understanding_acc"].title
    assert told == {
        "": (at(28).date(), "not among the results on the Hub any more"),
        one: (since[f"echomind/{one}.json"].date(), f"changed on the Hub: {title} from {before} to 12.34"),
        many: (since[f"echomind/{many}.json"].date(), told[many][1]),
        other: (since[f"echomind/{other}.json"].date(), "other details changed on the Hub; no score did"),
        "newcomer": (since["echomind/newcomer.json"].date(), "came with the results on the Hub"),
    }
    assert told[many][1].count(" from ") == 3 and told[many][1].endswith(f"and {len(bundled[many].scores) - 3} more")
    assert {change.slug for change in found} - {""} == set(now)  # and each row with the date of its source
    assert not set(same) & set(told)
    assert changes("echomind", bundled, [], bundled=bundled, copy=copy.model_copy(update={"since": {}})) != []


def test_a_score_that_came_or_went_is_told_as_missing():
    bundled = read_board(ROOT / "results", "echomind")
    slug = next(slug for slug, record in bundled.items() if "wer" in record.scores)
    without = {metric: value for metric, value in bundled[slug].scores.items() if metric != "wer"}
    now = {slug: bundled[slug].model_copy(update={"scores": without})}
    copy = HubCopy(folder=Path("x"), commit="c" * 40, at=at(2), left_out={}, since={f"echomind/{slug}.json": at(1)})
    found = changes("echomind", now, [], bundled={slug: bundled[slug]}, copy=copy)
    assert any(change.what.endswith(" to —") for change in found)
