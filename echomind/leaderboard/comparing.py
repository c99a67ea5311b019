"""Two to four models of one board beside each other: their shared scores, the differences, and what these allow to say.

A difference is the model's score minus the first model's. Its interval is paired over shared scripts where the scores
of scripts are known, else made from the two intervals, which is said; without any, nothing is said about it.
Models measured by different protocols are shown side by side and never subtracted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import hypot
from typing import Literal

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import Board
from echomind.leaderboard.intervals import NoInterval, ScoreInterval, interval_of
from echomind.leaderboard.metrics import Group, Metric
from echomind.leaderboard.model_choice import MOST
from echomind.leaderboard.model_page import title
from echomind.leaderboard.names import labels
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.records import Record

Verdict = Literal["better", "worse", "same", "unknown"]


@dataclass(frozen=True)
class DifferenceInterval:
    """95 % interval of a difference. ``note`` says how it was made, for readers; ``scripts`` how many are shared."""

    low: float
    high: float
    kind: Literal["paired", "unpaired"]
    note: str
    scripts: int | None = None


@dataclass(frozen=True)
class Difference:
    """A score minus the first model's: positive where the number is larger, whichever way is better."""

    value: float
    sure: DifferenceInterval | NoInterval
    verdict: Verdict


@dataclass(frozen=True)
class Row:
    """One metric. ``values``, ``sure`` and ``differences`` are parallel to the models; the first has no difference."""

    metric: Metric
    values: tuple[float | None, ...]
    sure: tuple[ScoreInterval | NoInterval, ...]
    differences: tuple[Difference | None, ...]


@dataclass(frozen=True)
class Beside:
    """The comparison. ``warnings`` say which models were measured otherwise than the first, and how."""

    board: Board
    slugs: tuple[str, ...]
    labels: tuple[str, ...]
    records: tuple[Record, ...]
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]

    @property
    def comparable(self) -> tuple[bool, ...]:
        """Of each model, whether it was measured as the first one was."""
        return tuple(record.protocol == self.records[0].protocol for record in self.records)


Paired = Callable[
    [str, str, str], DifferenceInterval | None
]  # slug, first slug, metric id -> the paired interval if known


def unpaired(
    a: float, a_sure: ScoreInterval | NoInterval, b: float, b_sure: ScoreInterval | NoInterval
) -> DifferenceInterval | NoInterval:
    """The interval of ``a`` minus ``b`` from the intervals of both, as if they were independent.

    Method of variance estimates recovery, which keeps a lean to one side (Zou and Donner 2008, equation 2). Models that
    answered the same items are usually nearer than independent ones, so as a rule this errs on the wide side.
    """
    if isinstance(a_sure, NoInterval) or isinstance(b_sure, NoInterval):
        return NoInterval("no interval was published, so nothing can be said")
    low = a - b - hypot(a - a_sure.low, b_sure.high - b)
    high = a - b + hypot(a_sure.high - a, b - b_sure.low)
    rough = "approximate" in (a_sure.kind, b_sure.kind)
    note = "from the two intervals as if independent, not paired" + (", and these are approximate" if rough else "")
    return DifferenceInterval(low, high, "unpaired", note)


def no_pairs(slug: str, first: str, metric: str) -> DifferenceInterval | None:
    """Scores of scripts are not known."""
    return None


def beside(
    board: Board, slugs: tuple[str, ...], records: Mapping[str, Record], language: str = "", paired: Paired = no_pairs
) -> Beside:
    """Set the models with these ``slugs`` beside each other, in that order, over the metrics that at least two have.

    Raises ``EchoMindError`` for fewer than two or more than four models, twice the same, or a slug that is not there.
    """
    if not 2 <= len(slugs) <= MOST or len(set(slugs)) < len(slugs):
        raise EchoMindError(f"found {len(slugs)} models to compare, expected 2 to {MOST} different ones")
    absent = [slug for slug in slugs if slug not in records]
    if absent:
        raise EchoMindError(f"{board.title} has no row {absent[0][:60]!r}")
    chosen = tuple(records[slug] for slug in slugs)
    names = labels(records)
    rows = []
    for metric in board.columns(language or None):
        if sum(metric.id in record.scores for record in chosen) >= 2:
            rows.append(_row(metric, slugs, chosen, paired))
    warnings = tuple(
        f"{names[slug]} was measured otherwise than {names[slugs[0]]} ({other}): no difference is computed."
        for slug, record in zip(slugs[1:], chosen[1:], strict=True)
        if (other := unlike(record.protocol, chosen[0].protocol))
    )
    return Beside(board, slugs, tuple(names[slug] for slug in slugs), chosen, tuple(rows), warnings)


def _row(metric: Metric, slugs: tuple[str, ...], records: tuple[Record, ...], paired: Paired) -> Row:
    values = tuple(record.scores.get(metric.id) for record in records)
    sure = tuple(interval_of(record, metric.id) for record in records)
    differences: list[Difference | None] = [None]
    first = values[0]
    for slug, record, value, own in zip(slugs[1:], records[1:], values[1:], sure[1:], strict=True):
        if value is None or first is None or record.protocol != records[0].protocol:
            differences.append(None)
        else:
            known = paired(slug, slugs[0], metric.id) or unpaired(value, own, first, sure[0])
            differences.append(Difference(value - first, known, _verdict(metric, known)))
    return Row(metric, values, sure, tuple(differences))


def _verdict(metric: Metric, sure: DifferenceInterval | NoInterval) -> Verdict:
    if isinstance(sure, NoInterval):
        return "unknown"
    if sure.low <= 0 <= sure.high:
        return "same"
    return "better" if (sure.low > 0) == metric.higher_is_better else "worse"


def sentences(found: Beside) -> tuple[tuple[Group, str], ...]:
    """For each level, one sentence for each model about whether it can be told apart from the first."""
    said = []
    groups = dict.fromkeys(row.metric.group for row in found.rows)
    for group in groups:
        rows = [row for row in found.rows if row.metric.group == group]
        for i in range(1, len(found.slugs)):
            if found.comparable[i]:
                said.append((group, _sentence(rows, i, found.labels)))
    return tuple(said)


def _sentence(rows: list[Row], i: int, names: tuple[str, ...]) -> str:
    known = [(row, row.differences[i]) for row in rows]
    pairs = [(row, difference) for row, difference in known if difference is not None]
    other, first = names[i], names[0]
    if not pairs:
        return f"{other} and {first} have no score in common."
    by: dict[Verdict, list[str]] = {"better": [], "worse": [], "same": [], "unknown": []}
    for row, difference in pairs:
        by[difference.verdict].append(f"“{title(row.metric)}”")
    if len(by["unknown"]) == len(pairs):
        return (
            f"No interval was published for {other} and {first}, so nothing can be said about whether their "
            "differences are more than luck."
        )
    parts = []
    if by["better"]:
        parts.append(f"{other} is better than {first} by {_and(by['better'])}")
    if by["worse"]:
        parts.append(f"{first} is better than {other} by {_and(by['worse'])}")
    if by["same"]:
        told = "they cannot be told apart" if parts else f"{other} and {first} cannot be told apart"
        parts.append(f"{told} by {_and(by['same'])}")
    if by["unknown"]:
        parts.append(f"nothing can be said about {_and(by['unknown'])}, for want of intervals")
    return f"{'; '.join(parts)}."


def _and(terms: list[str]) -> str:
    return terms[0] if len(terms) == 1 else f"{', '.join(terms[:-1])} and {terms[-1]}"
