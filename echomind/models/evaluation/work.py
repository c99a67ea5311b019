"""What is asked of a model: the items of a set, in the order to ask them, and which process asks which."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from echomind.benchmark.items import STYLES, BenchmarkSet, Delivery, Question, Script, Style

Task = Literal["asr", "understanding", "reasoning", "reply"]
TASKS: tuple[Task, ...] = ("asr", "understanding", "reasoning", "reply")
ItemId = tuple[Task, str]


@dataclass(frozen=True)
class Item:
    """One thing to ask about one delivery: its words, a ``question`` about it, or a reply to it."""

    task: Task
    script: Script
    delivery: Delivery
    question: Question | None = None

    @property
    def key(self) -> str:
        """The question's id, else ``"script/style"``."""
        return self.question.id if self.question else f"{self.script.id}/{self.delivery.style}"

    @property
    def id(self) -> ItemId:
        """What tells this item from every other of the set."""
        return self.task, self.key

    @property
    def audio(self) -> Path:
        """The clip to hear."""
        return self.question.audio if self.question else self.delivery.audio


def items_of(benchmark: BenchmarkSet, tasks: Collection[Task] = TASKS, limit: int | None = None) -> list[Item]:
    """All items of the ``tasks``; with ``limit`` of the first so many scripts.

    Ordered by clip: its words first, then the questions about it, then the reply. So a clip is loaded once, and the
    words that were heard in it serve its questions and its reply.
    """
    questions: dict[tuple[str, Style], list[Question]] = {}
    for question in benchmark.questions:
        questions.setdefault((question.script, question.style), []).append(question)
    items: list[Item] = []
    for script in benchmark.scripts[:limit]:
        for style in STYLES:
            delivery = script.deliveries.get(style)
            if delivery is None:
                continue
            asked = [Item(q.level, script, delivery, q) for q in questions.get((script.id, style), ())]
            about = [Item("asr", script, delivery), *asked, Item("reply", script, delivery)]
            items += [item for item in about if item.task in tasks]
    return items


def part_of(items: Sequence[Item], index: int, count: int) -> list[Item]:
    """The items that process ``index`` of ``count`` asks: whole clips, dealt out in turn.

    The parts of all processes together are the items, each once.
    """
    clips = {clip: n for n, clip in enumerate(dict.fromkeys(_clip(item) for item in items))}
    return [item for item in items if clips[_clip(item)] % count == index]


def _clip(item: Item) -> tuple[str, Style]:
    return item.script.id, item.delivery.style
