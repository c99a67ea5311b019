"""The three coefficients without each point in turn, in closed form.

The same numbers as ``association.Weighted`` gives with the weights ``1 - eye(n)``, at a tenth of its cost for 500
points: whoever leaves takes a place from each point above, half a place from each equal one, and their own pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from echomind.leaderboard.association import Axis, moments_of


def _counts(axis: Axis) -> np.ndarray:
    """How many points each run of equal values has."""
    return np.diff(axis.starts, append=len(axis.values)).astype(np.float64)


def _left_of_powers(counts: np.ndarray, own: np.ndarray, power: int) -> np.ndarray:
    """Sum of powers of the runs' counts without each point, whose own run has ``own``: (n,)."""
    return np.asarray((counts**power).sum() - own**power + (own - 1) ** power)


def _above_less_below(axis: Axis, amounts: np.ndarray) -> np.ndarray:
    """For each point, the ``amounts`` of the points above it less those of the points below: (n,)."""
    upto = np.cumsum(np.add.reduceat(amounts[axis.order], axis.starts))
    below = np.concatenate([[0.0], upto[:-1]])
    return np.asarray((upto[-1] - upto - below)[axis.run])


@dataclass(frozen=True, eq=False)
class WithoutEach:
    """Two axes of n points, n at least 3; each coefficient is (n,), ``NaN`` where one axis is constant then."""

    x: Axis
    y: Axis

    @property
    def _n(self) -> int:
        return len(self.x.values)

    @cached_property
    def defined(self) -> np.ndarray:
        """Whether both axes still vary: bool (n,)."""
        good = np.ones(self._n, bool)
        for axis in (self.x, self.y):
            alone = _counts(axis)[axis.run] == 1
            if alone.sum() == 1 and len(axis.starts) == 2:  # all others are equal
                good &= ~alone
            elif len(axis.starts) == 1:
                good[:] = False
        return good

    @cached_property
    def _agreement(self) -> np.ndarray:
        """Pairs in the same order less pairs in the other one, of each point with all others: (n,)."""
        return np.asarray((self.x.signs * self.y.signs).sum(axis=1, dtype=np.float64))

    def _kept(self, value: np.ndarray, scale: np.ndarray) -> np.ndarray:
        found = np.full(self._n, np.nan)
        found[self.defined] = np.clip(value[self.defined] / scale[self.defined], -1.0, 1.0)
        return found

    @cached_property
    def pearson(self) -> np.ndarray:
        """Pearson's r."""
        return moments_of(1.0 - np.eye(self._n), self.x.values, self.y.values, self.defined).correlation

    @cached_property
    def spearman(self) -> np.ndarray:
        """Spearman's rho. Everything but the last division is of whole numbers: ranks are counted in halves."""
        n, left = self._n, self._n - 1
        a, b = 2 * self.x.ranks - 1, 2 * self.y.ranks - 1
        products = a @ b - a * b - _above_less_below(self.x, b) - _above_less_below(self.y, a) + self._agreement
        squares = [
            (left**3 - _left_of_powers(counts, counts[axis.run], 3)) / 12
            for axis, counts in ((self.x, _counts(self.x)), (self.y, _counts(self.y)))
        ]
        return self._kept((products - left * n * n) / 4, np.sqrt(squares[0] * squares[1]))

    @cached_property
    def kendall(self) -> np.ndarray:
        """Kendall's tau-b."""
        left = self._n - 1
        untied = [
            left * left - _left_of_powers(counts, counts[axis.run], 2)
            for axis, counts in ((self.x, _counts(self.x)), (self.y, _counts(self.y)))
        ]
        return self._kept(self._agreement.sum() - 2 * self._agreement, np.sqrt(untied[0] * untied[1]))
