"""Properties of the matrix of pairs, sums by script and differences over generated scores and items."""

import datetime
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.correlation import MIN_MODELS, correlate
from echomind.leaderboard.matrix import correlation_matrix, holm
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.paired import Contestant, difference
from echomind.leaderboard.records import ModelInfo, Provenance, Record
from echomind.leaderboard.scripts_data import from_rows, parse_items, to_bytes

BOARD, METRIC = "echomind-mini", "reasoning_acc"
GAP = st.one_of(st.just(math.nan), st.integers(100, 120).map(lambda n: n / 100))
ROW = st.tuples(st.integers(0, 6), st.sampled_from([0.0, 50.0, 100.0]))
ITEMS = st.lists(ROW, min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(GAP, GAP, GAP), max_size=14))
def test_a_cell_says_what_the_close_look_at_its_pair_says(rows):
    values = np.array(rows, float).reshape(len(rows), 3)
    found = correlation_matrix("abc", values)
    for i in range(3):
        for j in range(3):
            cell, look = found.cells[i][j], correlate(values[:, i].tolist(), values[:, j].tolist())
            assert cell is found.cells[j][i]
            assert cell.n == look.n
            if i == j:
                continue
            assert (cell.spearman is None) == (look.failure is not None)
            if cell.spearman is None:
                assert cell.reason and cell.p is cell.p_holm is cell.low is None
            else:
                assert cell.n >= MIN_MODELS
                assert cell.spearman == pytest.approx(look.spearman.value, abs=1e-9)
                assert 0 < cell.p <= cell.p_holm <= 1
                assert cell.low is None or -1 <= cell.low <= cell.spearman <= cell.high <= 1


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_never_lowers_a_p_nor_changes_their_order(p):
    adjusted = holm(p)
    assert all(a >= b and a <= 1 for a, b in zip(adjusted, p, strict=True))
    order = np.argsort(p, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()
    if p:
        assert min(adjusted) == min(1.0, len(p) * min(p))


def made(rows, model="A"):
    items = [
        {
            "key": f"q{i}",
            "script": f"s{script}",
            "style": None,
            "metric": METRIC,
            "value": value,
            "weight": 1.0,
            "failed": False,
        }
        for i, (script, value) in enumerate(rows)
    ]
    return from_rows(items, board=BOARD, model=model, scorer="echomind-1.0", set_digest="0" * 64)


def contestant(rows, name):
    items = made(rows, name)
    record = Record(
        schema=1,
        board=BOARD,
        model=ModelInfo(name=name),
        protocol=BOARDS[BOARD].protocol,
        provenance=Provenance(kind="measured", source="x", date=datetime.date(2026, 1, 1), verified=True),
        scores={METRIC: items.metrics[METRIC].value},
    )
    return Contestant(name, record, items)


@settings(deadline=None)
@given(ITEMS)
def test_sums_give_the_mean_of_the_items_and_survive_the_file(rows):
    items = made(rows)
    assert items.metrics[METRIC].value == pytest.approx(np.mean([value for _, value in rows]))
    assert items.metrics[METRIC].n == len(rows)
    assert parse_items(to_bytes(items)) == items
    assert made(rows[::-1]) == items  # the order of the rows makes no difference


@settings(max_examples=40, deadline=None)
@given(ITEMS, ITEMS)
def test_a_difference_turned_round_is_the_same_finding(a, b):
    metric = METRICS[METRIC]
    there = difference(contestant(a, "A"), contestant(b, "B"), metric)
    back = difference(contestant(b, "B"), contestant(a, "A"), metric)
    assert there.value == pytest.approx(-back.value, abs=1e-9)
    assert (there.kind, there.scripts) == (back.kind, back.scripts)
    assert "nan" not in there.sentence
    if there.low is not None:
        assert -100 <= there.low <= there.value + 1e-9 and there.value - 1e-9 <= there.high <= 100
        assert there.better in (None, "A", "B")
        # BCa of one turned round is the other but for which draws lie where a quantile is taken
        assert there.low == pytest.approx(-back.high, abs=0.15 * (there.high - there.low) + 1e-6)
