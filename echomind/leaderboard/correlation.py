"""Does one score predict another? Pearson and Spearman over models, with the uncertainty that so few models leave.

The interval is a seeded percentile bootstrap: whole models are drawn with replacement, and both coefficients and the
fitted line are recomputed from the same draws. It says how much the numbers would move with other models of this kind;
it does not know that some models are relatives of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import stats

RESAMPLES = 10_000  # the ends of the interval move by about 0.01 between seeds
SEED = 20260305
# Four models come in perfect order by luck once in 12 times, and the bootstrap would call that 1.00 to 1.00, certain.
MIN_MODELS = 5
MIN_DEFINED = 0.5  # share of the draws that must give a coefficient before an interval is shown
_LEVEL = 95

Failure = Literal["few", "constant"]


@dataclass(frozen=True)
class Coefficient:
    """A correlation in [-1, 1] with its 95 % interval, ``None`` where too few draws gave a coefficient."""

    value: float
    low: float | None
    high: float | None

    @property
    def decided(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Fit:
    """Least-squares line over the range of x: ``y`` at the points ``x``, with a 95 % band ``low`` to ``high``."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Influence:
    """The model whose removal moves Spearman's coefficient most, by position, and the coefficients without it."""

    index: int
    pearson: float
    spearman: float


@dataclass(frozen=True)
class Correlation:
    """Everything said about ``n`` pairs. With a ``failure`` there is no number at all.

    ``undefined`` counts the draws (of ``RESAMPLES``) in which every model had the same x or y, so that no coefficient
    exists; the interval is taken over the others.
    """

    n: int
    failure: Failure | None = None
    pearson: Coefficient | None = None
    spearman: Coefficient | None = None
    fit: Fit | None = None
    influence: Influence | None = None
    undefined: int = 0


def _pearson_rows(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson of each row pair; ``NaN`` where a row is constant. ``x`` and ``y`` are (draws, n)."""
    x_off = x - x.mean(axis=1, keepdims=True)
    y_off = y - y.mean(axis=1, keepdims=True)
    scale = np.sqrt((x_off**2).sum(axis=1) * (y_off**2).sum(axis=1))
    # A constant row leaves rounding noise of its mean behind, so constancy is read from the values themselves.
    defined = (np.ptp(x, axis=1) > 0) & (np.ptp(y, axis=1) > 0) & (scale > 0)
    r = np.full(len(x), np.nan)
    r[defined] = (x_off * y_off).sum(axis=1)[defined] / scale[defined]
    return np.clip(r, -1.0, 1.0)


def _spearman_rows(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return _pearson_rows(stats.rankdata(x, axis=1), stats.rankdata(y, axis=1))


def _interval(value: float, draws: np.ndarray) -> Coefficient:
    defined = draws[~np.isnan(draws)]
    if len(defined) < MIN_DEFINED * len(draws):
        return Coefficient(value, None, None)
    tail = (100 - _LEVEL) / 2
    low, high = np.percentile(defined, [tail, 100 - tail])
    return Coefficient(value, float(low), float(high))


def _fit(x: np.ndarray, y: np.ndarray, draws_x: np.ndarray, draws_y: np.ndarray, steps: int = 41) -> Fit:
    grid = np.linspace(x.min(), x.max(), steps)
    usable = np.ptp(draws_x, axis=1) > 0
    draws_x, draws_y = draws_x[usable], draws_y[usable]
    x_mean, y_mean = draws_x.mean(axis=1, keepdims=True), draws_y.mean(axis=1, keepdims=True)
    slope = ((draws_x - x_mean) * (draws_y - y_mean)).sum(axis=1) / ((draws_x - x_mean) ** 2).sum(axis=1)
    lines = y_mean + slope[:, None] * (grid[None, :] - x_mean)
    tail = (100 - _LEVEL) / 2
    low, high = np.percentile(lines, [tail, 100 - tail], axis=0)
    line = stats.linregress(x, y)
    best = line.intercept + line.slope * grid
    return Fit(*(tuple(float(v) for v in values) for values in (grid, best, low, high)))


def _influence(x: np.ndarray, y: np.ndarray, spearman: float) -> Influence | None:
    """Leave-one-out: each row of the (n, n-1) index matrix leaves one model out."""
    n = len(x)
    if n <= MIN_MODELS:
        return None
    kept = np.array([[j for j in range(n) if j != i] for i in range(n)])
    without = _spearman_rows(x[kept], y[kept])
    if np.isnan(without).all():
        return None
    index = int(np.nanargmax(np.abs(without - spearman)))
    return Influence(index, float(_pearson_rows(x[kept[[index]]], y[kept[[index]]])[0]), float(without[index]))


@lru_cache(maxsize=256)
def _correlate(x_values: tuple[float, ...], y_values: tuple[float, ...]) -> Correlation:
    x, y = np.asarray(x_values, dtype=float), np.asarray(y_values, dtype=float)
    n = len(x)
    if n < MIN_MODELS:
        return Correlation(n, "few")
    pearson, spearman = _pearson_rows(x[None], y[None])[0], _spearman_rows(x[None], y[None])[0]
    if np.isnan(pearson) or np.isnan(spearman):
        return Correlation(n, "constant")
    draws = np.random.default_rng(SEED).integers(0, n, size=(RESAMPLES, n))
    pearson_draws = _pearson_rows(x[draws], y[draws])
    return Correlation(
        n,
        pearson=_interval(float(pearson), pearson_draws),
        spearman=_interval(float(spearman), _spearman_rows(x[draws], y[draws])),
        fit=_fit(x, y, x[draws], y[draws]),
        influence=_influence(x, y, float(spearman)),
        undefined=int(np.isnan(pearson_draws).sum()),
    )


def correlate(x: Sequence[float], y: Sequence[float]) -> Correlation:
    """Pearson and Spearman of the pairs of which neither value is ``NaN``, with intervals, line and influence.

    Fewer than ``MIN_MODELS`` pairs, or an axis on which all values are equal, give a ``failure`` and no number.
    Raises ``ValueError`` when the two sequences differ in length or hold an infinity.
    """
    if len(x) != len(y):
        raise ValueError(f"found {len(x)} x values and {len(y)} y values, expected as many of each")
    pairs = [(float(a), float(b)) for a, b in zip(x, y, strict=True) if not (np.isnan(a) or np.isnan(b))]
    if not np.isfinite(pairs).all():
        raise ValueError("found an infinite value, expected finite scores")
    return _correlate(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
