"""How sure a published score is: the interval a record brings, one worked out from n, or why there is none.

Where a source gives only a share of right answers and the number of questions, Wilson's score interval (Wilson 1927;
Agresti and Coull 1998) follows from the two. It takes questions to be independent, while several are about one script;
as a rule the true interval is wider, so this one is marked ``approximate``, never ``measured``, and its width is to be
read as the least there can be. (A guesser's can be narrower: whose answer to all deliveries of a script is the same is
right about one of them for sure.) Of a mean of marks, an error rate or a likeness, the source would have to tell the
spread; n alone says nothing, and there is no interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Literal

from scipy.special import ndtri

from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import Record
from echomind.words import t

_Z = float(ndtri(0.975))
# Shares in percent of items that are each right or wrong. A ratio of sums (the chain) or a mean of marks is none.
SHARES = frozenset({"understanding_acc", "reasoning_acc", "emo_align", "emo_align_other", "style_answer_right"})

Kind = Literal["measured", "approximate"]
MEASURED = t("95 % interval from the scores of single items, drawn by script")
APPROXIMATE = t(
    "approximate 95 % interval from the number of questions alone (Wilson); questions about one script depend on each "
    "other, so the true one is as a rule wider"
)
_NO_N = t("the source does not say how many items stand behind this share")
_NO_SPREAD = t("only the mean is known: how far single items differ is not published, so no interval follows from n")


@dataclass(frozen=True)
class ScoreInterval:
    """95 % interval in the unit of the metric. ``note`` says how it was made, for readers."""

    low: float
    high: float
    kind: Kind

    @property
    def note(self) -> str:
        """How it was made."""
        return MEASURED if self.kind == "measured" else APPROXIMATE


@dataclass(frozen=True)
class NoInterval:
    """Why nothing is known about how sure a score is."""

    reason: str


@lru_cache(maxsize=16_384)
def wilson(percent: float, n: int) -> tuple[float, float]:
    """95 % Wilson score interval of a share of ``n`` independent items, both in percent: 0 <= low <= percent <= high.

    Raises ``ValueError`` for a share outside 0 to 100 or fewer than one item.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"found a share of {percent} %, expected 0 to 100")
    if n < 1:
        raise ValueError(f"found {n} items, expected at least 1")
    share, z2 = percent / 100, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # at 0 and 100 % the end is the value itself, but for rounding
    return max(0.0, min(percent, 100 * (middle - half))), min(100.0, max(percent, 100 * (middle + half)))


def interval_of(record: Record, metric_id: str) -> ScoreInterval | NoInterval:
    """What is known of how sure ``record``'s score on a metric is.

    Its own interval where it has one (``measured``), else Wilson's for shares with a known n (``approximate``), else
    the reason, for readers.
    """
    if metric_id not in record.scores:
        return NoInterval(t("there is no score"))
    if metric_id in record.intervals:
        return ScoreInterval(*record.intervals[metric_id], "measured")
    if metric_id not in SHARES:
        return NoInterval(_NO_SPREAD)
    n, value = record.n.get(metric_id), record.scores[metric_id]
    if n is None:
        return NoInterval(_NO_N)
    if not 0 <= value <= 100:
        return NoInterval(t("found {value:g}, expected {range}", value=value, range=METRICS[metric_id].range))
    return ScoreInterval(*wilson(value, n), "approximate")
