"""What uniform guessing would score, exactly, from the number of options of each question and choices of each item.

Nothing was drawn or measured, so ``low`` and ``high`` are the value itself. A score says something where its own
interval leaves this value out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from math import fsum

from echomind.benchmark.items import BenchmarkSet, Question
from echomind.benchmark.question_types import LEVELS, Level
from echomind.scoring import sensitivity
from echomind.scoring.answers import ACCURACY
from echomind.scoring.cells import DECIMALS
from echomind.scoring.chain import links, question_metrics
from echomind.scoring.likeness import reference_choices
from echomind.scoring.report import Cell, Cells

CHANCE = "chance"


def guess(question: Question) -> float:
    """Probability that a guesser is right."""
    return 1 / len(question.options)


def _known(marks: Iterable[float], weights: Iterable[float] | None = None) -> Cell:
    """The weighted mean in percent; the sums are exact, so the order of the items cannot show."""
    values = [float(mark) for mark in marks]
    shares = [1.0] * len(values) if weights is None else [float(weight) for weight in weights]
    total = fsum(value * share for value, share in zip(values, shares, strict=True))
    value = round(100 * total / fsum(shares), DECIMALS)
    return Cell(value=value, low=value, high=value, n=len(values), failed=0)


def chance(benchmark: BenchmarkSet, asked: Collection[Level], directions: Collection[str]) -> dict[str, Cells]:
    """Scores of a guesser: under ``"chance"`` for the whole set, under ``"chance:<question type>"`` for each type.

    ``asked`` are the levels that were answered, ``directions`` the ids of ``style_direction`` that were measured. Only
    questions with an answer key count. P(inferred | heard) of a guesser is the ratio of its expected sums.
    """
    keyed = [q for q in benchmark.questions if q.answer is not None and q.level in asked]
    whole: Cells = {}
    found: dict[str, Cells] = {CHANCE: whole}
    of_type: dict[tuple[str, str], list[float]] = defaultdict(list)
    for level in LEVELS:
        marks = [guess(question) for question in keyed if question.level == level]
        if marks:
            whole[ACCURACY[level]] = _known(marks)
    for question in keyed:
        of_type[f"{CHANCE}:{question.type.id}", ACCURACY[question.level]].append(guess(question))
    for (part, metric_id), marks in sorted(of_type.items()):
        found[part] = {metric_id: _known(marks)}
    pairs = [guess(a) for a, _ in sensitivity.contrasts(keyed)]
    if pairs:
        whole[sensitivity.CHANGE] = _known(1 - p for p in pairs)
        whole[sensitivity.RIGHT] = _known(p * p for p in pairs)
    shares = [
        1 / len(reference_choices(benchmark.script_by_id[script])) for script, _ in sensitivity.directed(benchmark)
    ]
    whole |= {metric_id: _known(shares) for metric_id in directions}
    for metric in question_metrics(links(benchmark, asked), guess):
        whole[metric.id] = _known(metric.numerator / metric.denominator, metric.denominator)
    return found if whole else {}
