"""From hearing to answering: was the cue heard, then what it means inferred, then taken up in the reply?

The unit is a delivery that carries a cue; neutral ones have nothing to hear. Each link is a share from 0 to 1:

- **heard** *h*: right answers among the understanding questions about this delivery that ask for the kind of its cue
  (a sobbing voice: voice style; rain: background sound; ...), or, where there are none, its coarse-grained questions;
- **inferred** *i*: right answers among the reasoning questions about this delivery;
- **replied** *r*: whether the reply is nearer to this delivery's reference than to the neutral one's (half for a tie),
  or, where replies were judged, whether the judge's mark for taking up the vocal cue is 4 or 5 of 5.

What follows what is told by ratios of sums over deliveries: P(inferred | heard) = sum(h i) / sum(h), P(inferred | not
heard) = sum((1 - h) i) / sum(1 - h), and so on: with one question a link these are the plain shares, with several no
threshold has to be chosen. A link without an answer counts as not heard, not inferred, not replied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from echomind.benchmark.items import BenchmarkSet, Question
from echomind.benchmark.question_types import Level
from echomind.scoring.item_metric import Item, ItemMetric, delivery_item
from echomind.scoring.likeness import Affinities, reference_choices
from echomind.scoring.predictions import ItemKey
from echomind.taxonomy import CATEGORIES, ENVIRONMENT

HEARD, INFERRED_HEARD, INFERRED_UNHEARD = "chain_heard", "chain_inferred_heard", "chain_inferred_unheard"
REPLIED_INFERRED, REPLIED_UNINFERRED, WHOLE = "chain_replied_inferred", "chain_replied_uninferred", "chain_whole"
JUDGED = "judge"  # ends the ids where a judge says whether the reply took the cue up
JUDGED_FROM = 4.0  # of 5: the judge's rubric calls 4 and 5 a reply that takes the cue up

# The question type that asks for a cue of this category.
CUE_TYPE: dict[str, str] = {
    "gender": "gender_recognition",
    "age": "age_group_classification",
    "physiological": "voice_style_detection",
    "volume": "voice_style_detection",
    "emotion": "speech_emotion_recognition",
    "speed": "speaking_pace_classification",
    "nve": "nve_recognition",
} | {category.id: "background_sound_detection" for category in CATEGORIES if category.dimension == ENVIRONMENT}


Mark = Callable[[Question], float]


@dataclass(frozen=True)
class Link:
    """One delivery with a cue, and the questions that tell whether it was heard and its meaning inferred."""

    item: Item
    key: ItemKey
    heard: tuple[Question, ...]
    inferred: tuple[Question, ...]


def links(benchmark: BenchmarkSet, asked: Collection[Level]) -> list[Link]:
    """Every delivery with a cue, with its questions of the levels ``asked``; only questions that have an answer key."""
    about: dict[ItemKey, list[Question]] = defaultdict(list)
    for question in benchmark.questions:
        if question.answer is not None and question.level in asked:
            about[question.script, question.style].append(question)
    found = []
    for script, delivery in benchmark.deliveries():
        if delivery.category is None:
            continue
        key = (script.id, delivery.style)
        own = tuple(q for q in about[key] if q.type.id == CUE_TYPE[delivery.category])
        coarse = tuple(q for q in about[key] if q.type.id == "coarse_grained")
        inferred = tuple(q for q in about[key] if q.level == "reasoning")
        found.append(Link(delivery_item(benchmark, key), key, own or coarse, inferred))
    return found


def _ratio(
    metric_id: str, chain: Sequence[Link], share: np.ndarray, weight: np.ndarray, failed: np.ndarray, used: str = ""
) -> list[ItemMetric]:
    """Sum of ``weight * share`` over sum of ``weight``; deliveries of no weight do not count. Empty where none does."""
    kept = np.flatnonzero(weight > 0)
    if not len(kept):
        return []
    items = tuple(chain[int(i)].item for i in kept)
    return [ItemMetric(metric_id, "chain", items, (weight * share)[kept], weight[kept], failed[kept], used=used)]


def _heard(chain: Sequence[Link], mark: Mark) -> np.ndarray:
    return np.array([np.mean([mark(question) for question in link.heard]) for link in chain])


def _inferred(chain: Sequence[Link], mark: Mark) -> np.ndarray:
    return np.array([np.mean([mark(question) for question in link.inferred]) for link in chain])


def question_metrics(
    chain: Sequence[Link], mark: Mark, failed: Callable[[Question], bool] = lambda question: False
) -> list[ItemMetric]:
    """``chain_heard``, ``chain_inferred_heard`` and ``chain_inferred_unheard``, as far as the set asks for them.

    ``mark`` is 1 for a right answer and 0 for a wrong one (or an expected mark between); ``failed`` says which answers
    could not be read. A delivery is failed where no answer that its mark is made of could be.
    """
    asked = [link for link in chain if link.heard]
    both = [link for link in asked if link.inferred]
    lost = np.array([all(failed(question) for question in link.heard) for link in asked], bool)
    lost_both = np.array([all(failed(question) for question in link.inferred) for link in both], bool)
    heard, inferred = _heard(both, mark), _inferred(both, mark)
    return [
        *_ratio(HEARD, asked, _heard(asked, mark), np.ones(len(asked)), lost),
        *_ratio(INFERRED_HEARD, both, inferred, heard, lost_both),
        *_ratio(INFERRED_UNHEARD, both, inferred, 1 - heard, lost_both),
    ]


def reply_metrics(
    chain: Sequence[Link], mark: Mark, replied: Mapping[ItemKey, float | None], suffix: str, used: str
) -> list[ItemMetric]:
    """``chain_replied_inferred_<suffix>``, ``chain_replied_uninferred_<suffix>`` and ``chain_whole_<suffix>``.

    ``replied`` has r by delivery, ``None`` for a reply that is missing (failed); deliveries that are not in it cannot
    be told apart from the neutral one and do not count. The whole chain is sum(h i r) over all deliveries.
    """
    here = [link for link in chain if link.inferred and link.key in replied]
    through = [link for link in here if link.heard]
    inferred = _inferred(here, mark)
    r, lost = _replied(here, replied)
    r_through, lost_through = _replied(through, replied)
    whole = _heard(through, mark) * _inferred(through, mark) * r_through
    return [
        *_ratio(f"{REPLIED_INFERRED}_{suffix}", here, r, inferred, lost, used),
        *_ratio(f"{REPLIED_UNINFERRED}_{suffix}", here, r, 1 - inferred, lost, used),
        *_ratio(f"{WHOLE}_{suffix}", through, whole, np.ones(len(through)), lost_through, used),
    ]


def _replied(chain: Sequence[Link], replied: Mapping[ItemKey, float | None]) -> tuple[np.ndarray, np.ndarray]:
    marks = [replied[link.key] for link in chain]
    return np.array([mark or 0.0 for mark in marks]), np.array([mark is None for mark in marks], bool)


def replied_by_likeness(
    benchmark: BenchmarkSet, chain: Sequence[Link], affinities: Affinities
) -> dict[ItemKey, float | None]:
    """r of each delivery whose reference differs from its script's neutral one: 1 nearer to its own, 0.5 for a tie."""
    found: dict[ItemKey, float | None] = {}
    for link in chain:
        script, style = link.key
        choices = reference_choices(benchmark.script_by_id[script])
        if style in choices and "neutral" in choices:
            found[link.key] = affinities.nearest(link.key, (style, "neutral"))
    return found


def replied_by_judge(judged: ItemMetric) -> dict[ItemKey, float | None]:
    """r of each judged delivery: 1 where the mark is ``JUDGED_FROM`` or more."""
    return {
        (item.script, item.style): None if failed else float(mark >= JUDGED_FROM)
        for item, mark, failed in zip(judged.items, judged.numerator / judged.denominator, judged.failed, strict=True)
        if item.style is not None
    }
