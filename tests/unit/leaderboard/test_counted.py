"""Which rows count: the same ones in places, marks, the model page, what machines are told and correlations."""

import copy
import datetime
import json

import pytest

from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.comparison import compare
from echomind.leaderboard.counted import OTHER_ROW, counted
from echomind.leaderboard.exports import export
from echomind.leaderboard.frame import board_frame, ordered
from echomind.leaderboard.model_api import ModelApi
from echomind.leaderboard.model_page import profile
from echomind.leaderboard.rank_intervals import rank_board
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View
from tests.unit.leaderboard.conftest import RECORD

BOARD = BOARDS["echomind"]
ORDER = BOARD.orders[0]


def made(name, score, day=1, verified=True, prompt="best", **scores):
    found = copy.deepcopy(RECORD)
    found["model"]["name"] = name
    found["protocol"]["prompt"] = prompt
    found["provenance"] |= {"date": f"2026-03-{day:02}", "verified": verified}
    found["scores"] = {"understanding_acc": score, "reasoning_acc": score} | scores
    found |= {"intervals": {}, "n": {}}
    return Record.model_validate_json(json.dumps(found))


@pytest.fixture
def records():
    """Four models; one of them sent three tries, and one row of another prompt."""
    tries = {f"many-{i}": made("Many", 80.0 + i, day=i) for i in (1, 2, 3)}
    others = {"good": made("Good", 90.0), "fair": made("Fair", 70.0), "poor": made("Poor", 60.0)}
    return {**tries, **others, "zero": made("Poor", 99.0, prompt="zero")}


@pytest.fixture
def results(records, write):
    for slug, record in records.items():
        folder = write(json.loads(record.model_dump_json(by_alias=True)), slug)
    return Results(folder)


def test_several_rows_of_one_model_take_one_place(records):
    found = rank_board(BOARD, records, ORDER).ranks
    assert {slug: place.plain for slug, place in found.items()} == {"many-3": 2, "good": 1, "fair": 3, "poor": 4}


def test_more_tries_move_nobody(records):
    few = {slug: record for slug, record in records.items() if slug not in ("many-1", "many-2")}
    for order in BOARD.orders[:1]:
        all_places, few_places = (
            {slug: place.plain for slug, place in rank_board(BOARD, rows, order).ranks.items()}
            for rows in (records, few)
        )
        assert all_places == few_places


def test_the_one_that_counts_is_not_chosen_by_its_score(records):
    """Otherwise the luckiest of many tries would stand for the model."""
    records["many-9"] = made("Many", 99.0, day=1)
    assert "many-9" not in rank_board(BOARD, records, ORDER).ranks
    records["many-1"] = made("Many", 10.0, day=9)
    assert rank_board(BOARD, records, ORDER).ranks["many-1"].plain == 4


def test_a_verified_row_counts_before_a_newer_one(records):
    records["claimed"] = made("Good", 99.9, day=28, verified=False)
    assert set(counted(BOARD, records, ORDER.metrics)) == {"many-3", "good", "fair", "poor"}


def test_a_row_that_lacks_the_score_does_not_stand_in_the_way_of_one_that_has_it(records):
    records["many-1"] = made("Many", 81.0, day=1, ves=3.0)
    assert list(counted(BOARD, records, ("ves",))) == ["many-1"]
    assert "many-3" in counted(BOARD, records, ORDER.metrics)


def test_places_and_correlations_count_the_same_rows(records):
    for i, slug in enumerate(records):
        records[slug] = records[slug].model_copy(
            update={"scores": records[slug].scores | {"reasoning_acc": 50.0 + i * i}}
        )
    found = compare(BOARD, records, "understanding_acc", "reasoning_acc")
    assert set(found.slugs) == set(rank_board(BOARD, records, ORDER).ranks)
    assert {out.slug: out.reason for out in found.left_out}["many-1"] == OTHER_ROW


def test_the_board_shows_every_row_and_says_why_one_has_no_place(results):
    table = arrange(View(), results)
    shown = {row.slug: (row.rank, row.unranked_because) for row in table.rows}
    assert shown["many-3"] == (2, "") and shown["fair"] == (3, "")
    assert shown["many-1"] == shown["many-2"] == (None, OTHER_ROW)
    assert shown["zero"] == (None, "no system prompt")
    assert [row.slug for row in table.rows] == ["good", "many-3", "many-2", "many-1", "fair", "poor", "zero"]
    assert table.best["understanding_acc"] == 90.0 and table.second["understanding_acc"] == 83.0


def test_files_and_machines_are_told_the_same(results):
    table = arrange(View(), results)
    rows = json.loads(export(table, datetime.date(2026, 11, 21), "json"))["rows"]
    answer = ResultsApi(results).leaderboard()
    for told in (rows, answer["rows"]):
        found = {row["slug"]: (row.get("rank"), row.get("unranked_because")) for row in told}
        assert found["many-3"] == (2, None) and found["many-2"] == (None, OTHER_ROW)
        assert found["zero"] == (None, "no system prompt") and found["poor"] == (4, None)
    (order,) = [order for order in answer["orders"] if order["id"] == ORDER.id]
    assert {row["slug"]: row["rank"] for row in order["rows"]}["many-1"] is None


def test_the_model_page_counts_models(results):
    records = results.board("echomind")
    found = profile(BOARD, "many-2", records)
    assert found.places[0].rank is None and found.places[0].reason == OTHER_ROW and found.places[0].of == 4
    told = ModelApi(results)
    assert told.model("echomind", "many-2")["unranked_because"] == OTHER_ROW
    assert told.model("echomind", "many-3")["unranked_because"] is None
    (line,) = [line for line in found.lines if line.metric.id == "understanding_acc"]
    assert (line.rank, line.of, line.distance) == (None, 4, "")
    (line,) = [line for line in profile(BOARD, "fair", records).lines if line.metric.id == "understanding_acc"]
    assert (line.rank, line.of) == (3, 4)


def test_a_frame_has_the_same_places(records):
    table = ordered(board_frame(BOARD, records), ORDER)
    places = {slug: int(rank) for slug, rank in table["rank"].dropna().items()}
    assert places == {slug: place.plain for slug, place in rank_board(BOARD, records, ORDER).ranks.items()}
