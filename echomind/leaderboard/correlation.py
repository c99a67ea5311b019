"""Does one score predict another? Three coefficients over models, with the uncertainty that so few models leave.

Pearson speaks of a straight line, Spearman and Kendall of the order alone. For intervals (``association``) whole models
are drawn with replacement, and all coefficients and the fitted line come from the same draws; p is that of pairing by
chance (``permutation``). They say how far the numbers would move with other models of this kind; they do not know that
some models are relatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from echomind.leaderboard import association
from echomind.leaderboard.association import TAIL, Axis, IntervalMethod, Weighted
from echomind.leaderboard.jackknife import WithoutEach
from echomind.leaderboard.permutation import P, PMethod, p_kendall, p_pearson, p_spearman

RESAMPLES = association.MOST_DRAWS  # up to 30 models; ``Correlation.resamples`` says how many there were
SEED = association.SEED
MIN_DEFINED = association.MIN_DEFINED
# Four models come in perfect order by luck once in 12 times, and the bootstrap would call that 1.00 to 1.00, certain.
MIN_MODELS = 5
_P_DECIDES = 0.05  # the counterpart of a 95 % interval
_STEPS = 41  # points of the fitted line
_BESIDE = ThreadPoolExecutor(2, "echomind-kendall")  # half of the work, beside the other half: numpy lets threads be
_BAND_DRAWS = 4_000  # the band is drawn, not read off: its edges move by a pixel

Failure = Literal["few", "constant"]


@dataclass(frozen=True)
class Coefficient:
    """A correlation in [-1, 1] with its 95 % interval and its two-sided p.

    Without an interval ``low`` and ``high`` are ``None``. ``note`` says why it is not BCa, or why there is none.
    """

    value: float
    low: float | None
    high: float | None
    p: float | None = None
    p_method: PMethod | None = None
    method: IntervalMethod = "BCa"
    note: str = ""

    @property
    def decided(self) -> bool:
        """Whether the interval excludes 0; where there is none, as in perfect order, whether p is below 0.05."""
        if self.low is None or self.high is None:
            return self.unlikely
        return self.low > 0 or self.high < 0

    @property
    def unlikely(self) -> bool:
        """Whether pairing by chance would seldom give as much: p below 0.05. ``False`` without p."""
        return self.p is not None and self.p < _P_DECIDES


@dataclass(frozen=True)
class Fit:
    """Least-squares line over the range of x: ``y`` at the points ``x``, with a 95 % band ``low`` to ``high``."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Influence:
    """The coefficients without the model at position ``index``."""

    index: int
    pearson: float
    spearman: float
    kendall: float


@dataclass(frozen=True)
class Correlation:
    """Everything said about ``n`` pairs. With a ``failure`` there is no number at all.

    ``undefined`` counts the draws (of ``resamples``) in which every model had the same x or y, so that no coefficient
    exists; the interval is taken over the others. ``influences`` has one entry a model, ``None`` where no coefficient
    is left without it, and is empty where too few models would be left; ``influence`` is the one whose removal moves
    Spearman's coefficient most.
    """

    n: int
    failure: Failure | None = None
    pearson: Coefficient | None = None
    spearman: Coefficient | None = None
    fit: Fit | None = None
    influence: Influence | None = None
    undefined: int = 0
    kendall: Coefficient | None = None
    influences: tuple[Influence | None, ...] = ()
    resamples: int = 0


def _fit(here: Weighted, drawn: Weighted) -> Fit:
    """The line of the sample, and the band of the lines of the draws in which x varies."""
    grid = np.linspace(here.x.values.min(), here.x.values.max(), _STEPS)
    found = drawn.moments
    usable = np.flatnonzero(found.defined & (found.xx > 0))[:_BAND_DRAWS]
    slope = found.xy[usable] / found.xx[usable]
    lines = found.y[usable, None] + slope[:, None] * (grid[None, :] - found.x[usable, None])
    low, high = np.percentile(lines, [100 * TAIL, 100 - 100 * TAIL], axis=0)
    mine = here.moments
    best = mine.y[0] + mine.xy[0] / mine.xx[0] * (grid - mine.x[0])
    return Fit(*(tuple(float(v) for v in values) for values in (grid, best, low, high)))


def _influences(without: WithoutEach) -> tuple[Influence | None, ...]:
    triples = zip(without.pearson.tolist(), without.spearman.tolist(), without.kendall.tolist(), strict=True)
    return tuple(None if np.isnan(s) else Influence(i, p, s, k) for i, (p, s, k) in enumerate(triples))


def _most(influences: tuple[Influence | None, ...], spearman: float) -> Influence | None:
    known = [influence for influence in influences if influence is not None]
    return max(known, key=lambda influence: abs(influence.spearman - spearman), default=None)


@lru_cache(maxsize=256)  # with 500 models 100 kB each
def _correlate(x_values: tuple[float, ...], y_values: tuple[float, ...]) -> Correlation:
    n = len(x_values)
    if n < MIN_MODELS:
        return Correlation(n, "few")
    x, y = Axis(np.asarray(x_values, np.float64)), Axis(np.asarray(y_values, np.float64))
    here = Weighted(x, y, np.ones((1, n)))
    if np.isnan(here.pearson[0]):
        return Correlation(n, "constant")
    drawn = Weighted(x, y, association.bootstrap_weights(n))
    undefined = int((~drawn.defined).sum())
    kendall = _BESIDE.submit(getattr, drawn, "kendall")
    without = WithoutEach(x, y)

    def coefficient(name: Literal["pearson", "spearman", "kendall"], p: P) -> Coefficient:
        value = float(getattr(here, name)[0])
        ends = association.bca_interval(value, getattr(drawn, name), getattr(without, name))
        return Coefficient(value, ends.low, ends.high, p.value, p.method, ends.method, ends.note)

    pearson, spearman = coefficient("pearson", p_pearson(x, y)), coefficient("spearman", p_spearman(x, y))
    influences, fit = _influences(without) if n > MIN_MODELS else (), _fit(here, drawn)
    kendall.result()  # kept in ``drawn``
    return Correlation(
        n,
        pearson=pearson,
        spearman=spearman,
        kendall=coefficient("kendall", p_kendall(x, y)),
        fit=fit,
        influence=_most(influences, float(here.spearman[0])),
        influences=influences,
        undefined=undefined,
        resamples=len(drawn.weights),
    )


def correlate(x: Sequence[float], y: Sequence[float]) -> Correlation:
    """All coefficients of the pairs of which neither value is ``NaN``, with intervals, p, line and influence.

    Fewer than ``MIN_MODELS`` pairs, or an axis on which all values are equal, give a ``failure`` and no number. Results
    are kept, so that asking again costs nothing. Raises ``ValueError`` when the two sequences differ in length or hold
    an infinity.
    """
    if len(x) != len(y):
        raise ValueError(f"found {len(x)} x values and {len(y)} y values, expected as many of each")
    pairs = [(float(a), float(b)) for a, b in zip(x, y, strict=True) if not (np.isnan(a) or np.isnan(b))]
    if not np.isfinite(pairs).all():
        raise ValueError("found an infinite value, expected finite scores")
    return _correlate(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
