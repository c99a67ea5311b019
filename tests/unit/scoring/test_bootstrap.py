"""Intervals: do they hold what they promise, and do they admit what they cannot know?"""

import numpy as np
import pytest
from scipy import stats

from echomind.errors import DataError
from echomind.scoring.bootstrap import (
    RESAMPLES,
    cluster_sums,
    clusters,
    draws,
    intervals,
    paired_difference,
    script_sums,
    sum_of_means,
)

SETS = 400  # made-up sets; each gives one interval, all from one call


def _coverage(numerator, denominator, truth, worst=0.0, best=1.0):
    found = intervals(numerator, denominator, [worst] * numerator.shape[1], [best] * numerator.shape[1])
    return sum(interval.low <= truth <= interval.high for interval in found)


def _plausible(covered, rate=0.95):
    low, high = stats.binom.interval(0.999, SETS, rate)
    return low <= covered <= high


def test_every_draw_takes_as_many_scripts_as_there_are_and_the_same_each_time():
    matrix = draws(7)
    assert matrix.shape == (RESAMPLES, 7)
    assert (matrix.sum(axis=1) == 7).all()
    draws.cache_clear()
    assert (draws(7) == matrix).all()
    with pytest.raises(ValueError, match="read-only"):
        draws(7)[0, 0] = 1


def test_the_interval_of_a_guesser_contains_chance_as_often_as_it_says():
    """126 scripts with 2 to 4 options a question; right answers to one script go together, as for a real guesser."""
    rng = np.random.default_rng(1)
    options = np.array([2, 3, 4])
    right = (rng.random((126, SETS, 3)) < 1 / options).sum(axis=2).astype(float)
    covered = _coverage(right, np.full((126, SETS), 3.0), truth=float((1 / options).mean()))
    assert _plausible(covered), f"{covered} of {SETS} intervals contain chance"


@pytest.mark.parametrize("p", [0.3, 0.95])
def test_items_of_a_script_that_stand_or_fall_together_widen_the_interval(p):
    rng = np.random.default_rng(2)
    right = 3.0 * (rng.random((126, SETS)) < p)
    three = np.full((126, SETS), 3.0)
    assert _plausible(_coverage(right, three, truth=p))
    # as if the 378 questions were independent: the mistake that drawing items would make
    naive = intervals(np.repeat(right / 3, 3, axis=0), np.repeat(three / 3, 3, axis=0), [0] * SETS, [1] * SETS)
    assert not _plausible(sum(i.low <= p <= i.high for i in naive))


@pytest.mark.parametrize(("scripts", "least"), [(3, 0.88), (6, 0.91), (20, 0.93)])
def test_few_scripts_are_not_taken_for_many(scripts, least):
    rng = np.random.default_rng(3)
    marks = rng.beta(2.4, 5.6, (scripts, SETS))
    others = 126 - scripts  # scripts of other cues: no items of this score
    numerator = np.vstack([marks, np.zeros((others, SETS))])
    denominator = np.vstack([np.ones((scripts, SETS)), np.zeros((others, SETS))])
    assert _coverage(numerator, denominator, truth=0.3) >= least * SETS


@pytest.mark.parametrize("rate", [0.9, 0.97, 0.99])
def test_a_nearly_perfect_score_still_admits_the_truth(rate):
    """Where often nothing is wrong: the exact bound and the bootstrap together must not cover less than they say."""
    rng = np.random.default_rng(4)
    right = (rng.random((60, SETS)) < rate).astype(float)
    assert _coverage(right, np.ones((60, SETS)), truth=rate) >= 0.92 * SETS


def test_all_right_is_clopper_and_pearsons_bound_over_scripts():
    ones = np.ones((40, 1))
    (interval,) = intervals(3 * ones, 3 * ones, [0.0], [1.0])
    exact = stats.binomtest(40, 40).proportion_ci(method="exact")
    assert interval.low == pytest.approx(exact.low)
    assert interval.high == 1.0
    (none_right,) = intervals(0 * ones, 3 * ones, [0.0], [1.0])
    assert none_right.low == 0.0
    assert none_right.high == pytest.approx(1 - exact.low)


def test_one_constant_mark_is_bounded_on_both_sides():
    (interval,) = intervals(np.full((10, 1), 3.0), np.ones((10, 1)), [1.0], [5.0])
    q = 1 - 0.025**0.1
    assert interval == pytest.approx((3 - 2 * q, 3 + 2 * q))


def test_no_word_error_at_all_is_not_proof_of_none():
    (interval,) = intervals(np.zeros((126, 1)), np.full((126, 1), 10.0), [1.0], [0.0])
    assert interval.low == 0.0
    assert 0.02 < interval.high < 0.04


def test_word_error_rates_above_one_are_not_cut():
    rng = np.random.default_rng(5)
    errors = rng.integers(5, 30, (30, 1)).astype(float)
    (interval,) = intervals(errors, np.full((30, 1), 10.0), [1.0], [0.0])
    assert interval.low < errors.sum() / 300 < interval.high
    assert interval.high > 1


def test_a_ratio_weighs_scripts_by_their_words():
    """Sum of errors over sum of words, not the mean of rates: the interval must lie around the former."""
    words = np.array([[1.0], [100.0]] * 30)
    errors = np.array([[1.0], [10.0], [0.0], [12.0]] * 15)
    (interval,) = intervals(errors, words, [1.0], [0.0])
    ratio = errors.sum() / words.sum()
    assert interval.low < ratio < interval.high
    assert interval.high < (errors / words).mean()


def test_one_script_has_no_interval():
    assert intervals(np.ones((1, 1)), np.ones((1, 1)), [0.0], [1.0]) == [(None, None)]
    two, one = np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [1.0, 0.0]])
    found = intervals(two, one, [0.0] * 2, [1.0] * 2)
    assert found[0].low is not None
    assert found[1] == (None, None)


def test_intervals_do_not_depend_on_their_neighbours():
    rng = np.random.default_rng(6)
    numerator = (rng.random((30, 300)) < 0.5).astype(float)
    together = intervals(numerator, np.ones((30, 300)), [0.0] * 300, [1.0] * 300)
    alone = intervals(numerator[:, 299:], np.ones((30, 1)), [0.0], [1.0])
    assert together[299] == pytest.approx(alone[0])


def test_clusters_name_an_item_that_belongs_nowhere():
    assert clusters(["b", "a", "b"], ["a", "b"], "wer").tolist() == [1, 0, 1]
    assert cluster_sums(np.array([1, 0, 1]), np.array([1.0, 2.0, 4.0]), 3).tolist() == [2.0, 5.0, 0.0]
    with pytest.raises(DataError, match="wer: found an item of the script 'c'"):
        clusters(["a", "c"], ["a", "b"], "wer")


def _sums(marks, scripts=None):
    names = scripts or [f"s{i}" for i in range(len(marks))]
    return script_sums(names, np.asarray(marks, float), np.ones(len(marks)))


def test_pairing_cancels_what_makes_a_script_hard():
    rng = np.random.default_rng(7)
    hardness = rng.normal(0, 0.2, 100)
    a, b = 0.6 + hardness + rng.normal(0, 0.01, 100), 0.58 + hardness + rng.normal(0, 0.01, 100)
    found = paired_difference(_sums(a), _sums(b), worst=-1, best=2)
    assert found.value == pytest.approx((a - b).mean())
    assert 0 < found.low < found.value < found.high
    alone = intervals(a[:, None], np.ones((100, 1)), [-1.0], [2.0])[0]
    assert found.high - found.low < 0.1 * (alone.high - alone.low)


def test_a_paired_difference_has_its_coverage():
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(SETS):
        hard = rng.random(60)
        a, b = (rng.random(60) < 0.8 * hard + 0.2).astype(float), (rng.random(60) < 0.8 * hard).astype(float)
        found = paired_difference(_sums(a), _sums(b))
        covered += found.low <= 0.2 <= found.high
    assert _plausible(covered), f"{covered} of {SETS}"


def test_a_paired_difference_uses_shared_scripts_alone():
    a = _sums([1.0, 0.0, 1.0, 1.0], ["s1", "s2", "s3", "only-a"])
    b = _sums([0.0, 0.0, 0.0, 1.0], ["s3", "s2", "s1", "only-b"])
    found = paired_difference(a, b)
    assert found.scripts == 3
    assert found.value == pytest.approx(2 / 3)
    with pytest.raises(DataError, match="no script that both have"):
        paired_difference(_sums([1.0], ["x"]), _sums([1.0], ["y"]))


def test_a_model_against_itself_differs_by_nothing_but_the_unseen():
    found = paired_difference(_sums([1.0, 0.0] * 20), _sums([1.0, 0.0] * 20))
    assert found.value == 0
    assert found.low == pytest.approx(-found.high)
    assert 0 < found.high < 0.1


@pytest.mark.parametrize("n", [20, 150])
def test_a_sum_over_tasks_has_its_coverage(n):
    """Three tasks with dialogues of their own, as a HumDial final: 0.2 T1 + 0.2 T2 + 0.6 T3."""
    rng = np.random.default_rng(6)
    chances = [(0.1, 0.3, 0.6), (0.02, 0.08, 0.9), (0.2, 0.5, 0.3)]
    weights, grid = (0.2, 0.2, 0.6), np.array([1.0, 3.0, 5.0])
    truth = sum(w * float(grid @ np.array(p)) for w, p in zip(weights, chances, strict=True))
    covered = 0
    for _ in range(SETS):
        parts = [(w, rng.choice(grid, n, p=p)) for w, p in zip(weights, chances, strict=True)]
        _, (low, high) = sum_of_means(parts, 1.0, 5.0)
        covered += low <= truth <= high
    assert _plausible(covered), f"{covered} of {SETS}"


def test_samples_of_a_sum_are_drawn_by_themselves():
    values = np.arange(40.0) % 5
    _, (low, high) = sum_of_means([(0.5, values), (0.5, values[::-1])], 0.0, 4.0)
    _, (one_low, one_high) = sum_of_means([(1.0, values)], 0.0, 4.0)
    assert (high - low) / (one_high - one_low) == pytest.approx(2**-0.5, abs=0.05)
    value, interval = sum_of_means([(1.0, values)], 0.0, 4.0)
    assert value == 2.0 and interval.low < 2.0 < interval.high


def test_a_sum_of_constants_is_bounded_by_its_smallest_sample():
    value, interval = sum_of_means([(0.4, np.full(150, 5.0)), (0.6, np.full(3, 5.0))], 1.0, 5.0)
    unseen = 1 - 0.025 ** (1 / 3)
    assert value == 5.0 and interval == pytest.approx((5 - 4 * unseen, 5.0))


def test_a_sum_needs_values():
    assert sum_of_means([(0.5, np.array([1.0])), (0.5, np.array([2.0, 3.0]))], 1.0, 5.0) == (1.75, (None, None))
    for parts in ([], [(1.0, np.array([]))]):
        with pytest.raises(DataError, match="found a sample without values"):
            sum_of_means(parts, 1.0, 5.0)
