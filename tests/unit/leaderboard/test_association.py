import numpy as np
import pytest
from scipy import stats

from echomind.leaderboard.association import Axis, Weighted, bca_interval, bootstrap_weights, resamples


def repeated(values, weights):
    return np.repeat(values, weights)


@pytest.mark.parametrize("tied", [False, True])
def test_a_weighting_is_the_same_as_repeating_the_points(tied):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=12), rng.normal(size=12)
    if tied:
        x, y = np.round(x), np.round(y)
    weights = rng.multinomial(12, np.full(12, 1 / 12), size=50)
    found = Weighted(Axis(x), Axis(y), weights)
    for row, w in enumerate(weights):
        a, b = repeated(x, w), repeated(y, w)
        if np.ptp(a) == 0 or np.ptp(b) == 0:
            assert np.isnan([found.pearson[row], found.spearman[row], found.kendall[row]]).all()
            continue
        assert found.pearson[row] == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-10)
        assert found.spearman[row] == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-10)
        assert found.kendall[row] == pytest.approx(stats.kendalltau(a, b).statistic, abs=1e-6)


def test_midranks_share_the_places_of_ties():
    axis = Axis(np.array([3.0, 1.0, 3.0, 2.0]))
    assert axis.midranks(axis.runs(np.ones((4, 1)))).T.tolist() == [[3.5, 1.0, 3.5, 2.0]]
    assert axis.ranks.tolist() == [3.5, 1.0, 3.5, 2.0]
    # the second point three times: ranks 1 2 3, then 4, then 5 and 6
    assert axis.midranks(axis.runs(np.array([[1.0], [3.0], [1.0], [1.0]]))).T.tolist() == [[5.5, 2.0, 5.5, 4.0]]


def test_points_far_from_zero_and_close_together_lose_no_digits():
    x = 1e8 + np.array([0.0, 1e-3, 2e-3, 3e-3, 4e-3, 1e6])
    y = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 0.0])
    weights = np.array([[1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 1]])
    found = Weighted(Axis(x), Axis(y), weights).pearson
    assert found[0] == pytest.approx(stats.pearsonr([0, 1, 2, 3, 4], y[:5]).statistic, abs=1e-4)
    assert found[1] == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-9)


@pytest.mark.parametrize("n", [5, 30, 100, 500, 5000])
def test_draws_are_as_many_as_said_and_keep_n(n):
    weights = bootstrap_weights(n)
    assert weights.shape == (resamples(n), n)
    assert (weights.sum(axis=1) == n).all()
    assert 1_000 <= resamples(n) <= 10_000
    assert weights is bootstrap_weights(n)
    with pytest.raises(ValueError, match="read-only"):
        weights[0, 0] = 1


def test_bca_by_hand_without_skew_or_bias_is_the_percentile_interval():
    drawn = np.linspace(-1, 1, 2001)
    found = bca_interval(0.0, drawn, np.array([-0.1, 0.0, 0.1]))  # a symmetric jackknife: acceleration 0
    assert (found.low, found.high) == (pytest.approx(-0.95, abs=1e-3), pytest.approx(0.95, abs=1e-3))
    assert found.method == "BCa"


def test_bca_leans_to_the_side_where_the_draws_fall_short():
    drawn = np.linspace(-1, 1, 2001)
    found = bca_interval(0.2, drawn, np.array([0.1, 0.2, 0.3]))  # 60 % of the draws lie below
    z = stats.norm.ppf(0.6)
    expected = [2 * stats.norm.cdf(2 * z + side) - 1 for side in (-1.959964, 1.959964)]
    assert (found.low, found.high) == (pytest.approx(expected[0], abs=2e-3), pytest.approx(expected[1], abs=2e-3))


@pytest.mark.parametrize(
    ("value", "drawn", "left_out", "method", "says"),
    [
        (0.0, [np.nan] * 6 + [0.1] * 4, [0, 1, 2], "none", "equal on one axis"),
        (1.0, [1.0] * 10, [1, 1, 1], "none", "same value"),
        (0.5, np.linspace(0, 1, 100), [0.4, np.nan, 0.6], "percentile", "without one of the points"),
        (2.0, np.linspace(0, 1, 100), [0.4, 0.5, 0.6], "percentile", "one side"),
    ],
)
def test_what_bca_cannot_do_is_said(value, drawn, left_out, method, says):
    found = bca_interval(value, np.array(drawn), np.array(left_out, float))
    assert found.method == method
    assert says in found.note
    assert (found.low is None) == (method == "none")
