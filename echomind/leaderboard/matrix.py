"""All pairs of a board's metrics at once: rank correlation, n, interval and a p that minds how many pairs there are.

Each pair uses the models that have both scores, so n differs from cell to cell. Nothing is drawn here: the interval is
Fisher's z with the variance of Bonett and Wright (2000), (1 + rho^2 / 2) / (n - 3); p is that of t with n - 2 degrees
of freedom as in ``scipy.stats.spearmanr``, exact up to n = 7, and never below 2 / n!, which no order of n models can
beat. One pair looked at closely has the better interval of ``correlation``.

Of many pairs some look strong by luck, so ``p_holm`` is adjusted for all of them (Holm 1979): below 0.05, the chance
that any cell called so is luck is at most 5 %, whatever ties the metrics have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import atanh, factorial, sqrt, tanh

import numpy as np
from scipy.special import ndtri, stdtr

from echomind.leaderboard.association import SAME, Axis, squares_of_ranks
from echomind.leaderboard.boards import Board
from echomind.leaderboard.correlation import MIN_MODELS
from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.names import one_a_model
from echomind.leaderboard.permutation import EXACT_UP_TO, pairings, two_sided
from echomind.leaderboard.records import Record
from echomind.words import t

_Z = float(ndtri(0.975))
NOTE = t(
    "Rank correlation over the models that have both scores, with its 95 % interval. p is adjusted for the number of "
    "pairs (Holm)."
)


@dataclass(frozen=True)
class MatrixCell:
    """One pair. Without a coefficient all numbers but ``n`` are ``None`` and ``reason`` says why.

    ``low`` and ``high`` alone are ``None`` for a perfect order, which leaves no interval.
    """

    n: int
    spearman: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Matrix:
    """``cells[i][j]`` is metric i against metric j; symmetric. The diagonal has n and 1, and no p.

    ``pairs`` is the number of p values that ``p_holm`` is adjusted for.
    """

    metrics: tuple[str, ...]
    cells: tuple[tuple[MatrixCell, ...], ...]
    pairs: int

    def cell(self, x: str, y: str) -> MatrixCell:
        """The cell of two metric ids. Raises ``ValueError`` for one that is not in the matrix."""
        return self.cells[self.metrics.index(x)][self.metrics.index(y)]


def _rank_offsets(values: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of one column, for every other: ranks about their middle among models that have both, and their sum of squares.

    ``values`` (n,), ``present`` bool (n, k): (k, n), 0 for the models that do not count, and (k,).
    """
    offsets = np.zeros((present.shape[1], len(values)))
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return offsets, np.zeros(present.shape[1])
    axis = Axis(values[known])
    weights = present[known].astype(np.float64)
    runs, total = axis.runs(weights), weights.sum(axis=0)
    offsets[:, known] = (weights * (axis.midranks(runs) - (total + 1) / 2)).T
    return offsets, squares_of_ranks(runs, total)


def spearman_matrix(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spearman's rho of all column pairs of (n, k) over the complete pairs, and their number: (k, k) each.

    ``NaN`` are missing; rho is ``NaN`` where fewer than two models have both or a column is constant among them.
    """
    present = ~np.isnan(values)
    k = values.shape[1]
    ranks = [_rank_offsets(values[:, i], present) for i in range(k)]
    products, squares = np.zeros((k, k)), np.zeros((k, k))
    for i, (offsets, square) in enumerate(ranks):
        products[i] = np.einsum("jn,jn->j", offsets, np.stack([ranks[j][0][i] for j in range(k)]))
        squares[i] = square
    scale = np.sqrt(squares * squares.T)
    rho = np.divide(products, scale, out=np.full((k, k), np.nan), where=scale > 0)
    return np.clip(rho, -1.0, 1.0), present.T.astype(int) @ present.astype(int)


@lru_cache(maxsize=1024)
def _chance(x_ranks: tuple[float, ...], y_ranks: tuple[float, ...]) -> np.ndarray:
    """Spearman's rho of all pairings of two sets of ranks, which depends on the ties alone."""
    x, y = np.array(x_ranks), np.array(y_ranks)
    x, y = x - x.mean(), y - y.mean()
    return (x[pairings(len(x))] @ y) / sqrt((x @ x) * (y @ y))


def _p(rho: float, x: np.ndarray, y: np.ndarray) -> float:
    """Two-sided p of ``rho``; ``x`` and ``y`` are the values of the models that have both."""
    n = len(x)
    if n <= EXACT_UP_TO:
        ranks = (tuple(sorted(Axis(values).ranks.tolist())) for values in (x, y))
        return two_sided(rho, _chance(*ranks), exact=True)
    if 1 - abs(rho) <= SAME:
        return 2 / factorial(n)
    t = abs(rho) * sqrt((n - 2) / (1 - rho * rho))
    return max(float(2 * stdtr(n - 2, -t)), 2 / factorial(min(n, 150)))


def interval(rho: float, n: int) -> tuple[float, float] | None:
    """95 % interval of Spearman's rho over ``n`` > 3 pairs, Fisher's z with Bonett and Wright's variance.

    ``None`` for a perfect order.
    """
    if 1 - abs(rho) <= SAME:
        return None
    half = _Z * sqrt((1 + rho * rho / 2) / (n - 3))
    return tanh(atanh(rho) - half), tanh(atanh(rho) + half)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p values, in the given order: each at least as large as it was, at most 1."""
    order = np.argsort(p, kind="stable")
    steps = np.arange(len(p), 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(np.asarray(p, np.float64)[order] * steps), 1.0)
    found = np.empty(len(p))
    found[order] = adjusted
    return [float(value) for value in found]


def correlation_matrix(metrics: Sequence[str], values: np.ndarray) -> Matrix:
    """The matrix of the columns of ``values``, (models, metrics), ``NaN`` where a model has no score.

    Fewer than ``MIN_MODELS`` models with both scores, or all equal in one of them, give no coefficient.
    """
    k = len(metrics)
    rho, n = spearman_matrix(values)
    present = ~np.isnan(values)
    plain: dict[tuple[int, int], MatrixCell] = {}
    for i in range(k):
        for j in range(i + 1, k):
            count, value = int(n[i, j]), float(rho[i, j])
            if count < MIN_MODELS:
                plain[i, j] = MatrixCell(
                    count, reason=t("fewer than {MIN_MODELS} models have both", MIN_MODELS=MIN_MODELS)
                )
            elif np.isnan(value):
                plain[i, j] = MatrixCell(count, reason=t("all models are equal in one of the two"))
            else:
                both = present[:, i] & present[:, j]
                low, high = interval(value, count) or (None, None)
                reason = "" if low is not None else t("a perfect order leaves no interval")
                p = _p(value, values[both, i], values[both, j])
                plain[i, j] = MatrixCell(count, value, low, high, p, None, reason)
    tested = [(place, cell.p) for place, cell in plain.items() if cell.p is not None]
    adjusted = dict(zip((place for place, _ in tested), holm([p for _, p in tested]), strict=True))
    for place, p_holm in adjusted.items():
        c = plain[place]
        plain[place] = MatrixCell(c.n, c.spearman, c.low, c.high, c.p, p_holm, c.reason)
    cells = tuple(
        tuple(_itself(int(n[i, i]), float(rho[i, i])) if i == j else plain[min(i, j), max(i, j)] for j in range(k))
        for i in range(k)
    )
    return Matrix(tuple(metrics), cells, len(tested))


def _itself(n: int, rho: float) -> MatrixCell:
    same = t("the same score")
    return MatrixCell(n, None if n < MIN_MODELS or np.isnan(rho) else 1.0, reason=same)


def board_matrix(metrics: Sequence[Metric], board: Board, records: Mapping[str, Record]) -> Matrix:
    """The matrix of some of a board's metrics over its ``records`` that were measured by its protocol.

    One row stands for each model, as in ``comparison``: a verified one first, then the newest.
    """
    measured = {slug: record for slug, record in records.items() if record.protocol == board.protocol}
    ranked = [measured[slug] for slug in dict.fromkeys(one_a_model(measured).values())]
    values = np.array([[record.scores.get(metric.id, np.nan) for metric in metrics] for record in ranked], np.float64)
    return correlation_matrix([metric.id for metric in metrics], values.reshape(len(ranked), len(metrics)))
