"""What is left without each point, against the general way, which weighs each point."""

import numpy as np
import pytest

from echomind.leaderboard.association import Axis, Weighted
from echomind.leaderboard.jackknife import WithoutEach

COEFFICIENTS = ("pearson", "spearman", "kendall")


def both(x, y):
    axes = Axis(np.asarray(x, float)), Axis(np.asarray(y, float))
    return WithoutEach(*axes), Weighted(*axes, 1 - np.eye(len(x)))


@pytest.mark.parametrize("n", [3, 4, 5, 8, 14, 60, 300])
@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_the_same_as_with_the_weights_of_all_others(n, decimals):
    rng = np.random.default_rng([n, decimals])
    for _ in range(20):
        x = rng.normal(size=n)
        here, there = both(np.round(x, decimals), np.round(x + rng.normal(size=n), decimals))
        assert (here.defined == there.defined).all()
        for name in COEFFICIENTS:
            np.testing.assert_allclose(getattr(here, name), getattr(there, name), rtol=0, atol=1e-12)


def test_by_hand():
    # without the last, x and y are in the same order; without another, one pair of three is not
    here, _ = both([1, 2, 3, 4], [1, 2, 3, 0])
    assert here.spearman.tolist() == [-0.5, -0.5, -0.5, 1.0]
    assert here.kendall == pytest.approx([-1 / 3, -1 / 3, -1 / 3, 1])
    assert here.pearson[3] == pytest.approx(1)


@pytest.mark.parametrize("x", [[5, 5, 5, 7], [7, 5, 5, 5], [5, 7, 7]])
def test_nothing_where_only_one_point_differed(x):
    y = list(range(len(x)))
    here, there = both(x, y)
    assert (here.defined == there.defined).all()
    for name in COEFFICIENTS:
        assert (np.isnan(getattr(here, name)) == ~here.defined).all()


def test_points_far_from_zero_keep_their_digits():
    rng = np.random.default_rng(1)
    x = rng.normal(size=40)
    here, there = both(x + 1e9, x + 1e9)
    np.testing.assert_allclose(here.pearson, there.pearson, rtol=0, atol=1e-12)
    np.testing.assert_allclose(here.pearson, 1, atol=1e-12)
