"""The shapes of the answers in ``answers.py``. The endpoints and tools publish them as JSON schemas."""

from __future__ import annotations

from typing import TypedDict


class ProblemInfo(TypedDict):
    """One fault, or one thing worth knowing: its place, what was found, what was expected; "" where that says nothing.

    ``line`` says all of it in one line.
    """

    file: str
    position: str
    item: str
    field: str
    found: str
    expected: str
    line: str


class CoverageInfo(TypedDict):
    """How much of one kind of item was answered: ``answered`` of ``expected`` items, ``failed`` of them empty."""

    expected: int
    answered: int
    failed: int


class ScoreInfo(TypedDict):
    """One score with its 95 % interval over ``n`` items, ``failed`` of which were no usable answers.

    ``low`` and ``high`` are null where no interval can be had.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    failed: int


class KeptInfo(TypedDict):
    """A file that counts, by the name it was sent under; ``size`` in bytes."""

    sent_as: str
    size: int


class MetricPreview(TypedDict):
    """A metric that the row will have; ``n`` and ``cell`` are null where only scoring tells."""

    id: str
    n: int | None
    cell: ScoreInfo | None


class RowPreview(TypedDict):
    """The row that an upload would become; ``absent`` says of metrics that it will not have why not."""

    board: str
    model: str
    prompt: str
    voice: str
    set_digest: str
    metrics: list[MetricPreview]
    absent: dict[str, str]


class CheckAnswer(TypedDict):
    """What came of a check: ``ok`` says whether it would be accepted as it is.

    ``coverage`` is by level and part, ``types`` by question type; both counts include what is beyond the first 1,000.
    """

    ok: bool
    board: str
    problems: list[ProblemInfo]
    warnings: list[ProblemInfo]
    problem_count: int
    warning_count: int
    answered: int
    expected: int
    coverage: dict[str, CoverageInfo]
    types: dict[str, CoverageInfo]
    kept: list[KeptInfo]
    preview: RowPreview | None


class SenderInfo(TypedDict):
    """Who sent it: ``provider`` is huggingface or local."""

    provider: str
    name: str


class FileInfo(TypedDict):
    """One kept file: our name for it, the sender's, its size in bytes and its hash."""

    name: str
    sent_as: str
    size: int
    sha256: str


class Links(TypedDict):
    """Where to look, from the address of the app on: the page of the submission, and the endpoint for scripts."""

    page: str
    status: str


class ReceiptAnswer(TypedDict):
    """What is kept for good. ``content`` is a hash over all files; ``at`` is ISO 8601 in UTC.

    ``received_before``: the same bytes of the same sender were here already, and this is their receipt; nothing was
    kept a second time, and ``note`` says so.
    """

    id: str
    at: str
    content: str
    sender: SenderInfo
    board: str
    model: str
    files: list[FileInfo]
    received_before: bool
    note: str
    links: Links


class HappenedInfo(TypedDict):
    """Something that happened to a submission; ``at`` is ISO 8601 in UTC, ``reason`` is for its sender."""

    kind: str
    at: str
    reason: str


class ProgressInfo(TypedDict):
    """How far scoring is: ``done`` from 0 to 1."""

    done: float
    doing: str
    at: str


class ScoresInfo(TypedDict):
    """The scores of the newest scorer: by level (understanding, reasoning, conversation) and metric id.

    ``absent`` says of a metric why it was not computed.
    """

    scorer: str
    level: dict[str, dict[str, ScoreInfo]]
    absent: dict[str, str]


class StatusAnswer(TypedDict):
    """Where a submission is. ``state`` is received, scoring, scored, failed, held, published or withdrawn.

    ``done`` says whether nothing more will happen by itself. ``position`` counts from 1 in the queue and is null out of
    it; ``stored``: the store that outlives this machine has it. ``scores`` is null before it was scored.
    """

    id: str
    state: str
    done: bool
    reason: str
    times: list[HappenedInfo]
    progress: ProgressInfo | None
    position: int | None
    stored: bool
    verified: bool
    hidden: bool
    board: str
    model: str
    scores: ScoresInfo | None
    links: Links
