"""What a machine may ask about one model: served as the named endpoint ``/model`` and as a tool of that name."""

from __future__ import annotations

from typing import TypedDict, cast

from echomind.errors import EchoMindError
from echomind.leaderboard import schemas
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.intervals import NoInterval, ScoreInterval
from echomind.leaderboard.model_page import Place, ScoreLine, profile
from echomind.leaderboard.results import Results

_NEAR = 12  # slugs an error names


class Bounds(TypedDict):
    """A 95 % interval. ``kind`` is measured, approximate or none; ``low`` and ``high`` are null where it is none."""

    low: float | None
    high: float | None
    kind: str
    note: str


class ScoreInfo(TypedDict):
    """One metric of the board; ``value`` is null where there is no score, and ``missing`` says why.

    ``rank`` is by value among the ``of`` rows that the board ranks, null where this row is not among them.
    """

    metric: str
    value: float | None
    missing: str
    n: int | None
    interval: Bounds
    rank: int | None
    of: int
    distance: str


class PlaceInfo(TypedDict):
    """The place in one official order: by value, and from ``best`` to ``worst`` as far as intervals tell."""

    order: str
    title: str
    rank: int | None
    best: int | None
    worst: int | None
    of: int
    words: str


class PartInfo(TypedDict):
    """One score of a part, with interval, items and failures; null where not known."""

    value: float
    low: float | None
    high: float | None
    n: int | None
    failed: int | None


class BreakdownInfo(TypedDict):
    """Scores of parts of the set: ``{part: {metric id: score}}``; empty where the record has none."""

    question_type: dict[str, dict[str, PartInfo]]
    attribute: dict[str, dict[str, PartInfo]]
    style: dict[str, dict[str, PartInfo]]


class ModelAnswer(TypedDict):
    """The answer of ``model``."""

    board: str
    slug: str
    model: schemas.ModelInfo
    protocol: schemas.Protocol
    provenance: schemas.Provenance
    unranked_because: str | None
    coverage: schemas.Coverage
    scores: list[ScoreInfo]
    places: list[PlaceInfo]
    breakdown: BreakdownInfo


def _bounds(interval: ScoreInterval | NoInterval) -> Bounds:
    if isinstance(interval, NoInterval):
        return {"low": None, "high": None, "kind": "none", "note": interval.reason}
    return {"low": interval.low, "high": interval.high, "kind": interval.kind, "note": interval.note}


def _score(line: ScoreLine) -> ScoreInfo:
    return {
        "metric": line.metric.id,
        "value": line.value,
        "missing": line.missing,
        "n": line.n,
        "interval": _bounds(line.interval),
        "rank": line.rank,
        "of": line.of,
        "distance": line.distance,
    }


def _place(place: Place) -> PlaceInfo:
    rank = place.rank
    return {
        "order": place.order.id,
        "title": place.order.title,
        "rank": rank.plain if rank else None,
        "best": rank.clear if rank else None,
        "worst": rank.worst if rank else None,
        "of": place.of,
        "words": place.words,
    }


class ModelApi:
    """The function, over the ``results`` of the moment it is asked."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def model(self, board: str, slug: str) -> ModelAnswer:
        """Everything known about one model on one board: record, ranks, intervals with their kind, and breakdown.

        A missing score is null with the reason, never 0. An interval of kind "measured" comes from the scores of single
        items, "approximate" from the number of questions alone (as a rule too narrow), "none" was not published.

        Args:
            board: The board's id: echomind, echomind-mini, echomind-upper-bound, echomind-arena, humdial or ieat-dev.
            slug: The row's slug, as /leaderboard names it, such as gpt-4o-audio.

        Returns:
            Who was measured, how and by whom, every metric of the board, the places in its orders, and the breakdown.
        """
        chosen, records = get_board(board), self._results.look(board).records
        if slug not in records:
            known = ", ".join(list(records)[:_NEAR]) or "none yet"
            more = " and more, see /leaderboard" if len(records) > _NEAR else ""
            raise EchoMindError(f"{board} has no row {slug[:80]!r}; expected one of: {known}{more}")
        found = profile(chosen, slug, records)
        record = records[slug]
        return {
            "board": board,
            "slug": slug,
            "model": cast(schemas.ModelInfo, record.model.model_dump(mode="json")),
            "protocol": cast(schemas.Protocol, record.protocol.model_dump(mode="json")),
            "provenance": cast(schemas.Provenance, record.provenance.model_dump(mode="json")),
            "unranked_because": found.unranked_because or None,
            "coverage": {"scored": found.scored, "of": len(chosen.metrics)},
            "scores": [_score(line) for line in found.lines],
            "places": [_place(place) for place in found.places],
            "breakdown": cast(BreakdownInfo, record.breakdown.model_dump(mode="json")),
        }
