import html
import json
import re

import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.comparison import compare
from echomind.leaderboard.figures import plain, scatter, shortened, text_width
from echomind.leaderboard.records import Record, read_board
from echomind.settings import ROOT
from tests.unit.leaderboard.made_rows import HOSTILE

BOARD = BOARDS["echomind"]


@pytest.fixture(scope="module")
def records():
    return read_board(ROOT / "results", "echomind")


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("y", ["c_speech_rel", "reasoning_acc", "ves"])
def test_every_model_is_a_point_with_its_name_beside_it(records, width, y):
    found = compare(BOARD, records, "understanding_acc", y)
    figure = scatter(found, width)
    points = figure.data[-1]
    assert list(points.x) == list(found.xs) and list(points.text) == list(found.models)
    assert {note.text for note in figure.layout.annotations} == set(found.models)
    assert len(figure.data) == 4  # two edges of the band, the line, the points


def test_axes_tell_unit_and_direction_of_better(records):
    figure = scatter(compare(BOARD, records, "wer", "ves"))
    assert "Word error rate (WER, %)" in figure.layout.xaxis.title.text
    assert "← better" in figure.layout.xaxis.title.text
    assert "Vocal empathy (VES, 1 to 5)" in figure.layout.yaxis.title.text
    assert "→ better" in figure.layout.yaxis.title.text


def test_paper_is_transparent_and_axes_never_promise_impossible_values(records):
    figure = scatter(compare(BOARD, records, "semsim", "nisqa"))
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.xaxis.range[1] < 100.2
    assert figure.layout.yaxis.range[1] < 5.1


def test_without_a_correlation_there_is_no_line():
    board = BOARDS["echomind-upper-bound"]
    found = compare(board, read_board(ROOT / "results", board.id), "c_ctx_fit", "ves")
    assert found.result.failure == "few"
    assert [trace.mode for trace in scatter(found).data] == ["markers"]


def test_no_model_at_all_gives_a_figure_that_says_so():
    figure = scatter(compare(BOARD, {}, "wer", "ves"))
    assert figure.layout.annotations[0].text == "No model has both scores"
    assert len(figure.data) == 0


def test_names_are_text_in_figures_too(record):
    record["model"]["name"] = "<b>A</b> & <a href='x'>"
    record["scores"] = {"wer": 1.0, "ves": 2.0}
    records = {"a": Record.model_validate({**record, "intervals": {}, "n": {}}, strict=False)}
    figure = scatter(compare(BOARD, records, "wer", "ves"))
    assert html.unescape(figure.layout.annotations[0].text) == "<b>A</b> & <a href='x'>"
    assert "<b>A" not in json.dumps(figure.to_plotly_json(), default=list)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_name_is_anything_to_plotly(name):
    escaped = plain(name)
    assert html.unescape(escaped) == name
    assert not re.search(r"[<>$%{}\\]|&(?!#\d+;)", escaped)


def test_long_labels_are_cut_and_wide_letters_count_more():
    assert shortened("short", 10) == "short"
    assert shortened("m" * 80, 10) == "m" * 9 + "…"
    assert text_width("模型") > 3.5 and text_width("e\u0301") == 1
    cut = shortened("模型" * 20, 10)
    assert cut == "模型模型模…" and text_width(cut) <= 10
    assert shortened("ae\u0301" * 9, 5) == "ae\u0301ae\u0301…"


def test_the_whole_name_stands_at_the_pointer(record):
    record["model"]["name"] = "x y " * 19 + "last"
    record["scores"] = {"wer": 1.0, "ves": 2.0}
    records = {"a": Record.model_validate({**record, "intervals": {}, "n": {}}, strict=False)}
    for width in ("wide", "narrow"):
        (lines,) = scatter(compare(BOARD, records, "wer", "ves"), width).data[-1].text
        assert lines.replace("<br>", "") == record["model"]["name"]
        assert max(map(len, lines.split("<br>"))) <= 44
