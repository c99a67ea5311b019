"""What a machine may ask about the results: two functions, plain JSON values in and out.

They are served as the named endpoints ``/leaderboard`` and ``/correlation`` and as tools of the same names.
"""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from echomind.leaderboard import schemas
from echomind.leaderboard.boards import Board, Order, get_board
from echomind.leaderboard.comparison import Comparison, compare
from echomind.leaderboard.correlation import MIN_MODELS, SEED, Coefficient
from echomind.leaderboard.counted import OTHER_ROW
from echomind.leaderboard.frame import board_frame, ordered
from echomind.leaderboard.metrics import METRICS, Metric
from echomind.leaderboard.protocols import unlike
from echomind.leaderboard.records import Record
from echomind.leaderboard.results import Results


def _rank(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _order(frame: pd.DataFrame, order: Order) -> schemas.OfficialOrder:
    table = ordered(frame, order)
    rows = zip(table["rank"], map(str, table.index), table["name"], table["value"], strict=True)
    return {
        "id": order.id,
        "title": order.title,
        "metrics": list(order.metrics),
        "rows": [
            {"rank": _rank(rank), "slug": slug, "model": model, "value": None if pd.isna(value) else float(value)}
            for rank, slug, model, value in rows
        ],
    }


def _row(board: Board, slug: str, record: Record, rank: int | None) -> schemas.BoardRow:
    return {
        "rank": rank,
        "unranked_because": _unranked(board, record, rank),
        "slug": slug,
        "model": cast(schemas.ModelInfo, record.model.model_dump(mode="json")),
        "protocol": cast(schemas.Protocol, record.protocol.model_dump(mode="json")),
        "provenance": cast(schemas.Provenance, record.provenance.model_dump(mode="json")),
        "scores": dict(record.scores),
        "n": dict(record.n),
        "intervals": {metric: list(bounds) for metric, bounds in record.intervals.items()},
        "coverage": {"scored": sum(m in record.scores for m in board.metrics), "of": len(board.metrics)},
    }


def _unranked(board: Board, record: Record, rank: int | None) -> str | None:
    if other := unlike(record.protocol, board.protocol):
        return other
    complete = bool(board.orders) and all(metric in record.scores for metric in board.orders[0].metrics)
    return OTHER_ROW if rank is None and complete else None


def _metric(metric: Metric) -> schemas.MetricInfo:
    return {
        "id": metric.id,
        "title": metric.title,
        "term": metric.term,
        "level": metric.level,
        "group": metric.group,
        "direction": metric.direction,
        "low": metric.low,
        "high": metric.high,
        "unit": metric.unit,
        "language": metric.language,
        "definition": metric.definition,
        "source": metric.source,
    }


def _coefficient(coefficient: Coefficient | None, why_not: str) -> schemas.CoefficientInfo:
    """``why_not`` is the reason of a comparison without coefficients."""
    if coefficient is None:
        empty: dict[str, None] = dict.fromkeys(("value", "low", "high", "p", "p_method", "method"))
        return cast(schemas.CoefficientInfo, {**empty, "note": why_not})
    return {
        "value": coefficient.value,
        "low": coefficient.low,
        "high": coefficient.high,
        "method": coefficient.method,
        "p": coefficient.p,
        "p_method": coefficient.p_method,
        "note": coefficient.note,
    }


def _leave_one_out(found: Comparison) -> list[schemas.WithoutModel]:
    return [
        {
            "slug": found.slugs[without.index],
            "model": found.models[without.index],
            "pearson": without.pearson,
            "spearman": without.spearman,
            "kendall": without.kendall,
        }
        for without in found.result.influences
        if without is not None
    ]


_WHY_NOT = {"few": f"fewer than {MIN_MODELS} models have both scores", "constant": "all models are equal on one axis"}


class ResultsApi:
    """The functions, over the ``results`` of the moment they are asked."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def leaderboard(self, board: str = "echomind") -> schemas.LeaderboardAnswer:
        """Every model of one board with its scores, ranks and sources.

        A score that was not published or measured is absent from "scores"; it is never 0. Ranks compare only records of
        the board's own protocol, one a model: a verified row first, then the newest; others have rank null, and
        "unranked_because" says why. Rows are in the board's first official order. A row whose
        provenance has the kind "submission" was scored here from predictions that somebody sent; "verified" says
        whether a person has compared it with its source, and "receipt" names it for /submission_status.

        Args:
            board: The board's id: echomind, echomind-mini, echomind-upper-bound, echomind-arena, humdial or ieat-dev.

        Returns:
            The board's orders (rank, model, value), its rows (model, protocol, provenance, scores) and its metrics.
        """
        chosen = get_board(board)
        look = self._results.look(board)
        records = look.records
        frame = board_frame(chosen, records)
        if chosen.orders:
            first = ordered(frame, chosen.orders[0])
            places = {str(slug): _rank(rank) for slug, rank in first["rank"].items()}
        else:
            places = dict.fromkeys(sorted(records, key=lambda slug: records[slug].model.name.casefold()))
        return {
            "board": chosen.id,
            "title": chosen.title,
            "note": chosen.note,
            "protocol": cast(schemas.Protocol, chosen.protocol.model_dump(mode="json")),
            "orders": [_order(frame, order) for order in chosen.orders],
            "rows": [_row(chosen, slug, records[slug], rank) for slug, rank in places.items()],
            "metrics": [_metric(METRICS[metric]) for metric in chosen.metrics],
            "submissions_missing": look.submissions_missing,
        }

    def correlation(self, x: str, y: str, board: str = "echomind") -> schemas.CorrelationAnswer:
        """How two metrics of a board go together over its models: Pearson, Spearman and Kendall.

        Each coefficient has a 95 % BCa bootstrap interval ("method"; where that is not defined, "note" says why) and
        the two-sided p of pairing models by chance ("p_method": counted exactly, by permutation, or from the normal
        distribution). With fewer than 5 models, or when all are equal on one axis, the coefficients are null and
        "sentence" says why. "leave_one_out" has the coefficients without each model, for 6 models or more.
        Each model counts once, however many rows it has: a verified row before others, then the newest.

        Args:
            x: Metric id of the first axis, such as understanding_acc.
            y: Metric id of the second axis, such as c_speech_rel.
            board: The board's id: echomind, echomind-mini, echomind-upper-bound, echomind-arena, humdial or ieat-dev.

        Returns:
            The coefficients with n, one sentence on what they allow, the points, and who was left out with the reason.
        """
        chosen = get_board(board)
        look = self._results.look(board)
        found = compare(chosen, look.records, x, y)
        result, why_not = found.result, _WHY_NOT.get(found.result.failure or "", "")
        points = zip(found.slugs, found.models, found.xs, found.ys, strict=True)
        return {
            "board": chosen.id,
            "x": x,
            "y": y,
            "n": result.n,
            "pearson": _coefficient(result.pearson, why_not),
            "spearman": _coefficient(result.spearman, why_not),
            "kendall": _coefficient(result.kendall, why_not),
            "sentence": found.sentence,
            "influence": "".join(found.influence),
            "leave_one_out": _leave_one_out(found),
            "points": [{"slug": slug, "model": model, "x": a, "y": b} for slug, model, a, b in points],
            "missing": [
                {"slug": out.slug, "model": out.model, "lacks": list(out.lacks), "reason": out.reason}
                for out in found.left_out
            ],
            "bootstrap": {"resamples": result.resamples, "undefined": result.undefined, "seed": SEED},
            "note": chosen.note,
            "submissions_missing": look.submissions_missing,
        }
