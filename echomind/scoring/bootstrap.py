"""How sure a score is: 95 % intervals by a bootstrap over scripts, for ratios of sums.

One script is heard in several deliveries and asked several questions, so its items are not independent of each other:
whole scripts are drawn with replacement, never items. One matrix of draws serves every score of a set, and two models
on the same scripts, so that differences can be paired.

The interval is BCa (Efron 1987, "Better bootstrap confidence intervals"), which follows the skew that scores near 0 or
100 % have, stretched from the value by Student's t over the normal quantile, because few scripts say little about their
own spread (Hesterberg 2015, "What Teachers Should Know About the Bootstrap"). Coverage of the nominal 95 %, simulated:
95 to 96 % with 126 scripts of three questions at 25 to 99.5 % right, 94 % or more from 6 scripts on, 88 to 94 % with 3
or 4.

Where all scripts agree (all right, all wrong, one constant mark) there is no spread to draw from, and a width of zero
would be a lie. The bound is then exact: were a share q of scripts unlike those seen, m scripts would all miss it with
probability (1 - q)^m; q where that is 2.5 % gives the interval (for shares, Clopper and Pearson's with scripts as the
sample). It takes the items of a script to stand or fall together, since nothing was seen that says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from echomind.errors import DataError

RESAMPLES = 2000  # the ends of an interval move by about 2 % of its width between seeds
SEED = 20251026  # the date of arXiv 2510.22758; any number would do, as long as it stays
_TAIL = 0.025
_Z = float(ndtri(1 - _TAIL))
_SAME = 1e-12  # ratios of sums that are equal on paper differ by less than this
_SAME_MARK = 1e-6  # cosines of equal float32 vectors differ by about 1e-7
_COLUMNS_AT_ONCE = 256  # bounds memory: draws of 256 scores are 4 MB


class Interval(NamedTuple):
    """Both ends, or ``None`` twice where one script alone leaves nothing to compare."""

    low: float | None
    high: float | None


class Difference(NamedTuple):
    """``value`` is a minus b, with its interval, over the ``scripts`` both have."""

    value: float
    low: float | None
    high: float | None
    scripts: int


def clusters(item_scripts: Sequence[str], scripts: Sequence[str], metric: str) -> np.ndarray:
    """Position of each item's script in ``scripts``: int64 (n,). The one place that says which items belong together.

    Raises ``DataError`` with metric and script for an item of none of them.
    """
    place = {script: i for i, script in enumerate(scripts)}
    missing = [script for script in item_scripts if script not in place]
    if missing:
        raise DataError(f"{metric}: found an item of the script {missing[0]!r}, which is not in the set")
    return np.array([place[script] for script in item_scripts], np.int64)


def cluster_sums(index: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Sum of ``values`` (n,) over each of ``count`` scripts: float64 (count,)."""
    return np.bincount(index, weights=values, minlength=count)


@lru_cache(maxsize=8)
def draws(count: int) -> np.ndarray:
    """How often each of ``count`` scripts is in each draw: float64 (RESAMPLES, count), read-only; rows sum to count."""
    matrix = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(float)
    matrix.flags.writeable = False
    return matrix


class _Sample(NamedTuple):
    """One score: its value, its values in each draw (NaN where undefined), without each script, and of each script."""

    value: float
    drawn: np.ndarray
    left_out: np.ndarray
    single: np.ndarray


def _ratios(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)


def _sample(numerator: np.ndarray, denominator: np.ndarray, drawn: np.ndarray) -> _Sample:
    """The score of the scripts whose sums are given, all with a positive denominator."""
    top, bottom = numerator.sum(), denominator.sum()
    left_out = _ratios(top - numerator, bottom - denominator)
    return _Sample(float(top / bottom), drawn, left_out, numerator / denominator)


def _agreed(value: float, scripts: int, low: float, high: float) -> Interval:
    """The interval where all scripts have the same value: a share ``q`` of others could have gone unseen."""
    q = 1 - _TAIL ** (1 / scripts)
    return Interval(value - q * (value - low), value + q * (high - value))


def _bca(sample: _Sample) -> tuple[float, float]:
    """Ends of the BCa interval; undefined draws (none of the score's scripts in them) do not count."""
    drawn = sample.drawn[np.isfinite(sample.drawn)]
    below, at = np.mean(drawn < sample.value - _SAME), np.mean(np.abs(drawn - sample.value) <= _SAME)
    bias = ndtri(np.clip(below + at / 2, 1 / len(drawn), 1 - 1 / len(drawn)))
    pull = sample.left_out.mean() - sample.left_out
    acceleration = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    z = bias + np.array([-_Z, _Z])
    # past this the correction turns round, which happens only with a handful of scripts; the plain ends are kept then
    steady = 1 - acceleration * z
    tails = ndtr(bias + z / steady) if (steady > 0).all() else np.array([_TAIL, 1 - _TAIL])
    low, high = np.quantile(drawn, tails)
    return float(low), float(high)


def _interval(sample: _Sample, worst: float, best: float) -> Interval:
    """One interval around ``sample.value``, inside what marks can be: ``worst`` to ``best`` and all that was seen."""
    scripts = len(sample.single)
    if scripts < 2:
        return Interval(None, None)
    floor = min(worst, best, float(sample.single.min()))
    ceiling = max(worst, best, float(sample.single.max()))
    if np.ptp(sample.single) <= _SAME_MARK:
        return _agreed(sample.value, scripts, floor, ceiling)
    low, high = _bca(sample)
    stretch = float(stdtrit(scripts - 1, 1 - _TAIL)) / _Z
    return Interval(
        max(floor, sample.value - stretch * max(0.0, sample.value - low)),
        min(ceiling, sample.value + stretch * max(0.0, high - sample.value)),
    )


def intervals(
    numerator: np.ndarray, denominator: np.ndarray, worst: Sequence[float], best: Sequence[float]
) -> list[Interval]:
    """Intervals of ``C`` scores, each ``sum(numerator) / sum(denominator)`` over scripts.

    ``numerator`` and ``denominator`` are sums of each script, (scripts, C); a script without items of a score has the
    denominator 0 there. ``worst`` and ``best`` bound the marks of an item, unscaled. The value lies in its interval.
    """
    found: list[Interval] = []
    matrix = draws(len(numerator))
    for first in range(0, numerator.shape[1], _COLUMNS_AT_ONCE):
        part = slice(first, first + _COLUMNS_AT_ONCE)
        tops, bottoms = numerator[:, part], denominator[:, part]
        drawn = _ratios(matrix @ tops, matrix @ bottoms)
        for c in range(tops.shape[1]):
            here = bottoms[:, c] > 0
            sample = _sample(tops[here, c], bottoms[here, c], drawn[:, c])
            found.append(_interval(sample, worst[first + c], best[first + c]))
    return found


class ScriptSums(NamedTuple):
    """One score by script: ids, and sums of numerator and denominator, float64 (scripts,) each, denominators > 0."""

    scripts: tuple[str, ...]
    numerator: np.ndarray
    denominator: np.ndarray


def script_sums(item_scripts: Sequence[str], numerator: np.ndarray, denominator: np.ndarray) -> ScriptSums:
    """Items summed by script, the scripts in order of their ids."""
    scripts = tuple(sorted(set(item_scripts)))
    index = clusters(item_scripts, scripts, "difference")
    return ScriptSums(
        scripts, cluster_sums(index, numerator, len(scripts)), cluster_sums(index, denominator, len(scripts))
    )


def paired_difference(a: ScriptSums, b: ScriptSums, worst: float = 0.0, best: float = 1.0) -> Difference:
    """Score of ``a`` minus score of ``b`` over the scripts both have, each draw taking the same scripts for both.

    What makes a script hard is then the same on both sides and cancels. ``worst`` and ``best`` bound one item's mark.
    Raises ``DataError`` where no script is shared.
    """
    shared = sorted(set(a.scripts) & set(b.scripts))
    if not shared:
        raise DataError("found no script that both have, expected at least one: a paired difference needs shared items")
    matrix = draws(len(shared))
    samples = []
    for side in (a, b):
        rows = clusters(shared, side.scripts, "difference")
        top, bottom = side.numerator[rows], side.denominator[rows]
        samples.append(_sample(top, bottom, _ratios(matrix @ top, matrix @ bottom)))
    difference = _Sample(*(left - right for left, right in zip(*samples, strict=True)))
    span = abs(best - worst)
    return Difference(difference.value, *_interval(difference, -span, span), len(shared))


@lru_cache(maxsize=16)
def _draws_of(sample: int, count: int) -> np.ndarray:
    """As ``draws``, for one of several samples: another number, independent draws."""
    return np.random.default_rng((SEED, sample)).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)


def sum_of_means(parts: Sequence[tuple[float, np.ndarray]], worst: float, best: float) -> tuple[float, Interval]:
    """A weighted sum of means of independent samples, and its interval: a final score over tasks of their own items.

    ``parts``: a weight, and the values of one sample, float64 (n,) with one value a cluster. Each sample is drawn by
    itself. ``worst`` and ``best`` bound the sum. Where no sample has any spread, the bound is that of the smallest one.
    Raises ``DataError`` for a sample without values.
    """
    if not parts or min(len(values) for _, values in parts) < 1:
        raise DataError("found a sample without values, expected at least one value in each")
    value = float(sum(weight * values.mean() for weight, values in parts))
    fewest = min(len(values) for _, values in parts)
    if fewest < 2:
        return value, Interval(None, None)
    drawn = np.zeros(RESAMPLES)
    left_out, single = [], []
    for number, (weight, values) in enumerate(parts):
        n = len(values)
        drawn += weight * (_draws_of(number, n) @ values) / n
        off = weight * (values - values.mean())
        left_out.append(value - off / (n - 1))
        single.append(value + off)
    sample = _Sample(value, drawn, np.concatenate(left_out), np.concatenate(single))
    if np.ptp(sample.single) <= _SAME_MARK:
        return value, _agreed(value, fewest, min(worst, best), max(worst, best))
    return value, _interval(sample, worst, best)
