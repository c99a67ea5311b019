"""A view of a board as flat rows with typed columns: what CSV and Parquet hold, the same in both.

Columns of a metric: its id, ``<id>_low``, ``<id>_high`` (95 % interval) and ``<id>_n`` (items). What is missing is
``None``.
"""

from __future__ import annotations

import datetime
from typing import Literal

from echomind.leaderboard.arrange import Row, Table
from echomind.leaderboard.records import ModelInfo, Protocol, Provenance

Cell = str | float | int | bool | datetime.date | None
Kind = Literal["text", "whole", "number", "yes_no", "day"]
# All other fields of a record are texts.
_FIELD_KINDS: dict[str, Kind] = {
    "model_params_b": "number",
    "model_speech_out": "yes_no",
    "provenance_verified": "yes_no",
    "provenance_date": "day",
}


def columns(table: Table) -> dict[str, Kind]:
    """The columns of the view in their order, with what their cells are; the same whether or not there are rows."""
    found: dict[str, Kind] = {"rank": "whole", "slug": "text"}
    found |= {"rank_best": "whole", "rank_worst": "whole", "rank_by_value": "whole"}
    found |= _fields("model", ModelInfo)
    if table.order is not None:
        found |= {"order": "text", "order_value": "number"}
    for metric in table.metrics:
        found |= {metric.id: "number", f"{metric.id}_low": "number", f"{metric.id}_high": "number"}
        found[f"{metric.id}_n"] = "whole"
    found |= _fields("protocol", Protocol)
    found["unranked_because"] = "text"
    found |= _fields("provenance", Provenance)
    return found | {"board": "text", "citation": "text", "licence": "text"}


def cells(table: Table, row: Row) -> dict[str, Cell]:
    """The cells of one row, by ``columns``."""
    record, place = row.record, row.place
    found: dict[str, Cell] = {"rank": row.rank, "slug": row.slug}
    found |= {"rank_best": place.clear if place else None, "rank_worst": place.worst if place else None}
    found["rank_by_value"] = place.plain if place else None
    found |= {f"model_{field}": getattr(record.model, field) for field in ModelInfo.model_fields}
    if table.order is not None:
        found |= {"order": table.order.id, "order_value": row.value}
    for metric in (metric.id for metric in table.metrics):
        low, high = record.intervals.get(metric, (None, None))
        found[metric] = record.scores.get(metric)
        found |= {f"{metric}_low": low, f"{metric}_high": high, f"{metric}_n": record.n.get(metric)}
    found |= {f"protocol_{field}": getattr(record.protocol, field) for field in Protocol.model_fields}
    found["unranked_because"] = row.unranked_because or None
    found |= {f"provenance_{field}": getattr(record.provenance, field) for field in Provenance.model_fields}
    return found | {"board": table.board.id, "citation": table.board.citation, "licence": table.board.licence}


def _fields(name: str, of: type[ModelInfo | Protocol | Provenance]) -> dict[str, Kind]:
    named = [f"{name}_{field}" for field in of.model_fields]
    return {column: _FIELD_KINDS.get(column, "text") for column in named}
