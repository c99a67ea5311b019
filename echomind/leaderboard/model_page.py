"""Everything known about one model: its records, every score with what is known of its uncertainty, and its places.

Records of one model are those of its name and organisation, wherever they are; each keeps its own source, protocol and
date, and nothing is averaged over them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import pandas as pd

from echomind.leaderboard.boards import BOARDS, Board, Order
from echomind.leaderboard.counted import OTHER_ROW, counted
from echomind.leaderboard.frame import absence, board_frame, ordered
from echomind.leaderboard.intervals import NoInterval, ScoreInterval, interval_of
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.leaderboard.names import folded, labels, same_model, short_receipt
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.rank_intervals import ModelRank, rank_board
from echomind.leaderboard.records import Provenance, Record
from echomind.leaderboard.results import Results
from echomind.words import joined, t

_ORIGIN = {"paper": t("published"), "submission": t("submission"), "measured": t("measured here")}


@dataclass(frozen=True)
class Entry:
    """One record of a model: where it stands and how it is addressed."""

    board: Board
    slug: str
    record: Record

    @property
    def key(self) -> str:
        """``board/slug``."""
        return f"{self.board.id}/{self.slug}"

    @property
    def origin(self) -> str:
        """Where the record comes from and when, with what tells submissions of one model apart."""
        return origin(self.record.provenance)


def title(metric: Metric) -> str:
    """A metric's title without the language, which the page names once."""
    return metric.short


def origin(provenance: Provenance) -> str:
    """For instance ``"published, 2025-10-26"`` or ``"submission 1a2b3c4d, 2026-11-21"``."""
    kind, date = _ORIGIN[provenance.kind], provenance.date.isoformat()
    if provenance.receipt:
        return t("{kind} {receipt}, {date}", kind=kind, receipt=short_receipt(provenance.receipt), date=date)
    return t("{kind}, {date}", kind=kind, date=date)


@dataclass(frozen=True)
class Model:
    """A model with all its records, in the order of the boards; ``label`` is a name that no other model has."""

    label: str
    entries: tuple[Entry, ...]

    @property
    def key(self) -> str:
        """The key of its first record."""
        return self.entries[0].key


def catalogue(results: Results, *, at_most_s: float = 0.0) -> tuple[Model, ...]:
    """Every model of all boards once, by name. Raises ``ResultsError`` where the records of a board cannot be read."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for board in BOARDS.values():
        for slug, record in results.look(board.id, at_most_s=at_most_s).records.items():
            groups.setdefault(same_model(record), []).append(Entry(board, slug, record))
    shared = Counter(name for name, _ in groups)
    models = []
    for (name, _), entries in groups.items():
        model = entries[0].record.model
        org = f" ({model.org or 'organisation not stated'})" if shared[name] > 1 else ""
        models.append(Model(f"{model.name}{org}", tuple(entries)))
    return tuple(sorted(models, key=lambda model: (folded(model.label), model.key)))


def model_of(models: tuple[Model, ...], key: str) -> Model | None:
    """The model that has the record ``key``."""
    return next((model for model in models if any(entry.key == key for entry in model.entries)), None)


@dataclass(frozen=True)
class ScoreLine:
    """One metric of the board. Without a ``value``, ``missing`` says why; without bounds, ``interval`` does.

    ``rank`` is among the ``of`` rows ranked by this metric, ``distance`` says in words how far best and median are;
    they are ``None`` and empty where the record is not ranked with the others.
    """

    metric: Metric
    value: float | None
    missing: str
    interval: ScoreInterval | NoInterval
    n: int | None
    rank: int | None
    of: int
    distance: str


@dataclass(frozen=True)
class Place:
    """The model in one official order of its board: its ``rank`` among ``of``, or ``None`` with the ``reason``."""

    order: Order
    rank: ModelRank | None
    of: int
    reason: str
    meaning: str

    @property
    def words(self) -> str:
        """The place in a sentence's words, with the places that the intervals allow."""
        if self.rank is None:
            return t("no rank: {reason}", reason=self.reason)
        if self.rank.clear is None or self.rank.worst is None:
            return t("{ordinal} of {of} by value alone", ordinal=ordinal(self.rank.plain), of=self.of)
        rough = self.rank.interval is not None and self.rank.interval.kind == "approximate"
        by = t("by approximate intervals") if rough else t("by the intervals")
        if self.rank.clear == self.rank.worst:
            return t("{ordinal} of {of}, {by}", ordinal=ordinal(self.rank.clear), of=self.of, by=by)
        between = t(
            "{ordinal} to {ordinal2} of {of}",
            ordinal=ordinal(self.rank.clear),
            ordinal2=ordinal(self.rank.worst),
            of=self.of,
        )
        return t("{between}, {by}; {ordinal} by value", between=between, by=by, ordinal=ordinal(self.rank.plain))


@dataclass(frozen=True)
class Profile:
    """All of one record, in the terms of its board. ``unlike``: how it was measured otherwise than the board ranks."""

    entry: Entry
    label: str
    lines: tuple[ScoreLine, ...]
    places: tuple[Place, ...]
    scored: int
    unlike: str

    @property
    def unranked_because(self) -> str:
        """Why it has no place in the board's first order though it has all its scores; "" where it needs no reason."""
        return self.unlike or (OTHER_ROW if self.places and self.places[0].reason == OTHER_ROW else "")


def distance(metric: Metric, slug: str, values: Mapping[str, float], names: Mapping[str, str]) -> str:
    """How far the value of ``slug`` is from the best of ``values`` and from their median, in words."""
    value, count = values[slug], len(values)
    if count == 1:
        return t("the only one with this score")
    best = (max if metric.higher_is_better else min)(values.values())
    holders = [names[other] for other in values if values[other] == best and other != slug]
    if value == best:
        first = t("best of {count}", count=count)
        if holders:
            first = t("best of {count}, shared with {model}", count=count, model=holders[0])
        if len(holders) > 1:
            first = t("best of {count}, shared with {model} and others", count=count, model=holders[0])
    else:
        first = t("{text} behind the best, {holders}", text=metric.text(abs(value - best)), holders=holders[0])
    middle = median(values.values())
    if value == middle:
        return t("{first}; at the median", first=first)
    better = (value > middle) == metric.higher_is_better
    gap = metric.text(abs(value - middle), _extra(middle, metric))
    if better:
        return t("{first}; {gap} better than the median", first=first, gap=gap)
    return t("{first}; {gap} worse than the median", first=first, gap=gap)


def _extra(middle: float, metric: Metric) -> int:
    """A median of two values may need a digit more than they have."""
    return 0 if round(middle, metric.decimals) == round(middle, 6) else 1


def profile(board: Board, slug: str, records: Mapping[str, Record]) -> Profile:
    """Everything about the record ``slug`` among all ``records`` of its board. Raises ``KeyError`` for another slug."""
    record = records[slug]
    other = unlike(record.protocol, board.protocol)
    names = labels(records)
    lines = []
    for metric in board.columns():
        values = {s: r.scores[metric.id] for s, r in counted(board, records, (metric.id,)).items()}
        lines.append(_line(board, slug, record, metric, values, names))
    places = tuple(_place(board, records, slug, order, other) for order in board.orders)
    scored = sum(metric in record.scores for metric in board.metrics)
    return Profile(Entry(board, slug, record), names[slug], tuple(lines), places, scored, other)


def _line(
    board: Board, slug: str, record: Record, metric: Metric, values: Mapping[str, float], names: Mapping[str, str]
) -> ScoreLine:
    value = record.scores.get(metric.id)
    if value is None:
        none = NoInterval(t("there is no score"))
        return ScoreLine(metric, None, absence(board, record, metric.id), none, None, None, len(values), "")
    rank, words = None, ""
    if slug in values:
        rank = 1 + sum((v > value) if metric.higher_is_better else (v < value) for v in values.values())
        words = distance(metric, slug, values, names)
    return ScoreLine(
        metric, value, "", interval_of(record, metric.id), record.n.get(metric.id), rank, len(values), words
    )


def _place(board: Board, records: Mapping[str, Record], slug: str, order: Order, other: str) -> Place:
    ranking = rank_board(board, records, order)
    rank, of = ranking.ranks.get(slug), len(ranking.ranks)
    lacking = [METRICS[m].term for m in order.metrics if m not in records[slug].scores]
    reason = (
        t("measured otherwise: {other}", other=other)
        if other
        else t("no score for {terms}", terms=joined(t(" and "), lacking))
        if lacking
        else OTHER_ROW
        if rank is None
        else ""
    )
    return Place(order, rank, of, reason, ranking.sentence)


def summaries(board: Board, records: Mapping[str, Record]) -> dict[str, str]:
    """By slug, one line about each record: its place in the board's first order, and how many scores it has.

    The best come first; those without a place follow by name.
    """
    frame = board_frame(board, records)
    if board.orders:
        table = ordered(frame, board.orders[0])
    else:
        table = frame.assign(rank=pd.NA).sort_values("name", key=lambda names: names.map(str.casefold))
    of = int(table["rank"].notna().sum())
    found: dict[str, str] = {}
    for slug, rank, coverage in zip(map(str, table.index), table["rank"], table["coverage"], strict=True):
        scores = t("{coverage} of {n} scores", coverage=coverage, n=len(board.metrics))
        found[slug] = (
            scores
            if pd.isna(rank)
            else t("{ordinal} of {of}, {scores}", ordinal=ordinal(int(rank)), of=of, scores=scores)
        )
    return found


def ordinal(rank: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    if rank % 100 in (11, 12, 13):
        return t("{rank}th", rank=rank)
    return t({1: "{rank}st", 2: "{rank}nd", 3: "{rank}rd"}.get(rank % 10, "{rank}th"), rank=rank)
