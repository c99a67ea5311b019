"""What a board can be filtered by: facets with the values that exist on it, and a range of sizes. Pure.

Within a facet any of the chosen values will do, between facets all must hold. What a record does not state is a value
too, the empty one: it is shown as "not stated" and never left out in silence.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from echomind.leaderboard.records import Record
from echomind.words import t

Filters = tuple[tuple[str, tuple[str, ...]], ...]  # facet id and chosen values, in the order of FACETS, values sorted
Size = tuple[float | None, float | None]  # billions of parameters, both ends included; None: open
ANY_SIZE: Size = (None, None)
NOT_STATED = ""
LARGEST = 100_000.0  # billions, as in the records


@dataclass(frozen=True)
class Facet:
    """One thing to filter by. ``value`` of a record is a text; ``words`` says it for readers where it differs."""

    id: str
    title: str
    value: Callable[[Record], str]
    words: Mapping[str, str] = field(default_factory=dict)

    def word(self, value: str) -> str:
        """A value for readers."""
        return self.words.get(value, value or t("not stated"))


def _yes_no(value: bool | None) -> str:
    return NOT_STATED if value is None else "yes" if value else "no"


_FACETS = (
    Facet(
        "weights",
        t("Weights"),
        lambda r: r.model.weights or NOT_STATED,
        {"open": t("open"), "closed": t("closed")},
    ),
    Facet("licence", t("Licence"), lambda r: r.model.licence or NOT_STATED),
    Facet("org", t("Organisation"), lambda r: r.model.org or NOT_STATED),
    Facet("speech", t("Speaks"), lambda r: _yes_no(r.model.speech_out), {"yes": t("speaks"), "no": t("text only")}),
    Facet(
        "prompt",
        t("Prompt"),
        lambda r: r.protocol.prompt or NOT_STATED,
        {
            "best": t("each model's best"),
            "zero": t("none"),
            "basic": t("basic"),
            "enhanced": t("enhanced"),
            "ideal_cues": t("cue told in words"),
        },
    ),
    Facet(
        "voice",
        t("Voices heard"),
        lambda r: r.protocol.voice or NOT_STATED,
        {"tts": t("synthetic"), "human": t("recorded people")},
    ),
    Facet(
        "source",
        t("Source"),
        lambda r: r.provenance.kind,
        {"paper": t("paper"), "submission": t("submission"), "measured": t("measured here")},
    ),
    Facet(
        "verified",
        t("Compared with its source"),
        lambda r: _yes_no(r.provenance.verified),
        {"yes": t("verified"), "no": t("unverified")},
    ),
)
FACETS: dict[str, Facet] = {facet.id: facet for facet in _FACETS}
Values = Mapping[str, str]  # a record's value in each facet


def values_of(record: Record) -> dict[str, str]:
    """The record's value in every facet."""
    return {facet.id: facet.value(record) for facet in _FACETS}


def facet_counts(all_values: Iterable[Values]) -> dict[str, dict[str, int]]:
    """By facet, the values there are with the number of rows, most first, then by name; "not stated" last."""
    rows = list(all_values)
    counted = {}
    for facet in _FACETS:
        counts = Counter(row[facet.id] for row in rows)
        order = sorted(counts, key=lambda v: (v == NOT_STATED, -counts[v], v.casefold(), v))
        counted[facet.id] = {value: counts[value] for value in order}
    return counted


def ordered_filters(chosen: Mapping[str, Iterable[str]]) -> Filters:
    """The one way to write a choice: in the order of the facets, each value once, nothing empty."""
    return tuple(
        (facet, tuple(sorted(set(chosen[facet])))) for facet in FACETS if facet in chosen and set(chosen[facet])
    )


def ordered_size(low: float | None, high: float | None) -> Size:
    """The range with its ends in order; an end that is no number from 0 to ``LARGEST`` is open."""
    ends = [None if e is None or not math.isfinite(e) or not 0 <= e <= LARGEST else e for e in (low, high)]
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        ends.reverse()
    return (ends[0], ends[1])


def passes(values: Values, params_b: float | None, filters: Filters, size: Size) -> bool:
    """Whether a record with these facet values and this size is shown. A size that is not stated is in no range."""
    if any(values[facet] not in chosen for facet, chosen in filters):
        return False
    low, high = size
    if low is None and high is None:
        return True
    return params_b is not None and (low is None or params_b >= low) and (high is None or params_b <= high)


def size_words(size: Size) -> str:
    """A range for readers: ``"7B to 13B"``, ``"up to 7B"``."""
    low, high = size
    if low is None:
        return t("up to {high:g}B", high=high) if high is not None else t("any size")
    return t("{low:g}B and larger", low=low) if high is None else t("{low:g}B to {high:g}B", low=low, high=high)
