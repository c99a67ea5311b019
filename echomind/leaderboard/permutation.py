"""How often chance alone would pair x and y so well: two-sided p values of three coefficients.

Twice the smaller tail, as in ``scipy.stats``, of the hypothesis that x and y are paired at random: counted over all n!
pairings up to n = 7, over seeded random ones above, as many as there are bootstrap draws. Kendall's needs no lot
without ties, for its distribution is known exactly; beyond ``KENDALL_EXACT`` points, or ``KENDALL_BY_LOT`` where there
are ties, it is the normal one with the variance corrected for ties. No axis may be constant.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from echomind.leaderboard.association import SAME, SEED, Axis, resamples

EXACT_UP_TO = 7  # points: 5,040 pairings
THINNED_FROM, _THINNED = 300, 512  # orders of so many points are those of the next multiple of ``_THINNED``, thinned
KENDALL_EXACT, KENDALL_BY_LOT = 150, 15  # points; above, the normal distribution is right to about 0.002

_SIDE_BY_SIDE = 100  # orders at a time: what they pick stays in the processor's cache
_MOST_SHORT = 65_536  # points that 16 bits can number

PMethod = Literal["exact", "permutation", "normal"]


@lru_cache(maxsize=32)  # as many as there are draws of ``association``
def pairings(n: int) -> np.ndarray:
    """Orders of ``n`` points, uint16 (rows, n): all n! up to ``EXACT_UP_TO``, else as many random ones as draws.

    From ``THINNED_FROM`` points on there are as many draws for every n, and random orders of more points, with those
    taken out that are not there, are random orders of the others: a sixth of the time where each pair has another n.
    """
    if n <= EXACT_UP_TO:
        rows = np.array(list(permutations(range(n))), np.uint16)
    elif n >= THINNED_FROM and n % _THINNED:
        more = pairings(n + _THINNED - n % _THINNED)
        rows = more[more < n].reshape(len(more), n)
    else:
        start = np.tile(np.arange(n, dtype=np.uint16 if n <= _MOST_SHORT else np.int64), (resamples(n), 1))
        rows = np.random.default_rng((SEED, 1)).permuted(start, axis=1)
    rows.flags.writeable = False
    return rows


def two_sided(value: float, chance: np.ndarray, exact: bool) -> float:
    """Twice the smaller share of ``chance`` as extreme as ``value``; with lots drawn, the sample counts as one."""
    least = 0 if exact else 1
    above = (int((chance >= value - SAME).sum()) + least) / (len(chance) + least)
    under = (int((chance <= value + SAME).sum()) + least) / (len(chance) + least)
    return min(1.0, 2 * min(above, under))


class P(NamedTuple):
    """A p value and how it was had."""

    value: float
    method: PMethod


def _p_of_products(x: np.ndarray, y: np.ndarray) -> P:
    """Of the correlation of two centred variables, whose scale no pairing changes; the same whichever comes first."""
    if x.tobytes() > y.tobytes():
        x, y = y, x
    orders = pairings(len(x))
    exact = len(x) <= EXACT_UP_TO
    scale = float(np.sqrt((x @ x) * (y @ y)))
    chance = np.concatenate([x[orders[i : i + _SIDE_BY_SIDE]] @ y for i in range(0, len(orders), _SIDE_BY_SIDE)])
    return P(two_sided(float(x @ y) / scale, chance / scale, exact), "exact" if exact else "permutation")


def p_pearson(x: Axis, y: Axis) -> P:
    """Of Pearson's r."""
    return _p_of_products(x.values - x.values.mean(), y.values - y.values.mean())


def p_spearman(x: Axis, y: Axis) -> P:
    """Of Spearman's rho."""
    return _p_of_products(x.ranks - x.ranks.mean(), y.ranks - y.ranks.mean())


def p_kendall(x: Axis, y: Axis) -> P:
    """Of Kendall's tau-b."""
    n = len(x.values)
    if n <= EXACT_UP_TO or ((x.tied or y.tied) and n <= KENDALL_BY_LOT):
        orders, exact = pairings(n), n <= EXACT_UP_TO
        upper, lower = np.triu_indices(n, 1)
        chance = x.signs[orders[:, upper], orders[:, lower]] @ y.signs[upper, lower]
        found = float(x.signs[upper, lower] @ y.signs[upper, lower])
        return P(two_sided(found, chance, exact), "exact" if exact else "permutation")
    normal = x.tied or y.tied or n > KENDALL_EXACT
    method: Literal["asymptotic", "exact"] = "asymptotic" if normal else "exact"
    return P(float(stats.kendalltau(x.values, y.values, method=method).pvalue), "normal" if normal else "exact")
