"""The shapes of the answers in ``api.py``. The endpoints and tools publish them as JSON schemas."""

from __future__ import annotations

from typing import TypedDict


class RankedModel(TypedDict):
    """A place in an official order. ``rank`` and ``value`` are null where the model lacks a score of the order."""

    rank: int | None
    slug: str
    model: str
    value: float | None


class OfficialOrder(TypedDict):
    """One ranking, by the mean of ``metrics``."""

    id: str
    title: str
    metrics: list[str]
    rows: list[RankedModel]


class ModelInfo(TypedDict):
    """Who was measured; null where the source does not say."""

    name: str
    hub_id: str | None
    org: str | None
    params_b: float | None
    weights: str | None
    licence: str | None
    speech_out: bool | None
    url: str | None


class Protocol(TypedDict):
    """How it was measured; null where the source does not say."""

    prompt: str | None
    voice: str | None
    judge_text: str | None
    judge_audio: str | None
    scorer: str


class Provenance(TypedDict):
    """Where the numbers come from; ``date`` is ISO 8601."""

    kind: str
    source: str
    url: str | None
    date: str
    verified: bool
    receipt: str | None


class Coverage(TypedDict):
    """How many of the board's metrics have a score."""

    scored: int
    of: int


class BoardRow(TypedDict):
    """One record. ``scores`` holds only metrics that have a score.

    ``unranked_because`` says how it was measured otherwise than the board ranks; null where it was not.
    """

    rank: int | None
    unranked_because: str | None
    slug: str
    model: ModelInfo
    protocol: Protocol
    provenance: Provenance
    scores: dict[str, float]
    n: dict[str, int]
    intervals: dict[str, list[float]]
    coverage: Coverage


class MetricInfo(TypedDict):
    """What a metric is; ``low`` and ``high`` are null where it is unbounded."""

    id: str
    title: str
    term: str
    level: str
    group: str
    direction: str
    low: float | None
    high: float | None
    unit: str
    language: str | None
    definition: str
    source: str


class LeaderboardAnswer(TypedDict):
    """The answer of ``leaderboard``. ``submissions_missing``: they cannot be read now, so their rows are not in it."""

    board: str
    title: str
    note: str
    protocol: Protocol
    orders: list[OfficialOrder]
    rows: list[BoardRow]
    metrics: list[MetricInfo]
    submissions_missing: bool


class CoefficientInfo(TypedDict):
    """A coefficient in [-1, 1] with its 95 % interval and two-sided p; all null where there is none.

    ``method`` is how the interval was made: "BCa", "percentile" or "none"; ``p_method`` is "exact", "permutation" or
    "normal". ``note`` says why the interval is not BCa, or why there is none; else it is empty.
    """

    value: float | None
    low: float | None
    high: float | None
    method: str | None
    p: float | None
    p_method: str | None
    note: str


class WithoutModel(TypedDict):
    """The coefficients without one model."""

    slug: str
    model: str
    pearson: float
    spearman: float
    kendall: float


class Point(TypedDict):
    """One model in the plane of the two metrics."""

    slug: str
    model: str
    x: float
    y: float


class MissingModel(TypedDict):
    """A row that is not in the correlation, and why."""

    slug: str
    model: str
    lacks: list[str]
    reason: str


class Bootstrap(TypedDict):
    """How the intervals were made: draws (0 where there is no coefficient), those without one, and the seed."""

    resamples: int
    undefined: int
    seed: int


class CorrelationAnswer(TypedDict):
    """The answer of ``correlation``. ``submissions_missing`` is as in the answer of ``leaderboard``."""

    board: str
    x: str
    y: str
    n: int
    pearson: CoefficientInfo
    spearman: CoefficientInfo
    kendall: CoefficientInfo
    sentence: str
    influence: str
    leave_one_out: list[WithoutModel]
    points: list[Point]
    missing: list[MissingModel]
    bootstrap: Bootstrap
    note: str
    submissions_missing: bool
