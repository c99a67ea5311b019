"""The items of EchoMind-Mini as values, and as the records of the published layout; no sound is needed for either.

``mini_items(seed)`` gives scripts and questions whose clips are named relative to the ``audio`` folder. With ``limit``
it gives the first scripts with exactly the questions that they have in the whole set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echomind.benchmark.digest import set_digest
from echomind.benchmark.items import STYLES, Delivery, Question, Script, Style
from echomind.benchmark.mini_added_scripts import all_scripts
from echomind.benchmark.mini_cast import Part, cast
from echomind.benchmark.mini_reasoning import reasoning
from echomind.benchmark.mini_scripts import MiniScript
from echomind.benchmark.mini_understanding import Drawn, understanding
from echomind.benchmark.options import options_text
from echomind.benchmark.question_types import LEVELS, QUESTION_TYPE, QUESTION_TYPES, Level
from echomind.errors import ConfigurationError

NAME, VERSION = "EchoMind-Mini", 1  # raise the version with any change of an item or of the sound


@dataclass(frozen=True)
class MiniItems:
    """EchoMind-Mini without its sound. ``parts`` says how each clip is made, in order."""

    seed: int
    scripts: tuple[Script, ...]
    questions: tuple[Question, ...]
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """As ``read_published`` computes it for the files."""
        return set_digest(self.scripts, self.questions)


def mini_items(seed: int = 0, limit: int | None = None) -> MiniItems:
    """Scripts, questions and cast; ``limit`` keeps the first scripts. ``ConfigurationError`` for a limit under 1."""
    if limit is not None and limit < 1:
        raise ConfigurationError(f"found a limit of {limit} scripts; expected 1 or more")
    if seed < 0:
        raise ConfigurationError(f"found the seed {seed}; expected 0 or more")
    whole = all_scripts()
    parts = cast(whole, seed)
    drawn = [*understanding(whole, parts, seed), *reasoning(whole, parts, seed)]
    kept = whole[:limit]
    place = {script.id: number for number, script in enumerate(kept)}
    types = {kind.id: number for number, kind in enumerate(QUESTION_TYPES)}
    drawn = [d for d in drawn if d.part.script in place]
    drawn.sort(key=lambda d: (place[d.part.script], types[d.type], STYLES.index(d.part.style), d.number))
    return MiniItems(
        seed=seed,
        scripts=tuple(_script(script, parts) for script in kept),
        questions=tuple(_question(d) for d in drawn),
        parts=tuple(parts[script.id, style] for script in kept for style in STYLES),
    )


def _audio(part: Part) -> Path:
    return Path(part.style) / part.file


def _script(script: MiniScript, parts: Mapping[tuple[str, Style], Part]) -> Script:
    deliveries = {}
    for style in STYLES:
        part, reply = parts[script.id, style], getattr(script.replies, style)
        deliveries[style] = Delivery(style, part.cue, part.spoken_info, _audio(part), reply)
    return Script(script.id, script.topic, script.text, script.target, deliveries)


def _question(drawn: Drawn) -> Question:
    part = drawn.part
    again = "" if drawn.number == 1 else f"-{drawn.number}"
    return Question(
        id=f"{part.script}-{drawn.type}-{part.style}{again}",
        type=QUESTION_TYPE[drawn.type],
        script=part.script,
        style=part.style,
        audio=_audio(part),
        question=drawn.question,
        options=drawn.options,
        answer=drawn.answer,
    )


def script_record(script: Script) -> dict[str, Any]:
    """A script as ``script_info_synthesis.json`` holds it."""
    record: dict[str, Any] = {
        "case_id": script.id,
        "spoken_info": script.deliveries["target"].spoken_info,
        "topic": script.topic,
        "input_text": script.text,
    }
    for style, delivery in script.deliveries.items():
        record[f"{style}_audio_info"] = {
            f"{style}_input_audio_file": delivery.audio.as_posix(),
            f"{style}_spoken_info": delivery.spoken_info,
            f"{style}_response_text": delivery.reference,
        }
    return record


def question_record(question: Question) -> dict[str, Any]:
    """A question as ``MCQ/understanding.json`` and ``MCQ/reasoning.json`` hold it."""
    return {
        "question_id": question.id,
        "question_type": question.type.title,
        "case_id": question.script,
        "style": question.style,
        "audio_dir": question.audio.parent.as_posix(),
        "audio_name": question.audio.name,
        "question": question.question,
        "options_text": options_text(question.options),
        "answer": question.answer,
    }


def question_counts(questions: Iterable[Question]) -> dict[str, dict[str, int]]:
    """Number of questions by level, type and style; types in their official order."""
    asked = list(questions)
    levels, types = Counter(q.level for q in asked), Counter(q.type.id for q in asked)
    styles = Counter(q.style for q in asked)
    return {
        "level": {level: levels[level] for level in LEVELS if levels[level]},
        "type": {kind.id: types[kind.id] for kind in QUESTION_TYPES if types[kind.id]},
        "style": {style: styles[style] for style in STYLES if styles[style]},
    }


def chance(questions: Sequence[Question], level: Level | None = None) -> float:
    """Accuracy of a uniform guess over questions (of one level): the mean of one over the number of options."""
    asked = [q for q in questions if level in (None, q.level)]
    return sum(1 / len(q.options) for q in asked) / len(asked)
