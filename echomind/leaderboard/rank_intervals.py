"""Ranks that say how sure they are: 1 + the number of models that are clearly better.

A model is *clearly better* than another where its 95 % interval lies wholly on the better side of the other's: the rule
of LMArena. It is cautious, for two intervals may overlap a little and the models still differ (a paired comparison over
the same scripts can tell, see ``paired``); nothing is corrected for the number of comparisons, which caution outweighs
for boards of some ten models. Ends that do not touch are 2.8 standard errors of the difference apart, where 2 are
called significant: so approximate intervals, which may be too narrow, still call no more clear than is usual as long as
the true ones are not over 1.4 times as wide.

Without an interval nobody can be called clearly better or worse, so a model that has none keeps its plain place, 1 +
the number with a better value, and is said to stand there by value alone.

For an order by the mean of several metrics, the interval is the mean of the lows to the mean of the highs. Standard
errors of a mean never add up to more than that (they would reach it if all errors went together), so whatever ties the
metrics have, the interval is not too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from echomind.leaderboard.boards import Board, Order
from echomind.leaderboard.counted import counted
from echomind.leaderboard.intervals import Kind, NoInterval, ScoreInterval, interval_of
from echomind.leaderboard.records import Record
from echomind.words import t

Basis = Literal["intervals", "mixed", "values"]
_SAID: dict[Basis, str] = {
    "intervals": t("Rank is 1 + the number of models that are clearly better: whose 95 % interval lies wholly above."),
    "mixed": (
        t(
            "Rank is 1 + the number of models that are clearly better: whose 95 % interval lies wholly above. Models "
            "without an interval stand by value alone, and nobody is clearly better or worse than they are."
        )
    ),
    "values": t("Rank is by value alone: no interval is known, so nobody can say which differences are real."),
}
_SAID_LOWER: dict[Basis, str] = _SAID | {
    "intervals": t("Rank is 1 + the number of models that are clearly better: whose 95 % interval lies wholly below."),
    "mixed": t(
        "Rank is 1 + the number of models that are clearly better: whose 95 % interval lies wholly below. Models "
        "without an interval stand by value alone, and nobody is clearly better or worse than they are."
    ),
}


@dataclass(frozen=True)
class ModelRank:
    """One model's place. ``plain`` is by value: equal values share it and the next one is skipped (1, 2, 2, 4).

    ``clear`` is 1 + the number of models that are clearly better; with the intervals, the place is somewhere from
    ``clear`` (the best possible) to ``worst`` (the number of models minus those that are clearly worse). All three of
    ``clear``, ``worst`` and ``interval`` are ``None`` where no interval is known, for ``reason``.
    """

    value: float
    plain: int
    clear: int | None = None
    worst: int | None = None
    interval: ScoreInterval | None = None
    reason: str = ""

    @property
    def rank(self) -> int:
        """The rank to show."""
        return self.plain if self.clear is None else self.clear

    @property
    def best(self) -> int | None:
        """The best place that the intervals allow: ``clear``."""
        return self.clear

    @property
    def by_value_alone(self) -> bool:
        """Whether the rank shown says nothing about how sure it is."""
        return self.clear is None


@dataclass(frozen=True)
class Ranking:
    """The places of all models that have a value, by slug; who lacks one has no rank. ``basis`` is of the whole."""

    ranks: dict[str, ModelRank]
    basis: Basis
    higher_is_better: bool

    @property
    def sentence(self) -> str:
        """What the ranks mean, for readers."""
        said = _SAID[self.basis]
        return said if self.higher_is_better else _SAID_LOWER[self.basis]


def rank_models(
    values: Mapping[str, float], intervals: Mapping[str, ScoreInterval | NoInterval], higher_is_better: bool
) -> Ranking:
    """The places of models by ``values``, in their order; ``intervals`` has an entry for each. ``NaN``: no rank."""
    slugs = [slug for slug, value in values.items() if not np.isnan(value)]
    side = 1.0 if higher_is_better else -1.0
    value = side * np.array([values[slug] for slug in slugs], np.float64)
    plain = len(slugs) + 1 - np.searchsorted(np.sort(value), value, side="right")
    known = [slug for slug in slugs if isinstance(intervals[slug], ScoreInterval)]
    clear, worst = _clear([intervals[slug] for slug in known], side, len(slugs))
    place = dict(zip(known, zip(clear, worst, strict=True), strict=True))
    ranks = {}
    for slug, number in zip(slugs, plain.tolist(), strict=True):
        interval = intervals[slug]
        if isinstance(interval, ScoreInterval):
            ranks[slug] = ModelRank(values[slug], number, *place[slug], interval)
        else:
            ranks[slug] = ModelRank(values[slug], number, reason=interval.reason)
    basis: Basis = "values" if not known else "intervals" if len(known) == len(slugs) else "mixed"
    return Ranking(ranks, basis, higher_is_better)


def _clear(intervals: Sequence[ScoreInterval | NoInterval], side: float, models: int) -> tuple[list[int], list[int]]:
    """Best and worst possible place of each, by counting sorted ends: n log n, not n squared."""
    ends = np.array([(i.low, i.high) for i in intervals if isinstance(i, ScoreInterval)], np.float64).reshape(-1, 2)
    low, high = (side * ends if side > 0 else side * ends[:, ::-1]).T
    better = len(low) - np.searchsorted(np.sort(low), high, side="right")
    worse = np.searchsorted(np.sort(high), low, side="left")
    return (1 + better).tolist(), (models - worse).tolist()


def order_interval(record: Record, order: Order) -> ScoreInterval | NoInterval:
    """The interval of the mean of an order's metrics; ``approximate`` where any of theirs is.

    The first reason where any has none.
    """
    found: list[ScoreInterval] = []
    for metric in order.metrics:
        interval = interval_of(record, metric)
        if isinstance(interval, NoInterval):
            return interval
        found.append(interval)
    kind: Kind = "approximate" if any(interval.kind == "approximate" for interval in found) else "measured"
    k = len(found)
    return ScoreInterval(sum(i.low for i in found) / k, sum(i.high for i in found) / k, kind)


def order_value(record: Record, order: Order) -> float:
    """Mean of the order's metrics, ``NaN`` where any is missing.

    Rounded to ten decimals: otherwise (4.02 + 3.31) / 2 and its like would break ties by rounding noise.
    """
    if any(metric not in record.scores for metric in order.metrics):
        return float("nan")
    return round(sum(record.scores[metric] for metric in order.metrics) / len(order.metrics), 10)


def rank_board(board: Board, records: Mapping[str, Record], order: Order) -> Ranking:
    """The places in ``order`` of the rows that count, see ``counted``; the others have none."""
    ranked = counted(board, records, order.metrics)
    return rank_models(
        {slug: order_value(record, order) for slug, record in ranked.items()},
        {slug: order_interval(record, order) for slug, record in ranked.items()},
        order.higher_is_better,
    )
