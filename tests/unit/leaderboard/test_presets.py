import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.presets import ALL, OVERVIEW, PRESETS, counterpart, of_preset, presets_for, shown_columns
from echomind.leaderboard.view import OPENING, View

ALL_BOARDS = pytest.mark.parametrize("board", BOARDS.values(), ids=lambda board: board.id)


def test_presets_are_no_metrics():
    assert not set(PRESETS) & set(METRICS)


@ALL_BOARDS
def test_every_preset_on_offer_has_columns_and_is_less_than_all(board):
    for language in board.languages or ("",):
        offered = presets_for(board, language)
        assert ALL in offered
        for preset in offered:
            columns = of_preset(board, language, preset)
            assert columns and (preset == ALL or len(columns) < len(board.columns(language or None)))
        assert shown_columns(board, language, "people", ()) != ()


@ALL_BOARDS
def test_the_opening_view_shows_what_its_order_is_by(board):
    view = OPENING.on_board(board.id)
    shown = {metric.id for metric in view.metrics}
    for order in board.orders_for(view.language or None)[:1]:
        assert set(order.metrics) <= shown


def test_people_are_never_among_the_judges():
    board = BOARDS["humdial"]
    assert {m.group for m in of_preset(board, "zh", "people")} == {"human"}
    assert not {m.group for m in of_preset(board, "zh", "words")} & {"human", "arena"}


def test_columns_are_chosen_one_by_one_and_the_last_one_stays():
    view = View().with_preset("level_reasoning")
    assert [m.id for m in view.metrics] == ["reasoning_acc"]
    assert view.with_column("reasoning_acc") == view
    own = view.with_column("wer")
    assert [m.id for m in own.metrics] == ["wer", "reasoning_acc"] and own.columns == ("wer", "reasoning_acc")
    assert own.with_preset(OVERVIEW).columns == ()


def test_the_own_choice_follows_the_language():
    view = View().on_board("humdial").with_preset("people").with_column("t1_avg_zh")
    english = view.in_language("en")
    assert english.columns == tuple(c.replace("_zh", "_en") for c in view.columns)
    assert counterpart("final_overall", "en", BOARDS["humdial"]) == "final_overall"


def test_a_preset_that_the_next_board_lacks_gives_way_to_the_overview():
    assert View(preset="words").on_board("echomind-arena").preset == OVERVIEW
    assert View(preset="words").on_board("echomind-mini").preset == "words"
