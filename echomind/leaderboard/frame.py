"""A board as a pandas frame, with ranks, sorting and search that treat a missing value as missing.

One row a record, indexed by slug. Every metric of the board is a float column, ``NaN`` where the record has no score.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import pandas as pd

from echomind.leaderboard.boards import Board, Order
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.names import one_a_model
from echomind.leaderboard.records import Record
from echomind.words import t

SEARCHED = ("name", "org", "hub_id", "licence", "weights", "receipt")


def board_frame(board: Board, records: Mapping[str, Record]) -> pd.DataFrame:
    """One row a record: model and provenance columns, ``ranked`` (measured by the board's protocol), then the metrics.

    ``coverage`` counts the board's metrics for which the record has a score; ``record`` is the record itself.
    """
    rows = [
        {
            "name": record.model.name,
            "org": record.model.org,
            "hub_id": record.model.hub_id,
            "licence": record.model.licence,
            "weights": record.model.weights,
            "receipt": record.provenance.receipt,
            "ranked": record.protocol == board.protocol,
            "coverage": sum(metric in record.scores for metric in board.metrics),
            "record": record,
        }
        for record in records.values()
    ]
    columns = (*SEARCHED, "ranked", "coverage", "record")
    meta = pd.DataFrame(rows, index=pd.Index(records, dtype=object), columns=columns)
    meta[list(SEARCHED)] = meta[list(SEARCHED)].astype(object)
    meta["ranked"] = meta["ranked"].astype(bool)
    scores = pd.DataFrame(
        {m: [record.scores.get(m, float("nan")) for record in records.values()] for m in board.metrics},
        index=meta.index,
        dtype=float,
    )
    return pd.concat([meta, scores], axis=1)


def order_of(metric: str) -> Order:
    """The order by one metric alone, best first."""
    return Order(metric, METRICS[metric].title, (metric,), METRICS[metric].language)


def order_values(frame: pd.DataFrame, order: Order) -> pd.Series:
    """Mean of the order's metrics, ``NaN`` where any of them is missing or the record has another protocol.

    Means are rounded to ten decimals: otherwise (4.02 + 3.31) / 2 and its like would break ties by rounding noise.
    """
    values = frame[list(order.metrics)].mean(axis=1, skipna=False).round(10)
    return values.where(frame["ranked"])


def ranks(values: pd.Series, higher_is_better: bool) -> pd.Series:
    """1 for the best; equal values share a rank and the next rank is skipped (1, 2, 2, 4); ``<NA>`` where missing."""
    return values.rank(method="min", ascending=not higher_is_better).astype("Int64")


def ordered(frame: pd.DataFrame, order: Order, best_first: bool = True) -> pd.DataFrame:
    """The frame with columns ``value`` and ``rank`` of ``order``, sorted by them.

    One row of each model has a rank, see ``counted``. Rows without a value come last in both directions; equal values
    are in the order of the names.
    """
    values = order_values(frame, order)
    standing = set(one_a_model(frame["record"][values.notna()].to_dict()).values())
    counted = values.where(frame.index.isin(standing))
    table = frame.assign(value=values, rank=ranks(counted, order.higher_is_better))
    table["_name"] = table["name"].map(str.casefold)
    table = table.sort_values(["value", "_name"], ascending=[best_first != order.higher_is_better, True])
    return table.drop(columns="_name")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def search(frame: pd.DataFrame, text: str) -> pd.DataFrame:
    """Rows whose name, organisation, Hub id, licence, openness or receipt contains all terms of ``text``, literally."""
    terms = _folded(text).split()
    if not terms:
        return frame
    hits = []
    for row in frame[list(SEARCHED)].itertuples(index=False):
        text_of_row = _folded(" \n ".join(cell for cell in row if isinstance(cell, str)))
        hits.append(all(term in text_of_row for term in terms))
    return frame.loc[pd.Series(hits, index=frame.index, dtype=bool)]


def absence(board: Board, record: Record, metric: str) -> str:
    """Why ``record`` has no score for ``metric``, as far as the record or the source says."""
    if METRICS[metric].group == "conversation_audio" and record.model.speech_out is False:
        return t("this model does not speak")
    if metric in board.absent and record.provenance.kind == "paper":
        return board.absent[metric]
    return t("not reported by the source") if record.provenance.kind == "paper" else t("not measured")
