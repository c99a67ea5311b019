"""Is one model really better than another? Differences over the scripts both answered, or the little that is known.

Where the sums of single scripts are known for both, whole scripts are drawn with replacement, the same ones for both
models (``scoring.bootstrap.paired_difference``: seeded BCa). What makes a script hard is then on both sides and falls
out, so the interval is much narrower than two intervals side by side suggest. Where they are not, the difference is set
against both published intervals as if the models had nothing in common (Zou and Donner 2008, equation 2), which errs on
the wide side and is marked ``unpaired``; without intervals nothing can be said. So too for shares of what a model heard
or inferred itself: which clips count is then each model's own doing, and the clips of both would be a choice of clips.

Each interval is a 95 % one by itself: of the six pairs of four models, one may well be called different by luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import hypot
from typing import Literal

import numpy as np

from echomind.errors import DataError, EchoMindError
from echomind.leaderboard.intervals import NoInterval, interval_of
from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.records import Record
from echomind.leaderboard.scripts_data import ScriptItems
from echomind.scoring import chain
from echomind.scoring.bootstrap import Difference, ScriptSums, paired_difference
from echomind.words import t

FEWEST, MOST = 2, 4  # models beside each other

# Metrics whose items depend on what the model got right before, by the beginning of their ids.
CONDITIONAL = (chain.INFERRED_HEARD, chain.INFERRED_UNHEARD, chain.REPLIED_INFERRED, chain.REPLIED_UNINFERRED)

Kind = Literal["paired", "unpaired", "unknown"]
_Sums = tuple[tuple[str, ...], tuple[float, ...], tuple[float, ...]]  # scripts, numerators, denominators


@dataclass(frozen=True)
class Contestant:
    """One model: its name as it is to be shown, its record, and its sums by script where they are known."""

    name: str
    record: Record
    items: ScriptItems | None = None


@dataclass(frozen=True)
class ModelDifference:
    """``value`` is the score of ``a`` minus that of ``b``, in the metric's unit, whichever way is better.

    ``kind`` says what the 95 % interval rests on: "paired" on the ``scripts`` both have, "unpaired" on two published
    intervals (``scripts`` is then 0), "unknown" on nothing, and there is none. ``value`` is ``None`` where one of them
    has no score, or they were measured by different protocols. ``reason`` says why it is not paired.
    """

    metric: Metric
    a: str
    b: str
    value: float | None
    low: float | None
    high: float | None
    kind: Kind
    scripts: int
    reason: str = ""

    @property
    def told_apart(self) -> bool | None:
        """Whether the interval excludes 0; ``None`` without one."""
        if self.low is None or self.high is None:
            return None
        return self.low > 0 or self.high < 0

    @property
    def better(self) -> str | None:
        """The name of the model that is better beyond doubt, if there is one."""
        if not self.told_apart or self.value is None:
            return None
        return self.a if (self.value > 0) == self.metric.higher_is_better else self.b

    @property
    def sentence(self) -> str:
        """One sentence that says whether the two can be told apart, and no more."""
        about = t("“{title}”", title=self.metric.title)
        if self.value is None:
            return t(
                "{about}: {a} and {b} are not compared, for {reason}.",
                about=about,
                a=self.a,
                b=self.b,
                reason=self.reason,
            )
        if self.low is None or self.high is None:
            apart = t(
                "{about}: {a} and {b} are {points} apart",
                about=about,
                a=self.a,
                b=self.b,
                points=self._points(abs(self.value)),
            )
            return t("{apart}, and whether that is luck cannot be said, for {reason}.", apart=apart, reason=self.reason)
        basis = t("over {scripts} shared scripts", scripts=self.scripts)
        if self.kind == "unpaired":
            basis = t("by their own intervals, not paired")
        better = self.better
        if better is None:
            interval = self._between(self.low, self.high)
            return t(
                "{about}: {a} and {b} cannot be told apart: the difference is {points} {interval} {basis}.",
                about=about,
                a=self.a,
                b=self.b,
                points=self._points(self.value),
                interval=interval,
                basis=basis,
            )
        low, high = sorted((abs(self.low), abs(self.high)))
        worse = self.b if better == self.a else self.a
        return t(
            "{about}: {better} is better than {worse} by {points} {between} {basis}.",
            about=about,
            better=better,
            worse=worse,
            points=self._points(abs(self.value)),
            between=self._between(low, high),
            basis=basis,
        )

    def _number(self, value: float) -> str:
        decimals = 1 if self.metric.unit == "%" else 2
        text = f"{value:.{decimals}f}"
        return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")

    def _points(self, value: float) -> str:
        return t("{number} points", number=self._number(value))

    def _between(self, low: float, high: float) -> str:
        return f"[{self._number(low)}, {self._number(high)}]"


def _why_not_paired(a: Contestant, b: Contestant, metric: str) -> str:
    """Why the two cannot be compared script by script; "" where they can."""
    if metric.startswith(CONDITIONAL):
        return t("which clips count depends on what each model got right before")
    for side in (a, b):
        if side.items is None or metric not in side.items.metrics:
            return t("the scores of single scripts are not known for {name}", name=side.name)
    if a.items is not None and b.items is not None and a.items.set_digest != b.items.set_digest:
        return t("they answered different versions of the set")
    return ""


def _sums(items: ScriptItems, metric: Metric) -> _Sums:
    """Sums of marks from 0 to 1 where the metric is in percent, as the bootstrap expects."""
    found = items.sums(metric.id)
    return found.scripts, tuple((found.numerator / _scale(metric)).tolist()), tuple(found.denominator.tolist())


@lru_cache(maxsize=512)
def _difference(a: _Sums, b: _Sums, worst: float, best: float) -> Difference:
    one, other = (ScriptSums(scripts, np.array(top), np.array(bottom)) for scripts, top, bottom in (a, b))
    return paired_difference(one, other, worst, best)


def _scale(metric: Metric) -> float:
    return 100.0 if metric.unit == "%" else 1.0


def difference(a: Contestant, b: Contestant, metric: Metric) -> ModelDifference:
    """The difference of two models on one metric, paired where it can be."""
    scores = a.record.scores.get(metric.id), b.record.scores.get(metric.id)
    if scores[0] is None or scores[1] is None:
        lacking = a.name if scores[0] is None else b.name
        return _without(a, b, metric, None, t("{lacking} has no such score", lacking=lacking))
    if a.record.protocol != b.record.protocol:
        return _without(a, b, metric, None, t("they were measured by different protocols"))
    why = _why_not_paired(a, b, metric.id)
    if not why and a.items is not None and b.items is not None:
        try:
            return _paired(a, b, metric, a.items, b.items)
        except DataError:
            why = t("they have no script in common")
    return _unpaired(a, b, metric, scores[0], scores[1], why)


def _paired(
    a: Contestant, b: Contestant, metric: Metric, a_items: ScriptItems, b_items: ScriptItems
) -> ModelDifference:
    scale = _scale(metric)
    # an error rate has no upper end: every word wrong stands for it; a likeness without a lower end has 0
    worst = (0.0 if metric.low is None else metric.low) / scale
    best = (scale if metric.high is None else metric.high) / scale
    found = _difference(_sums(a_items, metric), _sums(b_items, metric), worst, best)
    if found.low is None or found.high is None:
        only = t("one script alone says nothing about how much scripts differ")
        return ModelDifference(metric, a.name, b.name, scale * found.value, None, None, "unknown", found.scripts, only)
    low, high = scale * found.low, scale * found.high
    return ModelDifference(metric, a.name, b.name, scale * found.value, low, high, "paired", found.scripts)


def _unpaired(a: Contestant, b: Contestant, metric: Metric, x: float, y: float, why: str) -> ModelDifference:
    mine, other = interval_of(a.record, metric.id), interval_of(b.record, metric.id)
    if isinstance(mine, NoInterval):
        return _without(a, b, metric, x - y, mine.reason)
    if isinstance(other, NoInterval):
        return _without(a, b, metric, x - y, other.reason)
    low = x - y - hypot(x - mine.low, other.high - y)
    high = x - y + hypot(mine.high - x, y - other.low)
    return ModelDifference(metric, a.name, b.name, x - y, low, high, "unpaired", 0, why)


def _without(a: Contestant, b: Contestant, metric: Metric, value: float | None, reason: str) -> ModelDifference:
    return ModelDifference(metric, a.name, b.name, value, None, None, "unknown", 0, reason)


def differences(contestants: Sequence[Contestant], metric: Metric) -> tuple[ModelDifference, ...]:
    """Every pair of two to four models on one metric, in their order: first and second, first and third, ...

    Raises ``EchoMindError`` for another number of models.
    """
    if not FEWEST <= len(contestants) <= MOST:
        raise EchoMindError(f"found {len(contestants)} models, expected {FEWEST} to {MOST} to compare")
    return tuple(difference(a, b, metric) for a, b in combinations(contestants, 2))
