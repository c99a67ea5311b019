import math

import numpy as np
import pytest
from scipy import stats

from echomind.leaderboard.correlation import MIN_MODELS, RESAMPLES, SEED, correlate

NAN = float("nan")


@pytest.fixture
def cloud():
    rng = np.random.default_rng(7)
    x = rng.normal(size=20)
    return x, 0.6 * x + rng.normal(size=20)


def test_coefficients_are_scipys(cloud):
    x, y = cloud
    found = correlate(x, y)
    assert found.pearson.value == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
    assert found.spearman.value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_ties_are_ranked_like_scipys():
    x, y = [1, 2, 2, 3, 3, 3, 4], [1, 1, 2, 2, 5, 4, 4]
    assert correlate(x, y).spearman.value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_the_interval_agrees_with_scipys_percentile_bootstrap(cloud):
    x, y = cloud

    def pearson(a, b, axis):
        return stats.pearsonr(a, b, axis=axis).statistic

    theirs = stats.bootstrap(
        (x, y), pearson, paired=True, vectorized=True, method="percentile", n_resamples=10_000, rng=1
    ).confidence_interval
    ours = correlate(x, y).pearson
    assert ours.low == pytest.approx(theirs.low, abs=0.03)
    assert ours.high == pytest.approx(theirs.high, abs=0.03)


def test_the_same_points_give_the_same_interval_every_time(cloud):
    from echomind.leaderboard.correlation import _correlate

    x, y = cloud
    first = correlate(x, y)
    _correlate.cache_clear()
    assert correlate(x, y) == first
    assert isinstance(SEED, int)


@pytest.mark.parametrize("n", range(MIN_MODELS))
def test_too_few_points_give_no_number(n):
    found = correlate([1.0, 2.0, 3.0, 4.0][:n], [3.0, 1.0, 2.0, 4.0][:n])
    assert (found.n, found.failure) == (n, "few")
    assert found.pearson is found.spearman is found.fit is found.influence is None


def test_five_points_are_enough_but_one_cannot_be_taken_away():
    found = correlate([1, 2, 3, 4, 5], [1, 3, 2, 4, 5])
    assert found.spearman.value == pytest.approx(0.9)
    assert found.influence is None


def test_a_perfect_order_of_too_few_models_could_be_luck():
    def by_luck(n):
        return 2 / math.factorial(n)  # all right or all reversed, among all orders

    assert by_luck(MIN_MODELS) < 0.05 < by_luck(MIN_MODELS - 1)


@pytest.mark.parametrize(("x", "y"), [([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]), ([1, 2, 3, 4, 5], [0.1] * 5)])
def test_a_constant_axis_gives_no_number(x, y):
    found = correlate(x, y)
    assert found.failure == "constant"
    assert found.pearson is None


def test_pairs_with_a_missing_value_do_not_count(cloud):
    x, y = map(list, cloud)
    with_gaps = correlate([*x, NAN, 3.0, NAN], [*y, 1.0, NAN, NAN])
    assert with_gaps == correlate(x, y)


def test_infinite_or_unpaired_values_are_refused():
    with pytest.raises(ValueError, match="infinite"):
        correlate([1, 2, 3, math.inf], [1, 2, 3, 4])
    with pytest.raises(ValueError, match="3 x values and 4 y values"):
        correlate([1, 2, 3], [1, 2, 3, 4])


def test_draws_without_a_coefficient_are_counted_and_too_many_leave_no_interval():
    rare = correlate([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 1])
    expected = (5 / 6) ** 6 + (1 / 6) ** 6
    assert rare.undefined / RESAMPLES == pytest.approx(expected, abs=0.02)
    assert rare.pearson.low is not None
    # one point of 20 stands out: it is absent from (19/20)^20 = 36 % of the draws, so the interval stays
    assert correlate(range(20), [0] * 19 + [1]).pearson.low is not None
    # both axes hang on one point each: 0.36 + 0.36 - overlap > half of the draws have no coefficient
    lone = correlate([1] + [0] * 19, [0] * 19 + [1])
    assert lone.undefined > RESAMPLES / 2
    assert lone.pearson.value == pytest.approx(-1 / 19)
    assert (lone.pearson.low, lone.pearson.high) == (None, None)
    assert not lone.pearson.decided


def test_the_line_is_least_squares_and_lies_in_its_band(cloud):
    x, y = cloud
    fit = correlate(x, y).fit
    slope, intercept = np.polyfit(x, y, 1)
    assert np.allclose(fit.y, intercept + slope * np.asarray(fit.x))
    assert (fit.x[0], fit.x[-1]) == (min(x), max(x))
    assert all(low < line < high for low, line, high in zip(fit.low, fit.y, fit.high, strict=True))


def test_influence_names_the_point_that_matters_most():
    x, y = [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, -10]
    found = correlate(x, y)
    assert found.influence.index == 5
    assert found.influence.spearman == pytest.approx(1.0)
    assert found.influence.pearson == pytest.approx(1.0)


def test_swapping_the_axes_changes_nothing_but_the_line(cloud):
    x, y = cloud
    assert correlate(x, y).pearson == correlate(y, x).pearson
    assert correlate(x, y).spearman == correlate(y, x).spearman
