"""Two to four models of one board beside each other: their shared scores, the differences, and what these allow to say.

A difference is the model's score minus the first model's, with the interval that ``paired`` finds for it: over shared
scripts where their scores are known, else from the two intervals, which is said; without any, nothing is said about it.
Models measured by different protocols are shown side by side and never subtracted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import Board
from echomind.leaderboard.intervals import NoInterval, ScoreInterval, interval_of
from echomind.leaderboard.metrics import Group, Metric
from echomind.leaderboard.model_choice import MOST
from echomind.leaderboard.model_page import title
from echomind.leaderboard.names import labels
from echomind.leaderboard.paired import Contestant, ModelDifference, difference
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.records import Record
from echomind.leaderboard.scripts_data import ScriptItems
from echomind.words import joined, t

Verdict = Literal["better", "worse", "same", "unknown"]


@dataclass(frozen=True)
class Row:
    """One metric. ``values``, ``sure`` and ``differences`` are parallel to the models.

    There is no difference for the first, where one of the two has no score, and where their protocols differ.
    """

    metric: Metric
    values: tuple[float | None, ...]
    sure: tuple[ScoreInterval | NoInterval, ...]
    differences: tuple[ModelDifference | None, ...]


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


def verdict(found: ModelDifference) -> Verdict:
    """What the interval says about the model against the first one."""
    if found.told_apart is None:
        return "unknown"
    if not found.told_apart:
        return "same"
    return "better" if found.better == found.a else "worse"


def beside(
    board: Board,
    slugs: tuple[str, ...],
    records: Mapping[str, Record],
    language: str = "",
    items: Mapping[str, ScriptItems] | None = None,
) -> Beside:
    """Set the models with these ``slugs`` beside each other, in that order, over the metrics that at least two have.

    ``items`` are the scores of scripts of those whose are known. Raises ``EchoMindError`` for fewer than two or more
    than four models, twice the same, or a slug that is not there.
    """
    if not 2 <= len(slugs) <= MOST or len(set(slugs)) < len(slugs):
        raise EchoMindError(f"found {len(slugs)} models to compare, expected 2 to {MOST} different ones")
    absent = [slug for slug in slugs if slug not in records]
    if absent:
        raise EchoMindError(f"{board.title} has no row {absent[0][:60]!r}")
    names, known = labels(records), items or {}
    models = tuple(Contestant(names[slug], records[slug], known.get(slug)) for slug in slugs)
    rows = tuple(
        _row(metric, models)
        for metric in board.columns(language or None)
        if sum(metric.id in model.record.scores for model in models) >= 2
    )
    warnings = tuple(
        t(
            "{name} was measured otherwise than {name2} ({other}): no difference is computed.",
            name=model.name,
            name2=models[0].name,
            other=other,
        )
        for model in models[1:]
        if (other := unlike(model.record.protocol, models[0].record.protocol))
    )
    shown = tuple(model.record for model in models)
    return Beside(board, slugs, tuple(model.name for model in models), shown, rows, warnings)


def _row(metric: Metric, models: tuple[Contestant, ...]) -> Row:
    first, *others = models
    found: list[ModelDifference | None] = [None]
    for other in others:
        apart = difference(other, first, metric)
        found.append(None if apart.value is None else apart)
    return Row(
        metric,
        tuple(model.record.scores.get(metric.id) for model in models),
        tuple(interval_of(model.record, metric.id) for model in models),
        tuple(found),
    )


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
    pairs = [(row, apart) for row, apart in known if apart is not None]
    other, first = names[i], names[0]
    if not pairs:
        return t("{other} and {first} have no score in common.", other=other, first=first)
    by: dict[Verdict, list[str]] = {"better": [], "worse": [], "same": [], "unknown": []}
    for row, apart in pairs:
        by[verdict(apart)].append(t("“{title}”", title=title(row.metric)))
    if len(by["unknown"]) == len(pairs):
        return t(
            "No interval was published for {other} and {first}, so nothing can be said about whether "
            "their differences are more than luck.",
            other=other,
            first=first,
        )
    parts = []
    if by["better"]:
        parts.append(t("{a} is better than {b} by {scores}", a=other, b=first, scores=together(by["better"])))
    if by["worse"]:
        parts.append(t("{a} is better than {b} by {scores}", a=first, b=other, scores=together(by["worse"])))
    if by["same"]:
        told = (
            t("they cannot be told apart")
            if parts
            else t("{other} and {first} cannot be told apart", other=other, first=first)
        )
        parts.append(t("{told} by {scores}", told=told, scores=together(by["same"])))
    if by["unknown"]:
        parts.append(t("nothing can be said about {scores}, for want of intervals", scores=together(by["unknown"])))
    return t("{parts}.", parts=joined(t("; "), parts))


def together(terms: list[str]) -> str:
    """Several things in one list of words."""
    if len(terms) == 1:
        return terms[0]
    return t("{others} and {last}", others=joined(t(", "), terms[:-1]), last=terms[-1])
