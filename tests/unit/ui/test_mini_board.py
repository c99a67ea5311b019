"""The pages with a board of four models, made by the scorer, whose columns are stand-ins and measures of our own."""

from dataclasses import replace

import pytest

from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View, order_choices
from echomind.ui import correlations, leaderboard
from echomind.ui.board_view import board_table
from echomind.ui.reading import below, verdict
from tests.unit.leaderboard.made_reports import write_mini_board


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return Results(write_mini_board(tmp_path_factory.mktemp("mini")))


def test_the_table_shows_ranks_intervals_and_stand_ins(parse, results):
    view = View().on_board("echomind-mini")
    page = parse(board_table(arrange(view, results)))
    rows = page.all("tbody")[0].children
    assert [row.all("th", scope="row")[0].all("a")[0].text for row in rows] == [f"Model {name}" for name in "ABCD"]
    # neighbours whose intervals overlap share places
    assert [row.children[0].text for row in rows] == ["1may be 1–2", "1may be 1–3", "2may be 2–4", "3may be 3–4"]
    official = parse(board_table(arrange(replace(view, official=True), results)))
    assert [row.children[0].text for row in official.all("tbody")[0].children] == ["1", "2", "3", "4"]
    assert [th.text for th in page.all("th", scope="colgroup")][-1] == "Across voices and levels"
    assert "SemSim, MiniLM" in page.text and "METEOR, stems" in page.text
    assert "Never comparable with the paper's board" in page.text
    assert len(page.all("small")) > 4  # intervals
    for _, order in order_choices(view):
        assert len(arrange(view.in_order(order), results).rows) == 4


def test_a_voice_score_of_a_silent_model_is_a_dash_with_a_reason(parse, results):
    page = parse(leaderboard.table_html(View().on_board("echomind-mini"), results))
    assert "this model does not speak" in str([e.attributes for e in page.all()])


def test_four_models_are_plotted_and_the_sentence_says_that_they_are_too_few(parse, results):
    axes = correlations.Axes().on_board("echomind-mini")
    assert (axes.x, axes.y) == ("understanding_acc", "style_direction_minilm")
    found = correlations.comparison(axes, results)
    assert found.result.n == 4
    assert found.result.spearman is None  # four in perfect order are no evidence
    assert found.sentence.startswith("Only 4 models have both")
    assert len(parse(below(found)).all("tbody")[0].children) == 4
    assert parse(verdict(found)).text
    assert correlations.show(axes, "wide", results)[4] is not None
    choices = correlations.axis_choices(BOARDS["echomind-mini"], "")
    assert ("Reply follows the voice (MiniLM) (direction, MiniLM)", "style_direction_minilm") in choices


def test_both_pages_open_before_there_are_results(parse, tmp_path):
    empty = Results(tmp_path)
    assert "This board has no results yet." in leaderboard.table_html(View().on_board("echomind-mini"), empty)[0]
    shown = correlations.show(correlations.Axes().on_board("echomind-mini"), "wide", empty)
    assert "No model has both" in shown[5]
