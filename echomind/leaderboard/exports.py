"""A board as a file: CSV for spreadsheets, JSON and Parquet for programs, LaTeX for papers: a view, row by row.

CSV, Parquet and LaTeX hold the columns that the view shows; JSON names them and holds every record in full.

CSV: UTF-8 with a byte order mark (without it spreadsheets take Chinese for another encoding), comma, quotes where
needed, CRLF. What is missing is an empty cell. A text cell that a spreadsheet would run as a formula, which is one that
begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, has an apostrophe before it; numbers are numbers,
negative ones too, with as many digits as were measured. Columns: ``flat_rows``.

JSON: an ``Export``; what is missing is absent. Every row holds a result record as ``results/`` has them, so that one
reader serves both. ``json_schema`` is the published schema. Parquet has the columns of the CSV, and the ``Export``
without its rows as metadata (``parquet``).
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from echomind.leaderboard.arrange import Table
from echomind.leaderboard.boards import Board
from echomind.leaderboard.filters import ANY_SIZE
from echomind.leaderboard.flat_rows import Cell, cells, columns
from echomind.leaderboard.latex import to_latex
from echomind.leaderboard.parquet import to_parquet
from echomind.leaderboard.query import write_view
from echomind.leaderboard.records import Protocol, Record

Format = Literal["csv", "json", "parquet", "tex"]
FORMATS: dict[Format, str] = {
    "csv": "text/csv;charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "tex": "application/x-tex;charset=utf-8",
}
TITLES: dict[Format, str] = {"csv": "CSV", "json": "JSON", "parquet": "Parquet", "tex": "LaTeX"}
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, validate_by_name=True, validate_by_alias=True
    )


class ExportedOrder(_Strict):
    """What the rows are sorted by: an official order or one metric; ``value`` of a row is the mean of ``metrics``."""

    id: str
    title: str
    metrics: tuple[str, ...]
    best_first: bool


class ExportedSort(_Strict):
    """One key of the order of the rows: an official order's id, a metric's, or a property of rows."""

    by: str
    best_first: bool


class ExportedRow(_Strict):
    """One row. ``rank`` and ``value`` are absent where it has none; ``unranked_because`` where it needs none.

    ``rank_best`` and ``rank_worst`` are the places that the intervals allow, ``rank_by_value`` that by value alone.
    """

    rank: Annotated[int, Field(ge=1)] | None = None
    rank_best: Annotated[int, Field(ge=1)] | None = None
    rank_worst: Annotated[int, Field(ge=1)] | None = None
    rank_by_value: Annotated[int, Field(ge=1)] | None = None
    value: float | None = None
    unranked_because: str | None = None
    slug: str
    record: Record


class Export(_Strict):
    """A view of a board. ``total`` counts the rows of the whole board, ``search`` is what was searched for in it.

    ``filters`` are the chosen values by facet ("": not stated), ``size`` the range of billions of parameters with
    "null" for an open end, ``metrics`` the columns shown, ``pinned`` the rows that are on top whatever the filters say.
    ``data_as_of`` is the newest date that a row of the board bears, ``view`` the address that shows the same.
    ``citation`` and ``licence`` are those of the figures, as their sources state them. ``submissions_missing``: rows of
    submissions could not be read when it was made.
    """

    schema_version: Annotated[int, Field(alias="schema", ge=1, le=1)]
    board: str
    title: str
    note: str
    date: datetime.date
    data_as_of: datetime.date | None = None
    view: str
    protocol: Protocol
    citation: str
    licence: str
    order: ExportedOrder | None = None
    language: str | None = None
    search: str | None = None
    filters: dict[str, tuple[str, ...]] = {}
    size: tuple[float | None, float | None] | None = None
    sorted_by: tuple[ExportedSort, ...]
    metrics: tuple[str, ...]
    pinned: tuple[str, ...] = ()
    total: Annotated[int, Field(ge=0)]
    submissions_missing: bool
    rows: tuple[ExportedRow, ...]


def json_schema() -> dict[str, Any]:
    """The JSON schema of an export, with that of a result record in it (``$defs/Record``)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Export.model_json_schema(by_alias=True)}


def file_name(board: Board, date: datetime.date, kind: Format) -> str:
    """For instance ``echomind-mini-2026-11-20.csv``."""
    return f"{board.id}-{date:%Y-%m-%d}.{kind}"


def export(table: Table, date: datetime.date, kind: Format, address: str = "") -> bytes:
    """The view ``table`` as the bytes of a file, texts in UTF-8; CSV begins with the byte order mark.

    ``address`` is where the view's own address begins, empty where nobody serves it.
    """
    match kind:
        case "csv":
            return to_csv(table).encode()
        case "json":
            return to_json(table, date, address).encode()
        case "parquet":
            return to_parquet(table, about_view(table, date, address))
        case "tex":
            return to_latex(table, date).encode()


def about_view(table: Table, date: datetime.date, address: str = "") -> str:
    """Which view of what, as JSON: an ``Export`` without its rows."""
    found = _described(table, date, address).model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"rows"})
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def to_json(table: Table, date: datetime.date, address: str = "") -> str:
    """The view as an ``Export``."""
    rows = tuple(
        ExportedRow(
            rank=row.rank,
            rank_best=row.place.clear if row.place else None,
            rank_worst=row.place.worst if row.place else None,
            rank_by_value=row.place.plain if row.place else None,
            value=row.value,
            unranked_because=row.unranked_because or None,
            slug=row.slug,
            record=row.record,
        )
        for row in table.rows
    )
    made = _described(table, date, address).model_copy(update={"rows": rows})
    found = made.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n"


def _described(table: Table, date: datetime.date, address: str) -> Export:
    query = write_view(table.view)
    return Export(
        schema_version=1,
        board=table.board.id,
        title=table.board.title,
        note=table.board.note,
        date=date,
        data_as_of=table.newest,
        view=f"{address or '/leaderboard'}{'?' if query else ''}{query}",
        protocol=table.board.protocol,
        citation=table.board.citation,
        licence=table.board.licence,
        order=_order(table),
        language=table.view.language or None,
        search=table.view.text or None,
        filters=dict(table.view.filters),
        size=None if table.view.size == ANY_SIZE else table.view.size,
        sorted_by=tuple(ExportedSort(by=sort.by, best_first=sort.best_first) for sort in table.view.sorted_by),
        metrics=tuple(metric.id for metric in table.metrics),
        pinned=tuple(row.slug for row in table.rows if row.pinned),
        total=table.total,
        submissions_missing=table.submissions_missing,
        rows=(),
    )


def _order(table: Table) -> ExportedOrder | None:
    order = table.order
    if order is None:
        return None
    return ExportedOrder(id=order.id, title=order.title, metrics=order.metrics, best_first=table.view.best_first)


def to_csv(table: Table) -> str:
    """The view as CSV, one row a record, with the byte order mark."""
    head = list(columns(table))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    for row in table.rows:
        found = cells(table, row)
        writer.writerow([written(found[column]) for column in head])
    return "\ufeff" + out.getvalue()


def defused(text: str) -> str:
    """``text`` so that a spreadsheet shows it and runs nothing."""
    return f"'{text}" if text.startswith(_RUN_BY_SPREADSHEETS) else text


def written(cell: Cell) -> str:
    """A cell of a CSV file."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str():
            return defused(cell)
        case datetime.date():
            return cell.isoformat()
        case _:
            return repr(cell)  # all digits that were measured, and no more
