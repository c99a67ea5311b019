"""The score report: what ``score`` prints and what submissions keep. Every number has n, failures and an interval."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SCORER_VERSION = "echomind-1.0"  # raise with any change that can move a number


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Cell(_Strict):
    """One score: ``value`` with its 95 % interval over ``n`` items, ``failed`` of which were not usable answers.

    ``low`` and ``high`` are absent only where no interval can be had (one script). Failed items are inside ``n`` and
    got the lowest mark of the metric.
    """

    value: float
    low: float | None = None
    high: float | None = None
    n: Annotated[int, Field(ge=1)]
    failed: Annotated[int, Field(ge=0)]


Cells = dict[str, Cell]  # metric id -> score


class Coverage(_Strict):
    """How much of one kind of item was answered: ``answered`` of ``expected`` items, ``failed`` of them empty."""

    expected: int
    answered: int
    failed: int


class ScoreReport(_Strict):
    """All scores of one set of predictions.

    ``level`` has keys understanding, reasoning, conversation; ``question_type`` the ids of the 18 types; ``attribute``
    the 39 ids (of the delivery that was heard); ``category`` the 12 ids; ``style`` target, neutral, alternative. Each
    maps a part to ``{metric id: Cell}``. ``beyond`` holds the measures the paper does not have: ``style`` (sensitivity
    to the voice) and ``chain`` (heard -> inferred -> replied); and what guessing scores, ``chance`` and
    ``chance:<question type>``, where low and high are the value itself, since nothing was drawn. ``absent`` says why a
    metric was not computed; ``used`` names judge models, prompt hashes, embedding models and the like by metric id.
    """

    schema_version: Annotated[int, Field(alias="schema")] = 1
    scorer: str = SCORER_VERSION
    set_id: str
    set_digest: str
    voice: str
    model: str = ""
    prompt: str = ""
    metrics: list[str]
    level: dict[str, Cells]
    question_type: dict[str, Cells] = {}
    attribute: dict[str, Cells] = {}
    category: dict[str, Cells] = {}
    style: dict[str, Cells] = {}
    beyond: dict[str, Cells] = {}
    coverage: dict[str, Coverage] = {}
    absent: dict[str, str] = {}
    used: dict[str, str] = {}
