"""The table that follows from a view: which rows, in which order, with which places. Pure but for the look at results.

What does not depend on the view is worked out once a version of a board (``board_index``).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from echomind.leaderboard.board_index import Index, index_of
from echomind.leaderboard.boards import Board, Order, get_board
from echomind.leaderboard.counted import OTHER_ROW
from echomind.leaderboard.filters import passes
from echomind.leaderboard.metrics import Metric
from echomind.leaderboard.names import folded
from echomind.leaderboard.rank_intervals import ModelRank, Ranking, order_value, rank_board
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import Sort, View, current_order


@dataclass(frozen=True)
class Row:
    """One record in the table. ``rank`` and ``value`` are ``None`` where it has no place in the order.

    ``place`` is all that is known of the place. ``unlike`` says how it was measured otherwise than the board ranks, ""
    where it was not; ``other_row``: another row of the same model has the place. ``mark`` tells it from others of the
    same name, "" where there are none.
    """

    slug: str
    record: Record
    rank: int | None
    value: float | None
    unlike: str = ""
    mark: str = ""
    place: ModelRank | None = None
    pinned: bool = False
    other_row: bool = False

    @property
    def unranked_because(self) -> str:
        """Why a row that has all scores of the order has no place in it; "" for others."""
        return self.unlike or (OTHER_ROW if self.other_row else "")


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


def _ranking(index: Index, order: Order) -> Ranking:
    found = index.rankings.get(order.id)
    if found is None:
        found = index.rankings[order.id] = rank_board(index.board, index.records, order)
    return found


def _key(index: Index, view: View, by: str) -> dict[str, float]:
    """A number by slug, larger is better; a row without it is missing. Orders and metrics: only of ranked records."""
    name = f"{view.language}/{by}"
    if name not in index.keys:
        index.keys[name] = _make_key(index, view, by)
    return index.keys[name]


def _make_key(index: Index, view: View, by: str) -> dict[str, float]:
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


def _arranged(index: Index, view: View, slugs: list[str]) -> list[str]:
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
    return index_of(get_board(board_id), records).facets


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
    index = index_of(board, look.records)
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
        unlike, mark = index.unlike[slug], index.told_apart[slug]
        other = order is not None and place is None and not unlike and _complete(records[slug], order)
        rows.append(Row(slug, records[slug], rank, value, unlike, mark, place, slug in kept, other))
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


def _complete(record: Record, order: Order) -> bool:
    return all(metric in record.scores for metric in order.metrics)


def shade(table: Table, metric: Metric, value: float) -> int:
    """The step of the shading from 1 (the worst fifth) to the best; 0 where the column has too few values."""
    steps = table.steps.get(metric.id)
    if steps is None:
        return 0
    return 1 + sum((value if metric.higher_is_better else -value) >= step for step in steps)
