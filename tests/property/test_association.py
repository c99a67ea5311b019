"""Properties of coefficients, intervals and p values over generated points."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from echomind.leaderboard.correlation import MIN_MODELS, _correlate, correlate

SCORE = st.integers(100, 130).map(lambda n: n / 100)  # as published: two decimals, so ties happen
POINTS = st.lists(st.tuples(SCORE, SCORE), min_size=MIN_MODELS, max_size=20)
NAMES = ("pearson", "spearman", "kendall")


@settings(max_examples=60, deadline=None)
@given(POINTS)
def test_every_number_is_in_its_range_and_kendall_is_scipys(points):
    x, y = zip(*points, strict=True)
    found = correlate(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found.failure == "constant"
        return
    assert found.kendall.value == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-6)
    for name in NAMES:
        coefficient = getattr(found, name)
        assert -1 <= coefficient.value <= 1
        assert 0 < coefficient.p <= 1
        if coefficient.low is None:
            assert coefficient.note
        else:
            assert -1 <= coefficient.low <= coefficient.value <= coefficient.high <= 1
        assert (coefficient.note == "") == (coefficient.method == "BCa")
    if found.influences:
        assert len(found.influences) == found.n


@settings(max_examples=30, deadline=None)
@given(POINTS)
def test_the_same_points_give_the_same_answer_and_turning_an_axis_turns_the_sign(points):
    x, y = zip(*points, strict=True)
    first = correlate(x, y)
    _correlate.cache_clear()
    assert correlate(x, y) == first
    if first.failure is None:
        turned = correlate(x, tuple(-b for b in y))
        for name in NAMES:
            assert getattr(turned, name).value == pytest.approx(-getattr(first, name).value, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(POINTS, st.integers(1, 3))
def test_an_order_is_unchanged_by_what_keeps_it(points, power):
    x, y = zip(*points, strict=True)
    found = correlate(x, y)
    if found.failure is None:
        bent = correlate([math.pow(a, 2 * power + 1) for a in x], y)
        assert np.isclose(bent.spearman.value, found.spearman.value)
        assert np.isclose(bent.kendall.value, found.kendall.value)
