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


NAMES = ("pearson", "spearman", "kendall")
SCIPYS = {
    "pearson": lambda a, b: stats.pearsonr(a, b, axis=-1).statistic,
    "spearman": lambda a, b: stats.pearsonr(stats.rankdata(a, axis=-1), stats.rankdata(b, axis=-1), axis=-1).statistic,
}


@pytest.mark.parametrize("name", SCIPYS)
def test_the_interval_agrees_with_scipys_bca(cloud, name):
    x, y = cloud
    theirs = stats.bootstrap(
        (x, y),
        lambda a, b, axis: SCIPYS[name](a, b),
        paired=True,
        vectorized=True,
        method="BCa",
        n_resamples=10_000,
        rng=1,
    ).confidence_interval
    ours = getattr(correlate(x, y), name)
    assert ours.method == "BCa"
    assert ours.low == pytest.approx(theirs.low, abs=0.03)
    assert ours.high == pytest.approx(theirs.high, abs=0.02)


def test_kendalls_interval_agrees_with_scipys_bca(cloud):
    x, y = cloud
    theirs = stats.bootstrap(
        (x, y),
        lambda a, b: stats.kendalltau(a, b).statistic,
        paired=True,
        vectorized=False,
        method="BCa",
        n_resamples=3_000,
        rng=1,
    ).confidence_interval
    ours = correlate(x, y).kendall
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=0.04), pytest.approx(theirs.high, abs=0.03))


def test_200_random_data_sets_agree_with_scipy():
    rng = np.random.default_rng(11)
    for trial in range(200):
        n = int(rng.integers(MIN_MODELS, 40))
        x = rng.normal(size=n)
        y = rng.uniform(-1, 1) * x + rng.normal(size=n)
        if trial % 2:  # ties
            x, y = np.round(x * 2), np.round(y * 2)
        if np.ptp(x) == 0 or np.ptp(y) == 0:
            continue
        found = correlate(x, y)
        theirs = {
            "pearson": stats.pearsonr(x, y).statistic,
            "spearman": stats.spearmanr(x, y).statistic,
            "kendall": stats.kendalltau(x, y).statistic,
        }
        for name, value in theirs.items():
            assert getattr(found, name).value == pytest.approx(value, abs=1e-10), (trial, name)
        for without in found.influences:
            if without is not None:
                rest = [i for i in range(n) if i != without.index]
                assert without.spearman == pytest.approx(stats.spearmanr(x[rest], y[rest]).statistic, abs=1e-10)


def test_a_hand_worked_example_of_five():
    # ranks 1 2 3 4 5 against 2 1 4 3 5: squared differences 1 1 1 1 0, so rho = 1 - 6 * 4 / (5 * 24) = 0.8;
    # 8 of 10 pairs agree and 2 do not, so tau = 0.6
    found = correlate([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    assert found.spearman.value == pytest.approx(0.8)
    assert found.kendall.value == pytest.approx(0.6)
    # of the 120 orders, 8 have rho of 0.8 or more (1 with 1.0, 4 with 0.9, 3 with 0.8): p = 16 / 120
    assert found.spearman.p == pytest.approx(16 / 120)
    # 14 orders have at most two discordant pairs (1 + 4 + 9): p = 28 / 120
    assert found.kendall.p == pytest.approx(28 / 120)
    assert {found.spearman.p_method, found.kendall.p_method, found.pearson.p_method} == {"exact"}


def test_p_of_few_models_is_scipys_exact_one():
    rng = np.random.default_rng(5)
    for trial in range(6):
        n = 5 + trial // 3
        x, y = rng.normal(size=n), rng.normal(size=n)
        if trial % 3 == 0:
            x = np.round(x)
        if np.ptp(x) == 0:
            continue
        found = correlate(x, y)
        for name, statistic in {
            "pearson": lambda a, y=y: stats.pearsonr(a, y).statistic,
            "spearman": lambda a, y=y: stats.spearmanr(a, y).statistic,
            "kendall": lambda a, y=y: stats.kendalltau(a, y).statistic,
        }.items():
            theirs = stats.permutation_test((x,), statistic, permutation_type="pairings", n_resamples=math.inf)
            assert getattr(found, name).p == pytest.approx(theirs.pvalue, abs=1e-9), (trial, name)


def test_p_of_more_models_is_near_what_theory_says(cloud):
    x, y = cloud
    found = correlate(x, y)
    assert found.pearson.p == pytest.approx(stats.pearsonr(x, y).pvalue, abs=0.01)
    assert found.spearman.p == pytest.approx(stats.spearmanr(x, y).pvalue, abs=0.03)
    assert found.kendall.p == pytest.approx(stats.kendalltau(x, y, method="exact").pvalue, abs=1e-12)
    assert (found.spearman.p_method, found.kendall.p_method) == ("permutation", "exact")


def test_p_is_uniform_where_nothing_goes_together():
    rng = np.random.default_rng(3)
    found = [correlate(rng.normal(size=14), rng.normal(size=14)) for _ in range(150)]
    for name in NAMES:
        share = np.mean([getattr(f, name).p < 0.2 for f in found])
        assert 0.1 < share < 0.3, (name, share)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(8)
    truth, hits = 0.6, 0
    for _ in range(200):
        x = rng.normal(size=20)
        found = correlate(x, truth * x + math.sqrt(1 - truth**2) * rng.normal(size=20)).pearson
        hits += found.low <= truth <= found.high
    assert 0.86 <= hits / 200 <= 0.99, hits / 200  # BCa of 20 points is known to be a little short of 95 %


def test_every_model_has_its_influence_and_one_that_leaves_nothing_has_none():
    found = correlate([0, 0, 0, 0, 0, 1], [1, 2, 3, 4, 5, 6])
    assert [without is None for without in found.influences] == [False] * 5 + [True]
    assert found.influence in found.influences


def test_perfect_order_leaves_no_interval_to_draw_but_a_p():
    found = correlate([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 70])
    assert found.spearman.value == found.kendall.value == 1.0
    assert (found.spearman.low, found.spearman.method) == (None, "none")
    assert "every draw gives the same value" in found.spearman.note
    assert found.spearman.p == pytest.approx(2 / 720)
    assert found.spearman.decided
    assert found.pearson.low is not None


def test_bca_that_is_not_defined_gives_way_to_percentiles_and_says_so():
    # all but one have the same x: without that one there is no coefficient, so there is no jackknife
    found = correlate([0] * 9 + [1], range(10))
    assert found.spearman.method == "percentile"
    assert "without one of the points" in found.spearman.note
    assert found.spearman.low <= found.spearman.value


def test_moving_and_stretching_an_axis_changes_no_coefficient(cloud):
    x, y = cloud
    moved = correlate(1e6 + 1e-3 * x, y)
    for name in NAMES:
        before, after = getattr(correlate(x, y), name), getattr(moved, name)
        assert (after.value, after.low, after.high) == pytest.approx((before.value, before.low, before.high), abs=1e-5)


@pytest.mark.parametrize("n", [14, 500])
def test_as_many_draws_as_said(n):
    rng = np.random.default_rng(n)
    found = correlate(rng.normal(size=n), rng.normal(size=n))
    assert found.resamples == {14: RESAMPLES, 500: 1_000}[n]
    assert len(found.influences) == n


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
    assert found.pearson is found.spearman is found.kendall is found.fit is found.influence is None
    assert found.influences == ()


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
    assert found.influence.kendall == pytest.approx(1.0)
    assert [without.index for without in found.influences] == list(range(6))


def test_swapping_the_axes_changes_nothing_but_the_line(cloud):
    x, y = cloud
    assert correlate(x, y).pearson == correlate(y, x).pearson
    assert correlate(x, y).spearman == correlate(y, x).spearman
    assert correlate(x, y).kendall == correlate(y, x).kendall
