"""Multiple-choice answers: which option the model chose, and whether it is the right one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from echomind.benchmark.items import BenchmarkSet, Question
from echomind.benchmark.question_types import LEVELS, Level
from echomind.scoring.answer_parser import parse_answer
from echomind.scoring.item_metric import ItemMetric, metric_of_marks, question_item

ACCURACY: dict[Level, str] = {"understanding": "understanding_acc", "reasoning": "reasoning_acc"}


@dataclass(frozen=True)
class Choice:
    """One question that has an answer key, and the letter chosen: ``None`` for nothing, or nothing clear, answered."""

    question: Question
    chosen: str | None

    @property
    def right(self) -> bool:
        """Whether the chosen option is the right one."""
        return self.chosen is not None and self.chosen == self.question.answer

    @property
    def text(self) -> str | None:
        """The chosen option's words, folded: letters need not mean the same thing in two questions."""
        return None if self.chosen is None else folded(self.question.options[self.chosen])


def folded(text: str) -> str:
    """The words of ``text`` in lower case without punctuation: what two texts share when they say the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def read_choices(benchmark: BenchmarkSet, answers: Mapping[Level, Mapping[str, str]]) -> dict[str, Choice]:
    """The answer to every question that has a key, by question id, for the levels that ``answers`` has anything of.

    A question without an answer counts as one answered with nothing.
    """
    given = [level for level in LEVELS if answers.get(level)]
    found: dict[str, Choice] = {}
    for question in benchmark.questions:
        if question.answer is not None and question.level in given:
            text = answers[question.level].get(question.id, "")
            found[question.id] = Choice(question, parse_answer(text, question.options) if text.strip() else None)
    return found


def accuracy(benchmark: BenchmarkSet, level: Level, choices: Mapping[str, Choice]) -> ItemMetric:
    """Share of right answers of one level; what cannot be read as one option is wrong, and failed."""
    mine = [choice for choice in choices.values() if choice.question.level == level]
    keyed, asked = len(mine), len(benchmark.level(level))
    return metric_of_marks(
        ACCURACY[level],
        level,
        [question_item(benchmark, choice.question) for choice in mine],
        [None if choice.chosen is None else float(choice.right) for choice in mine],
        used="" if keyed == asked else f"{keyed} of {asked} questions; the others have no answer key and are left out",
    )
