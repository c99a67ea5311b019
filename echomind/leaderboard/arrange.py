"""The table that follows from a view: which rows, in which order, with which places. Pure but for the look at results.

What does not depend on the view is worked out once a version of a board (``_index``): facets, folded texts, the best
two values and the steps of the shading of each column, and the places in each order that was asked for.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from echomind.leaderboard.boards import Board, Order, get_board
from echomind.leaderboard.filters import facet_counts, passes, values_of
from echomind.leaderboard.frame import SEARCHED
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.leaderboard.names import folded, marks, same_model
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.rank_intervals import ModelRank, Ranking, order_value, rank_board
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import Sort, View, current_order

SHADES = 5  # steps of the shading of a column, by fifths of its ranked values


@dataclass(frozen=True)
class Row:
    """One record in the table. ``rank`` and ``value`` are ``None`` where it has no place in the order.

    ``place`` is all that is known of the place. ``unlike`` says how it was measured otherwise than the board ranks, ""
    where it was not. ``mark`` tells it from others of the same name, "" where there are none.
    """

    slug: str
    record: Record
    rank: int | None
    value: float | None
    unlike: str = ""
    mark: str = ""
    place: ModelRank | None = None
    pinned: bool = False


@dataclass(frozen=True)
class Table:
    """A view filled with records. ``rows`` are all of them, those that are pinned first; a page may send fewer.

    ``best`` and ``second`` are the best two values a metric has among the ranked records, found or not; ``steps`` the
    borders of the shading, ``scales`` the ends of the bars. ``found`` counts the rows that the filters let through,
    ``total`` the board's rows, ``models`` the models they are of, ``newest`` is the latest date they bear; ``version``
    and ``submissions_missing`` are those of the look at the results. ``drawn`` is for whoever draws cells: kept as long
    as the board stays as it is.
    """

    view: View
    board: Board
    order: Order | None
    metrics: tuple[Metric, ...]
    rows: tuple[Row, ...]
    total: int
    models: int
    best: dict[str, float]
    second: dict[str, float] = field(default_factory=dict)
    steps: dict[str, tuple[float, ...]] = field(default_factory=dict)
    scales: dict[str, tuple[float, float]] = field(default_factory=dict)
    found: int = 0
    ranking: Ranking | None = None
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    version: int = 0
    submissions_missing: bool = False
    newest: datetime.date | None = None
    drawn: dict[tuple[str, str, bool], Any] = field(default_factory=dict, compare=False)

    @property
    def sent(self) -> tuple[Row, ...]:
        """The rows that the view asks to be sent."""
        return self.rows if not self.view.rows else self.rows[: self.view.rows]


@dataclass
class _Index:
    """A board at one moment. ``rankings`` and ``values`` fill as orders are asked for; to fill twice does no harm."""

    board: Board
    records: Mapping[str, Record]
    values: dict[str, dict[str, str]]
    facets: dict[str, dict[str, int]]
    texts: dict[str, str]
    names: dict[str, str]
    told_apart: dict[str, str]
    unlike: dict[str, str]
    coverage: dict[str, int]
    models: int
    best: dict[str, float]
    second: dict[str, float]
    steps: dict[str, tuple[float, ...]]
    scales: dict[str, tuple[float, float]]
    newest: datetime.date | None
    rankings: dict[str, Ranking] = field(default_factory=dict)
    keys: dict[str, dict[str, float]] = field(default_factory=dict)
    drawn: dict[tuple[str, str, bool], Any] = field(default_factory=dict)


def _searched(record: Record) -> str:
    model = record.model
    cells = {"name": model.name, "org": model.org, "hub_id": model.hub_id, "licence": model.licence}
    cells |= {"weights": model.weights, "receipt": record.provenance.receipt}
    return " \n ".join(folded(cell) for key in SEARCHED if (cell := cells[key]) is not None)


def _scale(metric: Metric, records: Iterable[Record]) -> tuple[float, float]:
    """The ends of the bars of a metric: its range, and the furthest value where it has no end."""
    values = [record.scores[metric.id] for record in records if metric.id in record.scores]
    low = min(values, default=0.0) if metric.low is None else metric.low
    high = max(values, default=1.0) if metric.high is None else metric.high
    return (low, high) if high > low else (low, low + 1.0)


def _make_index(board: Board, records: Mapping[str, Record]) -> _Index:
    values = {slug: values_of(record) for slug, record in records.items()}
    ranked = [record for record in records.values() if record.protocol == board.protocol]
    best: dict[str, float] = {}
    second: dict[str, float] = {}
    steps: dict[str, tuple[float, ...]] = {}
    scales = {metric: _scale(METRICS[metric], records.values()) for metric in board.metrics}
    for metric in board.metrics:
        there = np.array([record.scores[metric] for record in ranked if metric in record.scores])
        if len(there) < 2:
            continue
        side = 1 if METRICS[metric].higher_is_better else -1
        distinct = np.unique(side * there)
        best[metric] = float(side * distinct[-1])
        if len(distinct) > 2:  # of two values, the second best is the worst
            second[metric] = float(side * distinct[-2])
        if len(distinct) >= SHADES:
            ends = np.quantile(side * there, np.arange(1, SHADES) / SHADES)
            steps[metric] = tuple(float(end) for end in ends)
    return _Index(
        board,
        records,
        values,
        facet_counts(values.values()),
        {slug: _searched(record) for slug, record in records.items()},
        {slug: record.model.name.casefold() for slug, record in records.items()},
        marks(records),
        {slug: unlike(record.protocol, board.protocol) for slug, record in records.items()},
        {slug: sum(metric in record.scores for metric in board.metrics) for slug, record in records.items()},
        len({same_model(record) for record in records.values()}),
        best,
        second,
        steps,
        scales,
        max((record.provenance.date for record in records.values()), default=None),
    )


_kept: dict[str, _Index] = {}  # the newest of each board: whole boards are small, and there are as many as boards


def _index(board: Board, records: Mapping[str, Record]) -> _Index:
    found = _kept.get(board.id)
    if found is None or found.records is not records:  # results give the same object while nothing changed
        found = _kept[board.id] = _make_index(board, records)
    return found


def _ranking(index: _Index, order: Order) -> Ranking:
    found = index.rankings.get(order.id)
    if found is None:
        found = index.rankings[order.id] = rank_board(index.board, index.records, order)
    return found


def _key(index: _Index, view: View, by: str) -> dict[str, float]:
    """A number by slug, larger is better; a row without it is missing. Orders and metrics: only of ranked records."""
    name = f"{view.language}/{by}"
    if name not in index.keys:
        index.keys[name] = _make_key(index, view, by)
    return index.keys[name]


def _make_key(index: _Index, view: View, by: str) -> dict[str, float]:
    records = index.records
    match by:
        case "name":
            places = {name: -i for i, name in enumerate(sorted(set(index.names.values())))}
            return {slug: places[name] for slug, name in index.names.items()}
        case "size":
            return {slug: r.model.params_b for slug, r in records.items() if r.model.params_b is not None}
        case "coverage":
            return {slug: float(count) for slug, count in index.coverage.items()}
        case "date":
            return {slug: float(r.provenance.date.toordinal()) for slug, r in records.items()}
    order = current_order(View(view.board, view.language, (Sort(by),)))
    if order is None:
        return {}
    side = 1.0 if order.higher_is_better else -1.0
    found = {slug: order_value(r, order) for slug, r in records.items() if not index.unlike[slug]}
    return {slug: side * value for slug, value in found.items() if value == value}


def _arranged(index: _Index, view: View, slugs: list[str]) -> list[str]:
    """The slugs in the order of the view's keys; what lacks a key comes last in both directions, then A to Z."""
    keys = [(_key(index, view, sort.by), -1.0 if sort.best_first else 1.0) for sort in view.sorted_by]

    def place(slug: str) -> tuple[object, ...]:
        parts: list[object] = []
        for values, side in keys:
            value = values.get(slug)
            parts += [True, 0.0] if value is None else [False, side * value]
        return (*parts, index.names[slug])

    return sorted(slugs, key=place)


def facets_of(board_id: str, records: Mapping[str, Record]) -> dict[str, dict[str, int]]:
    """By facet, the values there are on a board with the number of rows."""
    return _index(get_board(board_id), records).facets


@lru_cache(maxsize=256)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(folded(text).split())


def arrange(view: View, results: Results) -> Table:
    """The table of a view over the ``results`` of this moment. Raises ``ResultsError`` when a record is not valid.

    Places are over the whole board, so a search or a filter never changes a model's. Pinned rows are on top, whether
    or not the filters let them through.
    """
    board = get_board(view.board)
    look = results.look(view.board)
    index = _index(board, look.records)
    order = current_order(view)
    ranking = _ranking(index, order) if order is not None else None
    terms = _terms(view.text)
    records = look.records
    hits = [
        slug
        for slug, record in records.items()
        if passes(index.values[slug], record.model.params_b, view.filters, view.size)
        and all(term in index.texts[slug] for term in terms)
    ]
    pins = [slug for slug in view.pins if slug in records]
    kept = frozenset(pins)
    slugs = [*_arranged(index, view, pins), *_arranged(index, view, [slug for slug in hits if slug not in kept])]
    rows = []
    for slug in slugs:
        place = ranking.ranks.get(slug) if ranking is not None else None
        rank = None if place is None else place.plain if view.official else place.rank
        value = None if place is None else place.value
        rows.append(
            Row(slug, records[slug], rank, value, index.unlike[slug], index.told_apart[slug], place, slug in kept)
        )
    return Table(
        view,
        board,
        order,
        view.metrics,
        tuple(rows),
        len(records),
        index.models,
        index.best,
        index.second,
        index.steps,
        index.scales,
        len(hits),
        ranking,
        index.facets,
        look.version,
        look.submissions_missing,
        index.newest,
        index.drawn,
    )


def shade(table: Table, metric: Metric, value: float) -> int:
    """The step of the shading from 1 (the worst fifth) to ``SHADES``; 0 where the column has too few values."""
    steps = table.steps.get(metric.id)
    if steps is None:
        return 0
    return 1 + sum((value if metric.higher_is_better else -value) >= step for step in steps)
