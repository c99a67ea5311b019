import datetime

from echomind.leaderboard.freshness import freshness
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from echomind.submissions.store import StoreError

HERE = "Source: the snapshot that comes with the app."


class StoreAway:
    """A store that cannot be reached."""

    def __getattr__(self, name):
        raise StoreError("no answer")


def test_the_newest_source_of_all_boards_is_named(write, record):
    record["provenance"]["date"] = "2026-03-05"
    write(record)
    record["provenance"]["date"] = "2025-12-31"
    folder = write(record, "model-b")
    found = freshness(Results(folder))
    assert (found.newest, found.rows) == (datetime.date(2026, 3, 5), 2)
    assert found.sentence == f"Data as of 2026-03-05. {HERE}"


def test_without_results_that_is_said(tmp_path):
    assert freshness(Results(tmp_path)).sentence == f"There are no results. {HERE}"


def test_a_store_that_is_away_is_said_and_the_results_that_came_along_are_dated(write, record):
    found = freshness(Results(write(record), StoreAway()))
    assert found.sentence == (
        f"Data as of 2026-03-05. {HERE} Stale: submissions cannot be reached just now, and their rows are missing."
    )


def test_a_board_that_cannot_be_read_is_named_and_the_others_are_dated(write, record):
    write(record)
    folder = write(b"{", "broken", "humdial")
    found = freshness(Results(folder))
    assert found.sentence == f"Data as of 2026-03-05. {HERE} Not readable just now: HumDial, track 1."


def test_the_results_of_the_repository_have_a_date():
    assert freshness(Results(ROOT / "results")).newest >= datetime.date(2025, 10, 26)
