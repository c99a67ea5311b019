"""Pearson, Spearman and Kendall over many weightings of the same points at once, and the intervals that follow.

A bootstrap draw, the sample itself and the sample without one point are all the same thing: how often each point
counts. So every coefficient here takes ``weights``, (rows, n) whole numbers, and gives one value a row, ``NaN`` where
all that counts has one x or one y. The draws are seeded by n alone: the same points give the same numbers every time.

The interval is BCa (Efron 1987), its acceleration from the sample without each point (the jackknife). Where it is not
defined the plain percentile interval stands instead and says so; where the draws have no spread there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats
from scipy.special import ndtr, ndtri

from echomind.words import t

SEED = 20260305
MOST_DRAWS, FEWEST_DRAWS = 10_000, 1_000
_CELLS = 300_000  # draws times points: what keeps 500 models as quick as 14
MIN_DEFINED = 0.5  # share of the draws that must give a coefficient before an interval is shown
TAIL = 0.025  # on each side of a 95 % interval
_Z = float(ndtri(1 - TAIL))
_SIDE_BY_SIDE = 100  # rows at a time: what is between two steps stays in the processor's cache
_EXACT = 4096  # points, the square of which 32 bits still count
_CANCELS = 1e-4  # of the squares: four of sixteen digits lost
SAME = 1e-12  # coefficients that are equal on paper differ by less than this

IntervalMethod = Literal["BCa", "percentile", "none"]


def resamples(n: int) -> int:
    """How many draws ``n`` points get: 10,000 up to 30, 1,000 from 300 on: ends move by 1 to 3 % of the width."""
    return max(FEWEST_DRAWS, min(MOST_DRAWS, _CELLS // max(n, 1)))


@lru_cache(maxsize=32)  # of 500 models each pair of metrics has another n; a megabyte each
def bootstrap_weights(n: int) -> np.ndarray:
    """How often each of ``n`` points is in each draw: uint16 (resamples(n), n), read-only; rows sum to n."""
    draws = resamples(n)
    drawn = np.random.default_rng(SEED).integers(0, n, size=(draws, n)) + np.arange(draws)[:, None] * n
    weights = np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n).astype(np.uint16)
    weights.flags.writeable = False
    return weights


@dataclass(frozen=True, eq=False)
class Axis:
    """One variable, sorted once: ``values`` float64 (n,), finite."""

    values: np.ndarray

    @cached_property
    def order(self) -> np.ndarray:
        """Positions from the smallest value to the largest."""
        return np.argsort(self.values, kind="stable")

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each run of equal values begins in the sorted values."""
        ordered = self.values[self.order]
        return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))

    @property
    def tied(self) -> bool:
        """Whether any value is there twice."""
        return len(self.starts) < len(self.values)

    @cached_property
    def run(self) -> np.ndarray:
        """Which run of equal values each point is in."""
        place = np.zeros(len(self.values), np.int64)
        place[self.order[self.starts[1:]]] = 1
        found = np.empty_like(place)
        found[self.order] = np.cumsum(place[self.order])
        return found

    def runs(self, weights: np.ndarray) -> np.ndarray:
        """The weight of each run of equal values, from the smallest on: (n, rows) of points to (runs, rows)."""
        ordered = weights[self.order]
        return np.add.reduceat(ordered, self.starts, axis=0) if self.tied else ordered

    def midranks(self, runs: np.ndarray) -> np.ndarray:
        """The mean rank of each point among those that count, from ``runs``: (n, rows).

        That of a point of no weight means nothing.
        """
        return self.offsets(runs, np.asarray(-1.0))

    def offsets(self, runs: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Mean ranks as ``midranks``, less the middle of all ranks, where ``total`` points count: (n, rows)."""
        found = np.cumsum(runs, axis=0, dtype=np.float64)
        found -= runs / 2
        found -= total / 2
        return found[self.run]

    @cached_property
    def ranks(self) -> np.ndarray:
        """Mean ranks of the sample itself, from 1: float64 (n,)."""
        return np.asarray(stats.rankdata(self.values), np.float64)

    @cached_property
    def signs(self) -> np.ndarray:
        """Sign of each difference of two points: float32 (n, n)."""
        return np.sign(self.values[:, None] - self.values[None, :]).astype(np.float32)


def squares_of_ranks(runs: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Sum of squares of mean ranks about their middle, from the runs of ties: (runs, rows) to (rows,)."""
    cubes = np.einsum("ij,ij,ij->j", runs, runs, runs)  # a quarter of what ``*`` and ``sum`` take
    return np.asarray((total * total * total - cubes) / 12)


class Moments(NamedTuple):
    """Weighted means and sums of squares and products about them, one a row; ``defined``: both axes vary."""

    x: np.ndarray
    y: np.ndarray
    xx: np.ndarray
    yy: np.ndarray
    xy: np.ndarray
    defined: np.ndarray

    @property
    def correlation(self) -> np.ndarray:
        """Pearson's coefficient of each row."""
        scale = np.sqrt(np.maximum(self.xx * self.yy, 0.0))
        found = np.full(len(scale), np.nan)
        good = self.defined & (scale > 0)
        found[good] = np.clip(self.xy[good] / scale[good], -1.0, 1.0)
        return found


def moments_of(weights: np.ndarray, x: np.ndarray, y: np.ndarray, defined: np.ndarray) -> Moments:
    """One product for all rows; rows whose points lie so close together that digits cancel are done again by parts."""
    total = weights.sum(axis=1)
    middle_x, middle_y = float(x.mean()), float(y.mean())
    u, v = x - middle_x, y - middle_y
    sums = weights @ np.stack([u, v, u * u, v * v, u * v], axis=1)
    x_mean, y_mean = sums[:, 0] / total, sums[:, 1] / total
    xx = sums[:, 2] - sums[:, 0] * x_mean
    yy = sums[:, 3] - sums[:, 1] * y_mean
    xy = sums[:, 4] - sums[:, 0] * y_mean
    again = np.flatnonzero(defined & ((xx < _CANCELS * sums[:, 2]) | (yy < _CANCELS * sums[:, 3])))
    for row in again:
        w = weights[row] / total[row]
        x_off, y_off = u - w @ u, v - w @ v
        x_off, y_off = x_off - w @ x_off, y_off - w @ y_off
        xx[row], yy[row], xy[row] = (total[row] * (w @ product) for product in (x_off**2, y_off**2, x_off * y_off))
    return Moments(x_mean + middle_x, y_mean + middle_y, xx, yy, xy, defined)


@dataclass(frozen=True, eq=False)
class Weighted:
    """Two axes under ``weights`` (rows, n): everything that is asked of the same rows, computed once."""

    x: Axis
    y: Axis
    weights: np.ndarray

    @cached_property
    def _w(self) -> np.ndarray:
        """(n, rows): what is picked and summed lies side by side then, three times as fast.

        Whole numbers below 2 ** 24, and so are their sums and squares: exact in 32 bits up to 4,096 points.
        """
        return np.ascontiguousarray(self.weights.T, np.float32 if len(self.x.values) <= _EXACT else np.float64)

    @cached_property
    def _runs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.x.runs(self._w), self.y.runs(self._w), self._w.sum(axis=0)

    @cached_property
    def defined(self) -> np.ndarray:
        """Rows in which neither axis is constant, read from the values, for sums leave rounding noise: bool (rows,)."""
        x, y, total = self._runs
        return (x.max(axis=0) < total) & (y.max(axis=0) < total)

    @cached_property
    def moments(self) -> Moments:
        """Means and sums of the values."""
        return moments_of(np.asarray(self.weights, np.float64), self.x.values, self.y.values, self.defined)

    @property
    def pearson(self) -> np.ndarray:
        """Pearson's r: (rows,)."""
        return self.moments.correlation

    @cached_property
    def spearman(self) -> np.ndarray:
        """Spearman's rho, ties at their mean rank: (rows,).

        Pearson's r of the ranks: their mean is half of all ranks and one, their squares follow from the runs of ties.
        """
        x_runs, y_runs, total = self._runs
        found = np.full(len(total), np.nan)
        for first in range(0, len(total), _SIDE_BY_SIDE):
            rows = slice(first, first + _SIDE_BY_SIDE)
            good = self.defined[rows]
            x, y, w = (part[:, rows].astype(np.float64) for part in (x_runs, y_runs, self._w))
            counted = total[rows].astype(np.float64)
            offsets = self.x.offsets(x, counted), self.y.offsets(y, counted)
            products = np.einsum("ij,ij,ij->j", w, *offsets)
            scale = np.sqrt(squares_of_ranks(x, counted) * squares_of_ranks(y, counted))
            found[rows][good] = np.clip(products[good] / scale[good], -1.0, 1.0)
        return found

    @cached_property
    def kendall(self) -> np.ndarray:
        """Kendall's tau-b: (rows,). Equal points of one draw count as tied with each other."""
        x, y, total = self._runs
        single = self._w.astype(np.float32, copy=False)
        agree = ((self.x.signs * self.y.signs) @ single * single).sum(axis=0, dtype=np.float64)
        square = total.astype(np.float64) ** 2
        x_pairs, y_pairs = (square - np.einsum("ij,ij->j", runs, runs) for runs in (x, y))
        untied = np.sqrt(x_pairs * y_pairs)
        found = np.full(len(agree), np.nan)
        found[self.defined] = np.clip(agree[self.defined] / untied[self.defined], -1.0, 1.0)
        return found


class Ends(NamedTuple):
    """A 95 % interval, how it was made, and where that is not BCa, why."""

    low: float | None
    high: float | None
    method: IntervalMethod
    note: str = ""


def bca_interval(value: float, drawn: np.ndarray, left_out: np.ndarray) -> Ends:
    """BCa interval of ``value`` from its bootstrap draws and its values without each point (``NaN``: undefined).

    The value lies in its interval.
    """
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < MIN_DEFINED * len(drawn):
        return Ends(None, None, "none", t("in most draws all were equal on one axis"))
    if np.ptp(defined) <= SAME:
        return Ends(None, None, "none", t("every draw gives the same value, so the draws cannot say how sure it is"))
    below, at = np.mean(defined < value - SAME), np.mean(np.abs(defined - value) <= SAME)
    share = float(below + at / 2)
    pull = left_out.mean() - left_out
    spread = float((pull**2).sum())
    if np.isnan(spread):
        return _percentile(value, defined, t("without one of the points there is no coefficient"))
    if not 0 < share < 1:
        return _percentile(value, defined, t("all draws lie on one side of the value"))
    acceleration = float((pull**3).sum()) / (6 * spread**1.5) if spread > SAME**2 else 0.0
    z = float(ndtri(share)) + np.array([-_Z, _Z])
    steady = 1 - acceleration * z
    if not (steady > 0).all():
        return _percentile(value, defined, t("the correction for skew turns round"))
    low, high = np.quantile(defined, ndtr(float(ndtri(share)) + z / steady))
    return Ends(min(float(low), value), max(float(high), value), "BCa")


def _percentile(value: float, defined: np.ndarray, why: str) -> Ends:
    low, high = np.quantile(defined, [TAIL, 1 - TAIL])
    return Ends(
        min(float(low), value), max(float(high), value), "percentile", t("plain percentiles, since {why}", why=why)
    )
