"""Every metric that may appear in a result record: its id, level, direction, range and meaning.

A metric id says how the number was made. A number made with a stand-in (``semsim_minilm``) never shares an id, and so
never a column, with the paper's number (``semsim``). The table itself is ``metrics.toml`` beside this file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from echomind.errors import EchoMindError
from echomind.words import joined, t

Level = Literal["understanding", "reasoning", "conversation", "overall"]
Group = Literal[
    "understanding", "reasoning", "conversation_text", "conversation_audio", "human", "arena", "across", "overall"
]

# Column groups in reading order. "human" and "arena" belong to the conversation level, but people's ratings are never
# put under one heading with automatic ones.
GROUPS: dict[Group, str] = {
    "understanding": t("Understanding"),
    "reasoning": t("Reasoning"),
    "conversation_text": t("Conversation: words"),
    "conversation_audio": t("Conversation: voice"),
    "human": t("Conversation: rated by people"),
    "arena": t("Conversation: side by side"),
    "across": t("Across voices and levels"),
    "overall": t("Overall"),
}
LANGUAGES: dict[str, str] = {"zh": t("Chinese"), "en": t("English")}
# What says whether two texts are near, or a reply takes the voice up: (name, sentence). Each makes a metric of its own.
MEASURES: dict[str, tuple[str, str]] = {
    "qwen3": ("Qwen3", t("Near means: by the cosine of Qwen3-Embedding-0.6B vectors.")),
    "minilm": ("MiniLM", t("Near means: by the cosine of all-MiniLM-L6-v2 vectors.")),
    "other": (t("other model"), t("Near means: by the cosine of vectors of a model of the scorer's choice.")),
    "rouge": ("ROUGE-L", t("Near means: by the longest sequence of shared words, ROUGE-L.")),
    "judge": (t("judge"), t("A judge decides: C_SpeechRel of 4 or 5.")),
}
_LEVEL_OF_GROUP: dict[str, str] = {
    "conversation_text": "conversation",
    "conversation_audio": "conversation",
    "across": "overall",
}


@dataclass(frozen=True)
class Metric:
    """One metric.

    ``title`` is for a newcomer, ``term`` is the field's own name. ``low`` and ``high`` bound the values (``None``:
    unbounded), ``unit`` is ``"%"`` or ``"points"``, ``direction`` says which values are better. ``language`` is set
    where a benchmark scores languages apart.
    """

    id: str
    title: str
    term: str
    level: Level
    group: Group
    low: float | None
    high: float | None
    unit: Literal["%", "points"]
    definition: str
    source: str
    direction: Literal["higher", "lower"] = "higher"
    decimals: int = 2
    language: str | None = None
    short: str = ""  # the title without the language, which a page names once

    @property
    def higher_is_better(self) -> bool:
        """Whether larger values are better."""
        return self.direction == "higher"

    @property
    def range(self) -> str:
        """The range in words with its unit, such as ``"1 to 5"`` or ``"0 % and up"``."""
        unit = " %" if self.unit == "%" else ""
        low, high = (None if bound is None else f"{bound:g}".replace("-", "−") for bound in (self.low, self.high))
        if low is not None and high is not None:
            return t("{low} to {high}{unit}", low=low, high=high, unit=unit)
        if low is not None:
            return t("{low}{unit} and up", low=low, unit=unit)
        return t("up to {high}{unit}", high=high, unit=unit) if high is not None else t("unbounded")

    def text(self, value: float, extra: int = 0) -> str:
        """``value`` as it is shown: the published number of decimals (and ``extra``), halves rounded up, a real minus.

        Rounding is done on the decimal digits: as binary, 67.145 would come out as 67.14.
        """
        return _rounded(float(value) + 0.0, self.decimals + extra)  # no minus before a zero


@lru_cache(maxsize=65_536)  # a board of 500 models writes the same thousands of numbers at every change of a view
def _rounded(value: float, decimals: int) -> str:
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(value)).quantize(step, ROUND_HALF_UP)).replace("-", "−")


def _read(path: Path) -> Iterator[Metric]:
    table: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    for metric_id, entry in table.items():
        per_language, measures = entry.pop("per_language", False), entry.pop("measures", ())
        level = entry.pop("level", _LEVEL_OF_GROUP.get(entry["group"], entry["group"]))
        low, high = (float(entry.pop(bound)) if bound in entry else None for bound in ("low", "high"))
        unit = entry.pop("unit", "points")
        title, definition = t(entry.pop("title")), t(entry.pop("definition"))
        metric = Metric(
            id=metric_id,
            title=title,
            short=title,
            definition=definition,
            level=cast(Level, level),
            low=low,
            high=high,
            unit=unit,
            **entry,
        )
        for measure in measures:
            name, sentence = MEASURES[measure]
            yield replace(
                metric,
                id=f"{metric_id}_{measure}",
                title=t("{title} ({name})", title=metric.title, name=name),
                short=t("{title} ({name})", title=metric.title, name=name),
                term=f"{metric.term}, {name}",
                definition=joined(t(" "), (metric.definition, sentence)),
            )
        if not per_language and not measures:
            yield metric
        for code, name in LANGUAGES.items() if per_language else ():
            yield replace(
                metric, id=f"{metric_id}_{code}", title=t("{title} ({name})", title=title, name=name), language=code
            )


METRICS: dict[str, Metric] = {metric.id: metric for metric in _read(Path(__file__).with_name("metrics.toml"))}


def get_metric(metric_id: str, among: Iterable[str] | None = None) -> Metric:
    """The metric with this id. ``EchoMindError`` lists the valid ids (``among``, or all) when there is none."""
    valid = tuple(METRICS if among is None else among)
    if metric_id not in valid:
        raise EchoMindError(f"unknown metric {metric_id!r}; expected one of: {', '.join(valid)}")
    return METRICS[metric_id]
