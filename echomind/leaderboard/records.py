"""The result record: one JSON file a model and board, ``results/<board>/<slug>.json``, read strictly or refused.

A missing score is absent. It is never 0 and never ``null``, so nothing downstream can mistake "not measured" for a
number. The models are frozen, forbid unknown keys and take no value of another type.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from echomind import strict_json
from echomind.errors import ResultsError
from echomind.outside_text import HubId, Name, Text, WebAddress, invisible

MAX_BYTES = 1_000_000  # a record with a full breakdown is about 60 kB
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?")
MetricId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
Count = Annotated[int, Field(ge=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ModelInfo(_Strict):
    """Who was measured. ``None`` means: not stated by the source. ``params_b`` counts parameters in billions."""

    name: Name
    hub_id: HubId | None = None
    org: Name | None = None
    params_b: Annotated[float, Field(gt=0, le=100_000)] | None = None
    weights: Literal["open", "closed"] | None = None
    licence: Name | None = None
    speech_out: bool | None = None
    url: WebAddress | None = None


class Protocol(_Strict):
    """How it was measured. Two records are ranked together only when every field here is equal.

    ``prompt`` "best" is each model's best of several prompts; "ideal_cues" tells the model the vocal cue in words.
    ``voice`` says whether the clips it heard are synthetic or recorded people.
    """

    prompt: Literal["best", "zero", "basic", "enhanced", "ideal_cues"] | None = None
    voice: Literal["tts", "human"] | None = None
    judge_text: Name | None = None
    judge_audio: Name | None = None
    scorer: Name


class Provenance(_Strict):
    """Where the numbers come from. ``verified``: they were compared with the source or with official data."""

    kind: Literal["paper", "submission", "measured"]
    source: Text
    url: WebAddress | None = None
    date: datetime.date
    verified: bool
    receipt: Name | None = None

    @model_validator(mode="after")
    def _receipt_belongs_to_a_submission(self) -> Provenance:
        if (self.kind == "submission") != (self.receipt is not None):
            raise ValueError("expected a receipt for a submission, and none otherwise")
        return self


class Interval(_Strict):
    """One score of a breakdown, with its 95 % interval, number of items and number of failed items where known."""

    value: float
    low: float | None = None
    high: float | None = None
    n: Count | None = None
    failed: Annotated[int, Field(ge=0)] | None = None


class Breakdown(_Strict):
    """Scores of parts of the set: ``{part: {metric id: score}}`` by question type, vocal attribute or vocal style."""

    question_type: dict[Name, dict[MetricId, Interval]] = {}
    attribute: dict[Name, dict[MetricId, Interval]] = {}
    style: dict[Name, dict[MetricId, Interval]] = {}


class Record(_Strict):
    """One model on one board. ``intervals`` are 95 % intervals, ``n`` the number of items behind a score."""

    schema_version: Annotated[int, Field(alias="schema", ge=1, le=1)]  # not Literal[1], which takes true for 1
    board: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    model: ModelInfo
    protocol: Protocol
    provenance: Provenance
    scores: Annotated[dict[MetricId, float], Field(min_length=1)]
    intervals: dict[MetricId, tuple[float, float]] = {}
    n: dict[MetricId, Count] = {}
    breakdown: Breakdown = Breakdown()

    @model_validator(mode="after")
    def _details_belong_to_scores(self) -> Record:
        for field in ("intervals", "n"):
            orphans = sorted(set(getattr(self, field)) - set(self.scores))
            if orphans:
                raise ValueError(f"{field} names {', '.join(orphans)}, expected only metrics that have a score")
        for metric, (low, high) in self.intervals.items():
            if low > high:
                raise ValueError(f"the interval of {metric} is [{low}, {high}], expected low before high")
        return self


def visible(text: str) -> str:
    """``text`` with an escape for every character that hides, reorders or commands, as keys and file names may have."""
    return "".join(f"\\u{ord(character):04x}" if invisible(character) else character for character in text)


def problems_of(error: ValidationError) -> list[str]:
    """What a schema found, one line a problem: field, found, expected."""
    lines = []
    for detail in error.errors(include_url=False):
        field = visible(".".join(str(part) for part in detail["loc"] if part != "[key]")) or "record"
        expected = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "missing":
            lines.append(f"{field}: found nothing, expected this field")
        elif detail["type"] == "extra_forbidden":
            lines.append(f"{field}: found an unknown field, expected only fields of the schema")
        else:
            found = repr(detail["input"])
            shown = found if len(found) <= 60 else f"{found[:57]}..."
            lines.append(f"{field}: found {shown}: {expected[:1].lower()}{expected[1:]}")
    return lines


def parse_record(data: bytes) -> Record:
    """The record in one file's bytes. ``ResultsError`` carries every problem, one a line: field, found, expected."""
    if len(data) > MAX_BYTES:
        raise ResultsError(f"found {len(data)} bytes, expected at most {MAX_BYTES}")
    try:
        strict_json.loads(data)  # duplicate keys, NaN, Infinity, byte order mark: what pydantic's reader lets through
        return Record.model_validate_json(data)
    except strict_json.StrictJSONError as error:
        raise ResultsError(str(error)) from None
    except ValidationError as error:
        raise ResultsError("\n".join(problems_of(error))) from None


def read_record(path: Path) -> Record:
    """The record in ``path``. ``ResultsError`` names the file and every problem in it, on one line."""
    try:
        return parse_record(path.read_bytes())
    except (ResultsError, OSError) as error:
        place = visible(f"{path.parent.name}/{path.name}")
        raise ResultsError(f"{place}: {'; '.join(str(error).splitlines())}") from None


def read_board(results_dir: Path, board: str) -> dict[str, Record]:
    """Every record of one board, by slug, in the order of the slugs. A board without a folder has no records.

    Raises ``ResultsError`` when a file is not a valid record or names another board than its folder.
    """
    records: dict[str, Record] = {}
    for path in sorted((results_dir / board).glob("*.json")):
        record = read_record(path)
        if record.board != board:
            raise ResultsError(f"{board}/{path.name}: board: found {record.board!r}, expected {board!r}")
        records[path.stem] = record
    return records
