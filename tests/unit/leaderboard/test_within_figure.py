from itertools import pairwise

import plotly.graph_objects as go
import pytest
from scipy import stats

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.records import read_board
from echomind.leaderboard.scripts_data import from_rows
from echomind.leaderboard.within import LINKS
from echomind.leaderboard.within_board import FLOORS, Known, known_rows, links_there, may_be_known, within_board
from echomind.leaderboard.within_figure import MOST_HEAPS, beside, heap_mean, heaps, overview_figure, scripts_figure
from echomind.settings import ROOT

MINI = BOARDS["echomind-mini"]


@pytest.fixture(scope="module")
def rows():
    return known_rows(MINI, read_board(ROOT / "results", MINI.id), KnownItems(ROOT / "results"))


def test_heaps_are_values_where_there_are_few_of_them():
    found = heaps([0, 0, 50, 50, 50, 100], [10, 30, 20, 40, 60, 70])
    assert [(heap.x, heap.y, heap.n) for heap in found] == [(0, 20, 2), (50, 40, 3), (100, 70, 1)]
    assert found[0].y_low is None and found[2].y_low is None  # too few scripts for an interval
    low, high = stats.t.interval(0.95, 2, 40, stats.sem([20, 40, 60]))
    assert (found[1].y_low, found[1].y_high) == pytest.approx((low, high))


def test_many_values_make_few_heaps_that_part_no_equals_and_lose_no_script():
    xs = [i * 37 % 101 for i in range(200)]
    found = heaps(xs, [float(x) for x in xs])
    assert 1 < len(found) <= MOST_HEAPS and sum(heap.n for heap in found) == 200
    assert all(a.high < b.low for a, b in pairwise(found))
    assert heaps([], []) == ()
    assert heaps([5.0] * 4, [1.0, 1.0, 1.0, 1.0])[0].y_low is None  # all alike: no spread, no interval


def test_every_row_of_the_board_is_there_or_left_out(rows):
    known, left_out = rows
    assert {row.slug for row in known if row.floor} == set(FLOORS)
    assert len(known) + len(left_out) == 4
    assert links_there(known, ("wer", "understanding_acc"))[0] == ("wer", "understanding_acc")
    assert links_there(known, ("ves", "nisqa")) == LINKS[:3]
    assert not may_be_known(read_board(ROOT / "results", "echomind"))


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_figures_hold_what_the_numbers_say(rows, width):
    found = within_board(*rows, *LINKS[0])
    model = found.of("echomind")
    figure = scripts_figure(model, width)
    go.Figure(figure.to_dict())
    assert sum(int(text[2:]) for text in figure.data[1].text) == model.result.n
    assert f"{model.result.n} scripts" in figure.layout.title.text
    lines = beside([(one, row.floor) for row, one in found.models], found.pooled)
    assert [line.floor for line in lines] == [False, True, True, True]  # models first
    figure = overview_figure(lines, width)
    go.Figure(figure.to_dict())
    assert list(figure.data[1].marker.symbol) == ["circle", *["circle-open"] * 3]
    assert found.of("nobody") is None


def made(label, shift, digest="0123456789abcdef"):
    marks = [(f"s{i}", (i * 7 + shift) % 5, (i * 3 + shift) % 5) for i in range(20)]
    row = {"style": None, "weight": 1.0, "failed": False}
    items = [
        {**row, "key": f"{script}-{metric}", "script": script, "metric": metric, "value": 20.0 * value}
        for script, x, y in marks
        for metric, value in (("understanding_acc", x), ("reasoning_acc", y))
    ]
    read = from_rows(items, board=MINI.id, model=label, scorer="echomind-1.0", set_digest=digest)
    return Known(label, label, False, read)


def test_models_are_pooled_over_the_version_of_the_set_that_most_answered():
    models = (made("A", 0), made("B", 1), made("C", 3), made("D", 2, "fedcba9876543210"))
    found = within_board(models, (("E", "not known"),), "understanding_acc", "reasoning_acc")
    assert found.pooled.models == found.beyond.models == ("A", "B", "C")
    assert found.left_out == (("E", "not known"), ("D", "not in the mean: it answered another version of the set"))
    assert len(found.models) == 4
    last = beside([(one, row.floor) for row, one in found.models], found.pooled)[-1]
    assert last.mean and last.name == "Mean of 3 models" and last.value == pytest.approx(found.pooled.value)


def test_ends_of_intervals_stay_among_possible_scores(rows):
    found = within_board(*rows, *LINKS[0]).of("echomind")
    heap = heaps([1.0, 1.0, 1.0], [0.0, 0.0, 100.0])[0]
    assert heap.y_low < 0 and heap.y_high > 100
    assert heap_mean(found, heap) == "33.33 (0.00 to 100.00), 3 scripts"
