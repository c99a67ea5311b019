"""Does the answer change when only the voice changes, and does it change the right way? Measures beyond the paper.

The deliveries of a script have the same words. A model that reads a transcript and nothing else answers them alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from echomind.benchmark.items import BenchmarkSet, Question
from echomind.scoring.answers import Choice, folded
from echomind.scoring.item_metric import Item, ItemMetric, delivery_item, metric_of_marks
from echomind.scoring.likeness import Affinities, reference_choices
from echomind.scoring.predictions import ItemKey

CHANGE, RIGHT, REPLY_CHANGE, DIRECTION = (
    "style_answer_change",
    "style_answer_right",
    "style_reply_change",
    "style_direction",
)


def contrasts(questions: Sequence[Question]) -> Iterator[tuple[Question, Question]]:
    """Pairs of deliveries of one script that are asked the same, of the same options, where another one is right.

    Options are compared by their words, so their order does not matter. Only questions with a key take part.
    """
    asked: dict[tuple[str, str, str, tuple[str, ...]], list[tuple[Question, str]]] = defaultdict(list)
    for question in sorted(questions, key=lambda question: question.id):
        if question.answer is not None:
            options = tuple(sorted(folded(text) for text in question.options.values()))
            same = asked[question.script, question.type.id, folded(question.question), options]
            same.append((question, folded(question.options[question.answer])))
    for same in asked.values():
        for (a, right_of_a), (b, right_of_b) in combinations(same, 2):
            if a.style != b.style and right_of_a != right_of_b:
                yield a, b


def contrast_item(a: Question, b: Question) -> Item:
    """The item of a pair."""
    return Item(f"{a.id}~{b.id}", a.script, type=a.type.id)


def answer_metrics(benchmark: BenchmarkSet, choices: Mapping[str, Choice]) -> list[ItemMetric]:
    """``style_answer_change`` and ``style_answer_right`` over the pairs of :func:`contrasts` whose level was answered.

    Change: another option is chosen for the other delivery. Right: the right one is chosen for both, which is to change
    the right way. A pair with an answer that cannot be read is failed: neither changed nor right. Empty where the set
    has no such pairs.
    """
    pairs = [(a, b) for a, b in contrasts(benchmark.questions) if a.id in choices and b.id in choices]
    if not pairs:
        return []
    items = [contrast_item(a, b) for a, b in pairs]
    changed: list[float | None] = []
    right: list[float | None] = []
    for a, b in pairs:
        first, second = choices[a.id], choices[b.id]
        usable = first.text is not None and second.text is not None
        changed.append(float(first.text != second.text) if usable else None)
        right.append(float(first.right and second.right) if usable else None)
    return [metric_of_marks(CHANGE, "style", items, changed), metric_of_marks(RIGHT, "style", items, right)]


def reply_change(benchmark: BenchmarkSet, replies: Mapping[ItemKey, str]) -> ItemMetric | None:
    """``style_reply_change``: share of scripts whose replies to the target and the neutral delivery differ in words.

    Case and punctuation do not make a difference. A script with a reply missing is failed and counts as unchanged.
    ``None`` where no script has both deliveries.
    """
    both = [s for s in benchmark.scripts if {"target", "neutral"} <= set(s.deliveries)]
    if not both:
        return None
    marks: list[float | None] = []
    for script in both:
        target, neutral = (replies.get((script.id, style), "").strip() for style in ("target", "neutral"))
        marks.append(float(folded(target) != folded(neutral)) if target and neutral else None)
    return metric_of_marks(REPLY_CHANGE, "style", [Item(s.id, s.id) for s in both], marks)


def directed(benchmark: BenchmarkSet) -> list[ItemKey]:
    """Deliveries whose reference differs in words from that of another delivery of the script."""
    return [
        (script.id, style)
        for script in benchmark.scripts
        if len(choices := reference_choices(script)) > 1
        for style in choices
    ]


def direction(benchmark: BenchmarkSet, affinities: Affinities, suffix: str, name: str) -> ItemMetric | None:
    """``style_direction_<suffix>``: share of replies that are nearer to the reference of the delivery they answer.

    Nearer than to the references of the script's other deliveries, by the likeness in ``affinities``; ties are shared,
    so the same reply to all deliveries scores what chance does. A missing reply is failed: 0. ``None`` where no script
    has references that differ.
    """
    keys = directed(benchmark)
    if not keys:
        return None
    marks = [affinities.nearest(key, tuple(reference_choices(benchmark.script_by_id[key[0]]))) for key in keys]
    items = [delivery_item(benchmark, key) for key in keys]
    return metric_of_marks(f"{DIRECTION}_{suffix}", "style", items, marks, used=name)
