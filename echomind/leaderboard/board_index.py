"""What follows from the rows of a board whatever the view: worked out once for each version of the results."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from echomind.leaderboard.boards import Board
from echomind.leaderboard.counted import counted
from echomind.leaderboard.filters import facet_counts, values_of
from echomind.leaderboard.frame import SEARCHED
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.leaderboard.names import folded, marks, same_model
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.rank_intervals import Ranking
from echomind.leaderboard.records import Record

SHADES = 5  # steps of the shading of a column, by fifths of its ranked values


@dataclass
class Index:
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


def _made(board: Board, records: Mapping[str, Record]) -> Index:
    values = {slug: values_of(record) for slug, record in records.items()}
    best: dict[str, float] = {}
    second: dict[str, float] = {}
    steps: dict[str, tuple[float, ...]] = {}
    scales = {metric: _scale(METRICS[metric], records.values()) for metric in board.metrics}
    for metric in board.metrics:
        there = np.array([record.scores[metric] for record in counted(board, records, (metric,)).values()])
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
    return Index(
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


_kept: dict[str, Index] = {}  # the newest of each board: whole boards are small, and there are as many as boards


def index_of(board: Board, records: Mapping[str, Record]) -> Index:
    """The index of a board whose records are ``records``; the same one as long as that is the same object."""
    found = _kept.get(board.id)
    if found is None or found.records is not records:  # results give the same object while nothing changed
        found = _kept[board.id] = _made(board, records)
    return found
