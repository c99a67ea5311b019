import numpy as np
import pytest
from scipy import stats

from echomind.leaderboard.association import Axis
from echomind.leaderboard.permutation import p_kendall, pairings, two_sided


def test_pairings_are_all_of_them_for_few_and_orders_for_more():
    assert len({tuple(row) for row in pairings(5).tolist()}) == 120
    assert (np.sort(pairings(20), axis=1) == np.arange(20)).all()


@pytest.mark.parametrize("n", (300, 481, 512, 513))
def test_orders_of_many_points_are_of_all_points_and_each_place_is_as_likely(n):
    rows = pairings(n)
    assert rows.shape == (1_000, n)
    assert (np.sort(rows, axis=1) == np.arange(n)).all()
    mean, sure = (n - 1) / 2, np.sqrt((n * n - 1) / 12 / 1_000)
    assert np.abs(rows[:, [0, n // 2, n - 1]].mean(axis=0) - mean).max() < 4 * sure


def test_p_of_ties_among_few_models_is_by_lot_and_near_the_normal_one_above():
    rng = np.random.default_rng(4)
    x, y = np.round(rng.normal(size=15)), np.round(rng.normal(size=15))
    lot = p_kendall(Axis(x), Axis(y))
    assert lot.method == "permutation"
    assert lot.value == pytest.approx(stats.kendalltau(x, y, method="asymptotic").pvalue, abs=0.06)
    x, y = np.round(rng.normal(size=40)), np.round(rng.normal(size=40))
    normal = p_kendall(Axis(x), Axis(y))
    assert normal == (pytest.approx(stats.kendalltau(x, y).pvalue), "normal")


def test_two_sided_doubles_the_smaller_tail_and_counts_the_sample_where_lots_were_drawn():
    chance = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    assert two_sided(2.0, chance, exact=True) == pytest.approx(2 / 5)
    assert two_sided(2.0, chance, exact=False) == pytest.approx(4 / 6)
    assert two_sided(0.0, chance, exact=True) == 1.0
