import json

import pytest

from echomind.errors import EchoMindError, ResultsError
from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View, board_choices, current_order, order_choices
from echomind.settings import ROOT

RESULTS = ROOT / "results"


def names(view):
    return [row.record.model.name for row in arrange(view, Results(RESULTS)).rows]


def test_the_first_view_is_the_official_order_of_the_main_board():
    table = arrange(View(), Results(RESULTS))
    assert (table.rows[0].record.model.name, table.rows[0].rank, table.rows[0].value) == ("GPT-4o-Audio", 1, 67.145)
    assert table.total == len(table.rows) == 14


def test_asking_again_for_the_same_column_turns_it_round():
    view = View().toggled("wer")
    assert names(view)[0] == "Audio-Flamingo3"
    assert names(view.toggled("wer"))[0] == "EchoX"
    assert view.toggled("wer").toggled("ves").best_first


def test_search_keeps_ranks():
    table = arrange(View().searching("kimi"), Results(RESULTS))
    (row,) = table.rows
    assert (row.record.model.name, row.rank) == ("Kimi-Audio", 5)
    assert (row.place.clear, row.place.worst, row.place.plain) == (5, 6, 6)
    assert (table.found, table.total) == (1, 14)


def test_long_search_text_is_cut():
    assert len(View().searching("x" * 10_000).text) == 200


def test_the_language_never_mixes():
    chinese = View().on_board("humdial")
    english = chinese.in_language("en")
    assert chinese.language == "zh" and english.language == "en"
    for view, other in ((chinese, "en"), (english, "zh")):
        assert not [m.id for m in arrange(view, Results(RESULTS)).metrics if m.language == other]
    assert chinese.in_language("fr") == chinese


def test_an_order_of_one_language_gives_way_in_the_other():
    view = View().on_board("humdial").toggled("t3_d1_zh")
    assert view.in_language("en").order == "final_overall"
    assert View().on_board("humdial").in_language("en").order == "final_overall"


def test_empathy_of_people_and_judge_rank_differently():
    judge = names(View().on_board("humdial").in_order("t3_d1_zh"))
    people = names(View().on_board("humdial").in_order("t3_d2_human_zh"))
    assert judge[0] == "SenseDialog" and people.index("SenseDialog") == 2


@pytest.mark.parametrize("board", [choice[1] for choice in board_choices()])
def test_every_board_can_be_shown_in_every_order(board):
    view, records = View().on_board(board), len(list((RESULTS / board).glob("*.json")))
    for _, order in order_choices(view):
        assert len(arrange(view.in_order(order), Results(RESULTS)).rows) == records
    assert arrange(view, Results(RESULTS)).total == records


def test_a_column_that_is_sorted_by_joins_the_orders_on_offer():
    assert order_choices(View().toggled("wer"))[-1] == ("Column: Word error rate", "wer")
    assert len(order_choices(View())) == 3


def test_a_board_without_an_order_is_alphabetical_and_unranked():
    table = arrange(View().on_board("ieat-dev"), Results(RESULTS))
    assert current_order(table.view) is None and table.rows[0].rank is None


@pytest.mark.parametrize("order", ["", "nope", "t1_avg_zh", "__class__"])
def test_unknown_orders_and_boards_are_refused(order):
    with pytest.raises(EchoMindError, match="expected one of"):
        View().in_order(order)
    with pytest.raises(EchoMindError, match="expected one of"):
        View().on_board(order)


def test_a_broken_file_is_an_error_of_one_line(write):
    with pytest.raises(ResultsError, match=r"echomind/model-a\.json"):
        arrange(View(), Results(write(b"{")))


def test_zero_one_and_many_models(record, write, tmp_path):
    assert arrange(View(), Results(tmp_path)).rows == ()
    assert arrange(View(), Results(write(record))).rows[0].rank == 1
    for index in range(120):
        record["model"]["name"] = f"Model {index}"
        record["scores"] = {"understanding_acc": index / 2, "reasoning_acc": 50.0}
        record["intervals"] = {}
        record["n"] = {}
        results = write(json.loads(json.dumps(record)), f"m{index}")
    table = arrange(View(), Results(results))
    assert table.total == 121 and table.rows[0].rank == 1
