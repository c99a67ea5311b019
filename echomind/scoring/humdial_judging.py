"""HumDial's three tasks: which turn of a dialogue is judged, what the judge is given, and what came of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from echomind.scoring.humdial_prompts import EMPATHY, REASONING, TRAJECTORY
from echomind.scoring.humdial_read import Dialogue, Language, Task, Turn
from echomind.scoring.judge import Case, Judge
from echomind.scoring.judge_answer import LOWEST
from echomind.scoring.judge_prompts import Rubric

TurnRule = Literal["last_non_neutral", "second_non_neutral"]
RUBRICS: dict[Task, Rubric] = {1: TRAJECTORY, 2: REASONING, 3: EMPATHY}
NEUTRAL = frozenset({"neutral", "中性", "中立"})
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-zÀ-ɏ]+)*")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0002EBEF]")


def judged_turn(dialogue: Dialogue, rule: TurnRule) -> Turn | None:
    """The turn whose reply is judged: of tasks 1 and 2 the last, of task 3 by the rule; ``None`` if there is none."""
    if dialogue.task != 3:
        return dialogue.turns[-1]
    moved = [turn for turn in dialogue.turns if turn.emotion.casefold() not in NEUTRAL]
    if rule == "last_non_neutral":
        return moved[-1] if moved else None
    return moved[1] if len(moved) > 1 else None


def speaks(text: str, language: Language) -> bool:
    """Whether a reply is in the language, by its script: Chinese characters against Latin words, the more of them.

    Letters of other scripts count against both; a tie is Chinese with a few names in it; a text without letters is in
    neither.
    """
    letters = unicodedata.normalize("NFC", text)
    han, words = len(_HAN.findall(letters)), len(_LATIN_WORD.findall(letters))
    rest = _LATIN_WORD.sub("", _HAN.sub("", letters))
    other = sum(unicodedata.category(character).startswith("L") for character in rest)
    return han > 0 and han >= max(words, other) if language == "zh" else words > max(han, other)


@dataclass(frozen=True, eq=False)
class Marked:
    """One task in one language: marks (n, 3) of the judged dialogues, in the order of ``ids``."""

    ids: list[str]
    marks: np.ndarray
    failed: np.ndarray
    wrong_language: int
    left_out: int
    used: str

    @property
    def mean(self) -> np.ndarray:
        """The mean of the three marks of each dialogue."""
        return self.marks.mean(axis=1)


def judge_task(
    turns: Mapping[str, tuple[Dialogue, Turn]], task: Task, language: Language, judge: Judge, left_out: int
) -> Marked:
    """Judge the replies of ``turns``, by dialogue id; a reply in another language gets the lowest marks unasked.

    Replies that are missing, or in task 3 have no sound, fail. Raises what ``Judge.mark`` raises.
    """
    cases: dict[str, Case | None] = {}
    wrong: set[str] = set()
    for dialogue_id, (dialogue, turn) in turns.items():
        if not turn.reply.strip() or (task == 3 and turn.reply_audio is None):
            cases[dialogue_id] = None
        elif not speaks(turn.reply, language):
            wrong.add(dialogue_id)
        else:
            cases[dialogue_id] = _CASES[task](dialogue, turn)
    judged = judge.mark(RUBRICS[task], cases)
    ids = list(turns)
    lowest = dict.fromkeys(RUBRICS[task].keys, float(LOWEST))
    given = [None if key in wrong else judged.marks[key] for key in ids]
    marks = np.array([[(found or lowest)[name] for name in RUBRICS[task].keys] for found in given], np.float64)
    failed = np.array([found is None and key not in wrong for key, found in zip(ids, given, strict=True)])
    return Marked(ids, marks, failed, len(wrong), left_out, judged.used)


def _turns_told(turns: Sequence[Turn]) -> str:
    return "\n".join(f"{number}. ({turn.emotion}) {turn.text}" for number, turn in enumerate(turns, 1))


def _question_case(dialogue: Dialogue, turn: Turn) -> Case:
    return Case({"turns": _turns_told(dialogue.turns), "question": turn.text, "reply": turn.reply.strip()})


def _reply_case(dialogue: Dialogue, turn: Turn) -> Case:
    before = dialogue.turns[: dialogue.turns.index(turn)]
    fields = {"turns": _turns_told(before), "said": turn.text, "emotion": turn.emotion, "reply": turn.reply.strip()}
    return Case(fields, turn.reply_audio)


_CASES: dict[Task, Callable[[Dialogue, Turn], Case]] = {1: _question_case, 2: _question_case, 3: _reply_case}
