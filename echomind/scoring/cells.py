"""Scores of a whole set and of its parts, from marks of items: values, intervals, n and failures.

Parts follow from the item: its question type, the vocal cue that was heard, the category of that cue, the delivery's
style. All intervals of one call are made from the same draws of scripts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from echomind.scoring.bootstrap import cluster_sums, clusters, intervals
from echomind.scoring.item_metric import Item, ItemMetric
from echomind.scoring.report import Cell, Cells
from echomind.taxonomy import ATTRIBUTES, CATEGORY_OF

# Decimals kept in a report: more than any page shows, fewer than rounding noise of sums. Values, low and high alike.
DECIMALS = 6
AXES = ("level", "question_type", "attribute", "category", "style")
_BEYOND = ("style", "chain")  # places of metrics that have no parts and stand under "beyond"
_ATTRIBUTES = frozenset(ATTRIBUTES)

Table = dict[str, dict[str, Cells]]  # axis -> part -> metric id -> score


class _Column(NamedTuple):
    axis: str
    part: str
    metric: ItemMetric
    rows: np.ndarray  # positions of the part's items in the metric


def _parts_of(item: Item) -> Iterator[tuple[str, str]]:
    if item.type is not None:
        yield "question_type", item.type
    if item.style is not None:
        yield "style", item.style
    if item.cue in _ATTRIBUTES:
        yield "attribute", item.cue
    if item.cue in CATEGORY_OF:  # also "adult", which is an age but none of the 39 attributes
        yield "category", CATEGORY_OF[item.cue]


def _columns(metric: ItemMetric) -> Iterator[_Column]:
    everything = np.arange(len(metric.items))
    if metric.place in _BEYOND:
        yield _Column("beyond", metric.place, metric, everything)
        return
    yield _Column("level", metric.place, metric, everything)
    parts: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, item in enumerate(metric.items):
        for part in _parts_of(item):
            parts[part].append(position)
    for (axis, name), rows in sorted(parts.items()):
        yield _Column(axis, name, metric, np.array(rows))


def tabulate(metrics: Iterable[ItemMetric], scripts: Sequence[str]) -> Table:
    """The score of every metric on the whole set and on every part that has items.

    ``scripts`` are the ids of all scripts of the set: drawn in the order of the ids, whatever order they come in.
    Metrics without items have no cells. Raises ``DataError`` for an item of a script that is not among them.
    """
    ids = sorted(scripts)
    columns = [column for metric in metrics if metric.items for column in _columns(metric)]
    index = {c.metric.id: clusters([i.script for i in c.metric.items], ids, c.metric.id) for c in columns}
    tops, bottoms = np.zeros((len(ids), len(columns))), np.zeros((len(ids), len(columns)))
    for c, column in enumerate(columns):
        where = index[column.metric.id][column.rows]
        tops[:, c] = cluster_sums(where, column.metric.numerator[column.rows], len(ids))
        bottoms[:, c] = cluster_sums(where, column.metric.denominator[column.rows], len(ids))
    ends = intervals(tops, bottoms, [c.metric.worst for c in columns], [c.metric.best for c in columns])
    table: Table = {}
    for column, interval, top, bottom in zip(columns, ends, tops.sum(axis=0), bottoms.sum(axis=0), strict=True):
        scaled = [None if end is None else round(end * column.metric.scale, DECIMALS) for end in interval]
        table.setdefault(column.axis, {}).setdefault(column.part, {})[column.metric.id] = Cell(
            value=round(float(top / bottom) * column.metric.scale, DECIMALS),
            low=scaled[0],
            high=scaled[1],
            n=len(column.rows),
            failed=int(column.metric.failed[column.rows].sum()),
        )
    return table
