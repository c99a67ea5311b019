"""The points of a comparison: which group each belongs to, how sure its scores are, and all of it as a file.

CSV as in ``exports``: byte order mark, CRLF, an apostrophe before what a spreadsheet would run. Rows that are not
points are in it too, with the reason.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from echomind.leaderboard.comparison import Comparison
from echomind.leaderboard.exports import written
from echomind.leaderboard.flat_rows import Cell
from echomind.leaderboard.intervals import ScoreInterval, interval_of
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.leaderboard.records import Record
from echomind.words import joined, t

Colouring = Literal["weights", "source"]


class Group(NamedTuple):
    """What points have in common that look alike: a colour, and a symbol for those who do not tell colours apart."""

    name: str
    colour: str
    symbol: str


# None of these is a level's colour. They keep 3:1 against both pages; the symbols differ with them.
_GREEN, _GOLD, _PLUM, _GREY = "#2f7d5b", "#b8860b", "#b0508c", "#8a8378"
_WEIGHTS = {
    "open": Group(t("open weights"), _GREEN, "circle"),
    "closed": Group(t("closed weights"), _GOLD, "diamond"),
    "": Group(t("weights not stated"), _GREY, "square"),
}
_SOURCES = {
    "paper": Group(t("from a paper"), _GREEN, "circle"),
    "measured": Group(t("measured here"), _GOLD, "diamond"),
    "verified": Group(t("submission, verified"), _PLUM, "triangle-up"),
    "unverified": Group(t("submission, unverified"), _GREY, "square"),
}
COLOURINGS: dict[Colouring, tuple[str, Mapping[str, Group]]] = {
    "weights": (t("Weights"), _WEIGHTS),
    "source": (t("Source"), _SOURCES),
}


def _source(record: Record) -> str:
    if record.provenance.kind != "submission":
        return record.provenance.kind
    return "verified" if record.provenance.verified else "unverified"


_KEYS: dict[Colouring, Callable[[Record], str]] = {"weights": lambda r: r.model.weights or "", "source": _source}


def group_of(record: Record, by: Colouring) -> Group:
    """The group of a point."""
    return COLOURINGS[by][1][_KEYS[by](record)]


def groups(by: Colouring) -> tuple[Group, ...]:
    """All groups there are, in the order of the legend."""
    return tuple(COLOURINGS[by][1].values())


def source_text(record: Record) -> str:
    """Where a row comes from, in few words: ``"from a paper, 2026-03-05, second-hand"``."""
    provenance = record.provenance
    return _source_words(_source(record), provenance.date, provenance.kind != "submission" and not provenance.verified)


@lru_cache(maxsize=4096)  # texts are kept without their language, see ``words``
def _source_words(source: str, date: datetime.date, second_hand: bool) -> str:
    parts = [_SOURCES[source].name, f"{date:%Y-%m-%d}", *([t("second-hand")] if second_hand else [])]
    return joined(t(", "), parts)


class Score(NamedTuple):
    """A score and all that is said with it. A key for what is kept: 500 of them are written at each change of axes."""

    metric: str
    value: float
    interval: ScoreInterval | None
    n: int | None


def score_of(record: Record, metric: Metric) -> Score:
    """The score of a row, which it must have."""
    found = interval_of(record, metric.id)
    interval = found if isinstance(found, ScoreInterval) else None
    return Score(metric.id, record.scores[metric.id], interval, record.n.get(metric.id))


@lru_cache(maxsize=65_536)
def interval_text(score: Score) -> str:
    """``"63.12–65.80"``, ``"about 63.12–65.80"`` for an approximate one, empty where none is known."""
    if score.interval is None:
        return ""
    metric = METRICS[score.metric]
    between = f"{metric.text(score.interval.low)}–{metric.text(score.interval.high)}"
    return t("about {between}", between=between) if score.interval.kind == "approximate" else between


@lru_cache(maxsize=65_536)
def score_text(score: Score) -> str:
    """A score with its unit, interval and number of items: ``"64.29 % (about 62.9–65.7), n 4,576"``."""
    metric = METRICS[score.metric]
    value = f"{metric.text(score.value)}{' %' if metric.unit == '%' else ''}"
    interval = interval_text(score)
    sure = t("{value} ({interval})", value=value, interval=interval) if interval else value
    return t("{value}, n {n:,}", value=sure, n=score.n) if score.n else sure


def csv_name(found: Comparison) -> str:
    """For instance ``echomind-understanding_acc-ves.csv``."""
    return f"{found.board.id}-{found.x.id}-{found.y.id}.csv"


def points_csv(found: Comparison, left_out: Mapping[str, Record]) -> str:
    """Every point, then every row that is none with the reason, as CSV. ``left_out`` are their records by slug."""
    rows = [_cells(found, slug, r) for slug, r in zip(found.slugs, found.records, strict=True)]
    rows += [{**_cells(found, out.slug, left_out[out.slug]), "left_out_because": out.reason} for out in found.left_out]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    head = list(rows[0]) if rows else ["slug"]
    writer.writerow(head)
    for row in rows:
        writer.writerow([written(row[column]) for column in head])
    return "\ufeff" + out.getvalue()


def _cells(found: Comparison, slug: str, record: Record) -> dict[str, Cell]:
    model, provenance = record.model, record.provenance
    cells: dict[str, Cell] = {"slug": slug, "model_name": model.name, "model_org": model.org}
    cells |= {"model_params_b": model.params_b, "model_weights": model.weights}
    for metric in (found.x, found.y):
        interval = interval_of(record, metric.id)
        cells[metric.id] = record.scores.get(metric.id)
        cells[f"{metric.id}_low"] = interval.low if isinstance(interval, ScoreInterval) else None
        cells[f"{metric.id}_high"] = interval.high if isinstance(interval, ScoreInterval) else None
        cells[f"{metric.id}_interval"] = interval.kind if isinstance(interval, ScoreInterval) else None
        cells[f"{metric.id}_n"] = record.n.get(metric.id)
    cells |= {"provenance_kind": provenance.kind, "provenance_verified": provenance.verified}
    return cells | {"provenance_date": provenance.date, "left_out_because": None}
