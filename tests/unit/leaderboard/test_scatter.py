import html
import json

import plotly.graph_objects as go
import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.comparison import compare
from echomind.leaderboard.labels import MAX_LABELS
from echomind.leaderboard.points import COLOURINGS
from echomind.leaderboard.records import Record, read_board
from echomind.leaderboard.scatter import diameter, scatter
from echomind.settings import ROOT

BOARD = BOARDS["echomind"]


@pytest.fixture(scope="module")
def records():
    return read_board(ROOT / "results", "echomind")


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("y", ["c_speech_rel", "reasoning_acc", "ves"])
def test_every_model_is_a_point_with_its_name_beside_it(records, width, y):
    found = compare(BOARD, records, "understanding_acc", y)
    figure = scatter(found, width)
    drawn = [trace for trace in figure.data if trace.text]
    points = {name: (x, y) for trace in drawn for name, x, y in zip(trace.text, trace.x, trace.y, strict=True)}
    assert points == dict(zip(found.models, zip(found.xs, found.ys, strict=True), strict=True))
    assert {note.text for note in figure.layout.annotations} == set(found.models)
    assert sum(trace.fill == "tonexty" for trace in figure.data) == 1  # the band
    go.Figure(figure.to_dict())  # plotly checks it


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
    assert {trace.mode for trace in scatter(found).data} == {"markers"}


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


def test_the_whole_name_stands_at_the_pointer(record):
    record["model"]["name"] = "x y " * 19 + "last"
    record["scores"] = {"wer": 1.0, "ves": 2.0}
    records = {"a": Record.model_validate({**record, "intervals": {}, "n": {}}, strict=False)}
    for width in ("wide", "narrow"):
        figure = scatter(compare(BOARD, records, "wer", "ves"), width)
        (lines,) = next(trace.text for trace in figure.data if trace.text)
        assert lines.replace("<br>", "") == record["model"]["name"]
        assert max(map(len, lines.split("<br>"))) <= 44


def test_the_title_has_n(records):
    for width in ("wide", "narrow"):
        assert "n = 10 models" in scatter(compare(BOARD, records, "understanding_acc", "ves"), width).layout.title.text


def test_groups_differ_in_colour_and_symbol_and_the_legend_counts_them(records):
    figure = scatter(compare(BOARD, records, "understanding_acc", "reasoning_acc"))
    legend = {trace.name for trace in figure.data if trace.name}
    assert {"open weights (13)", "closed weights (1)", "size not stated (3)", "approximate interval"} <= legend
    for _, groups in COLOURINGS.values():
        for field in ("name", "colour", "symbol"):
            assert len({getattr(group, field) for group in groups.values()}) == len(groups)


def test_unknown_sizes_are_hollow_and_known_ones_grow(records):
    figure = scatter(compare(BOARD, records, "understanding_acc", "reasoning_acc"))
    symbol, size = {}, {}
    for trace in (trace for trace in figure.data if trace.text):
        for name, its_symbol, its_size in zip(trace.text, trace.marker.symbol, trace.marker.size, strict=True):
            symbol[name], size[name] = its_symbol, its_size
    assert symbol["GPT-4o-Audio"] == "diamond-open" and symbol["EchoX"] == "circle-open"
    assert symbol["Kimi-Audio"] == "circle" and size["Step-Audio"] > size["Kimi-Audio"]
    assert diameter(1e-9) == 7 and diameter(1e9) == 20


def test_measured_intervals_are_solid_and_approximate_ones_dotted(records):
    mini = BOARDS["echomind-mini"]
    found = compare(mini, read_board(ROOT / "results", mini.id), "understanding_acc", "reasoning_acc")
    (bars,) = [trace for trace in scatter(found).data if trace.name == "95 % interval"]
    assert bars.line.dash is None and len(bars.x) == 3 * 2 * 4
    record = found.records[0]
    assert set(record.intervals["understanding_acc"]) <= set(bars.x)
    approximate = scatter(compare(BOARD, records, "understanding_acc", "ves"))
    (bars,) = [trace for trace in approximate.data if trace.name == "approximate interval"]
    assert bars.line.dash == "dot" and len(bars.x) == 3 * 10  # VES has none


def test_the_pointer_is_told_values_n_size_and_source(records):
    figure = scatter(compare(BOARD, records, "understanding_acc", "ves"))
    told = {n: d for trace in figure.data for n, d in zip(trace.text or (), trace.customdata or (), strict=True)}
    said = html.unescape(told["Kimi-Audio"])
    for words in ("ACC 49.27 % (about 47.82–50.72)", "n 4,576", "VES", "7B parameters", "from a paper, "):
        assert words in said
    assert "number of parameters not stated" in told["GPT-4o-Audio"]


def test_a_crowd_has_all_its_points_and_no_names(records):
    first = records["kimi-audio"]
    crowd = {}
    for i in range(MAX_LABELS + 1):
        scores = {**first.scores, "understanding_acc": 20 + i / 3, "reasoning_acc": 70 - i / 2}
        model = first.model.model_copy(update={"name": f"Model {i}"})
        crowd[f"m{i}"] = first.model_copy(update={"scores": scores, "model": model})
    figure = scatter(compare(BOARD, crowd, "understanding_acc", "reasoning_acc"))
    assert sum(len(trace.text or ()) for trace in figure.data) == MAX_LABELS + 1
    assert not figure.layout.annotations
    assert not any("interval" in (trace.name or "") for trace in figure.data)
