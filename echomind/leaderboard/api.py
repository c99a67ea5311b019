"""What a machine may ask about the results: two functions, plain JSON values in and out.

They are served as the named endpoints ``/leaderboard`` and ``/correlation`` and as tools of the same names.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from echomind.leaderboard.boards import Board, get_board
from echomind.leaderboard.comparison import compare
from echomind.leaderboard.correlation import RESAMPLES, SEED, Coefficient
from echomind.leaderboard.frame import board_frame, ordered
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import Record, read_board
from echomind.settings import get_settings


def _rank(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _row(board: Board, slug: str, record: Record, rank: int | None) -> dict[str, Any]:
    return {
        "rank": rank,
        "slug": slug,
        "model": record.model.model_dump(mode="json"),
        "protocol": record.protocol.model_dump(mode="json"),
        "provenance": record.provenance.model_dump(mode="json"),
        "scores": dict(record.scores),
        "n": dict(record.n),
        "intervals": {metric: list(bounds) for metric, bounds in record.intervals.items()},
        "coverage": {"scored": sum(m in record.scores for m in board.metrics), "of": len(board.metrics)},
    }


def leaderboard(board: str = "echomind") -> dict[str, Any]:
    """Every model of one board with its scores, ranks and sources.

    A score that was not published or measured is absent from "scores"; it is never 0. Ranks compare only records of the
    board's own protocol; others have rank null. Rows are in the board's first official order.

    Args:
        board: The board's id: echomind, echomind-upper-bound, echomind-arena, humdial or ieat-dev.

    Returns:
        A JSON object: board, title, note, protocol, orders (each official order with its rows of rank, model, value),
        rows (rank, slug, model, protocol, provenance, scores, n, intervals, coverage) and metrics (id, title, term,
        level, group, direction, low, high, unit, definition, source).
    """
    chosen = get_board(board)
    records = read_board(get_settings().results_dir, board)
    frame = board_frame(chosen, records)
    orders = []
    for order in chosen.orders:
        listed = [
            {"rank": _rank(row["rank"]), "model": row["name"], "value": None if pd.isna(row["value"]) else row["value"]}
            for _, row in ordered(frame, order).iterrows()
        ]
        orders.append({"id": order.id, "title": order.title, "metrics": list(order.metrics), "rows": listed})
    if chosen.orders:
        first = ordered(frame, chosen.orders[0])
        places = {str(slug): _rank(rank) for slug, rank in first["rank"].items()}
    else:
        places = dict.fromkeys(sorted(records, key=lambda slug: records[slug].model.name.casefold()))
    return {
        "board": chosen.id,
        "title": chosen.title,
        "note": chosen.note,
        "protocol": chosen.protocol.model_dump(mode="json"),
        "orders": orders,
        "rows": [_row(chosen, slug, records[slug], rank) for slug, rank in places.items()],
        "metrics": [asdict(METRICS[metric]) for metric in chosen.metrics],
    }


def _coefficient(coefficient: Coefficient | None) -> dict[str, float | None]:
    if coefficient is None:
        return {"value": None, "low": None, "high": None}
    return {"value": coefficient.value, "low": coefficient.low, "high": coefficient.high}


def correlation(x: str, y: str, board: str = "echomind") -> dict[str, Any]:
    """How two metrics of a board go together over its models: Pearson and Spearman with 95 % bootstrap intervals.

    With fewer than 4 models, or when all are equal on one axis, the coefficients are null and "sentence" says why.

    Args:
        x: Metric id of the first axis, such as understanding_acc.
        y: Metric id of the second axis, such as c_speech_rel.
        board: The board's id: echomind, echomind-upper-bound, echomind-arena, humdial or ieat-dev.

    Returns:
        A JSON object: board, x, y, n, pearson and spearman (value, low, high), sentence, influence (which model matters
        most), points (model, x, y), missing (model, lacks, reason), bootstrap (resamples, undefined, seed) and note.
    """
    chosen = get_board(board)
    found = compare(chosen, read_board(get_settings().results_dir, board), x, y)
    points = zip(found.models, found.xs, found.ys, strict=True)
    return {
        "board": chosen.id,
        "x": x,
        "y": y,
        "n": found.result.n,
        "pearson": _coefficient(found.result.pearson),
        "spearman": _coefficient(found.result.spearman),
        "sentence": found.sentence,
        "influence": found.influence,
        "points": [{"model": model, "x": a, "y": b} for model, a, b in points],
        "missing": [{"model": out.model, "lacks": list(out.lacks), "reason": out.reason} for out in found.left_out],
        "bootstrap": {"resamples": RESAMPLES, "undefined": found.result.undefined, "seed": SEED},
        "note": chosen.note,
    }
