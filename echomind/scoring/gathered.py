"""Answers gathered from files: every item checked against the set, every fault noted, nothing lost without a word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from echomind.benchmark.clips import Clips, relative
from echomind.benchmark.fields import MAX_ID, MAX_TEXT, SURROGATE, shown
from echomind.benchmark.items import BenchmarkSet, Question, Script, Style
from echomind.benchmark.question_types import LEVELS, Level
from echomind.errors import DataError
from echomind.scoring.item_keys import ItemName, Kind, item_key
from echomind.scoring.predictions import ItemKey
from echomind.scoring.problems import Problem, Problems

_TASK = re.compile(r"_+(?:asr|mcq|response)\Z")
_FAILED_CALL = "Error: "  # what a wrapper of the released code writes as the reply of a call that failed


class Place(NamedTuple):
    """A file, as the user called it, and a position in it."""

    file: str
    position: str = ""


@dataclass(frozen=True)
class _Audio:
    """A reply's sound as a record names it, to be looked for once everything is read.

    ``folder`` is that of the record's file, ``None`` where it lies in none.
    """

    place: Place
    field: str
    name: str
    folder: Path | None


@dataclass
class Gathered:
    """What the files of one reading say. Texts are kept as they are; white space alone is a failed call.

    ``problems`` make the reading useless, ``warnings`` do not. ``sound`` is where replies' sound has to lie.
    """

    benchmark: BenchmarkSet
    sound: Clips | None = None
    problems: Problems = field(default_factory=Problems)
    warnings: Problems = field(default_factory=Problems)
    transcripts: dict[ItemKey, str] = field(default_factory=dict)
    answers: dict[Level, dict[str, str]] = field(default_factory=lambda: {level: {} for level in LEVELS})
    replies: dict[ItemKey, str] = field(default_factory=dict)
    reply_audio: dict[ItemKey, Path] = field(default_factory=dict)
    _met: dict[ItemName, Place] = field(default_factory=dict)
    _said: dict[str, tuple[str, Place]] = field(default_factory=dict)
    _wrong_names: set[tuple[str, str, str]] = field(default_factory=set)
    _noted: dict[str, tuple[Problem, int]] = field(default_factory=dict)
    _audio: dict[ItemKey, _Audio] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._questions = {level: self.benchmark.level(level) for level in LEVELS}

    def problem(self, place: Place, item: str, field: str, found: str, expected: str) -> None:
        """Note a problem."""
        self.problems.add(Problem(place.file, place.position, item, field, found, expected))

    def note(self, kind: str, problem: Problem) -> None:
        """Note something worth knowing. Of one ``kind`` only the first is told, with the number of the others."""
        first, count = self._noted.get(kind, (problem, 0))
        self._noted[kind] = first, count + 1

    def identifier(self, place: Place, field: str, value: Any) -> str:
        """The id of a record: a text, or the whole number that some files write. "" with a problem noted otherwise."""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            self.problem(place, "", field, shown(value), "an id")
            return ""
        return value.strip()

    def script(self, place: Place, field: str, kind: Kind, script_id: str) -> Script | None:
        """The script with this id; ``None`` with a problem noted when the set has none."""
        script = self.benchmark.script_by_id.get(script_id)
        if script is None:
            known = f"one of the {len(self.benchmark.scripts)} script ids of {self.benchmark.id}"
            self.problem(place, f"{kind}/{script_id}", field, shown(script_id), _such_as(known, self.benchmark.scripts))
        return script

    def delivery(self, place: Place, field: str, kind: Kind, script: Script, style: Style) -> ItemName | None:
        """The item of a delivery; ``None`` with a problem noted when the script was not recorded in this style."""
        if style not in script.deliveries:
            expected = f"one that the set has: {', '.join(script.deliveries)}"
            self.problem(place, item_key(kind, script.id, style), field, f"the {style} delivery", expected)
            return None
        return ItemName(kind, script.id, style)

    def question(self, place: Place, field: str, level: Level, question_id: str) -> ItemName | None:
        """The item of a question; ``None`` with a problem noted when the set or the level has none of this id."""
        question = self.benchmark.question_by_id.get(question_id)
        if question is not None and question.level == level:
            return ItemName(level, question.id)
        mine = self._questions[level]
        found = shown(question_id) if question is None else f"{shown(question_id)}, which is of {question.level}"
        expected = _such_as(f"one of the {len(mine)} {level} questions of {self.benchmark.id}", mine)
        self.problem(place, f"{level}/{question_id}", field, found, expected)
        return None

    def first(self, place: Place, field: str, item: ItemName) -> bool:
        """Whether this is the first answer to an item; a second one is noted as a problem."""
        before = self._met.setdefault(item, place)
        if before is not place:
            where = before.position if before.file == place.file else ": ".join(before)
            self.problem(place, item_key(*item), field, "an answer a second time", f"each item once: it is in {where}")
        return before is place

    def text(self, place: Place, item: ItemName, field: str, value: Any, *, nullable: bool = False) -> str | None:
        """A text of an answer; ``None`` with a problem noted when it is none. ``null`` is "" where ``nullable``."""
        if value is None and nullable:
            return ""
        if not isinstance(value, str):
            found, expected = shown(value), "text"
        elif len(value) > MAX_TEXT:
            found, expected = f"{len(value)} characters", f"at most {MAX_TEXT}"
        elif not value.isascii() and (half := SURROGATE.search(value)):
            found, expected = f"half a character, {shown(half.group())}", "whole characters"
        else:
            return value
        self.problem(place, item_key(*item), field, found, expected)
        return None

    def keep(self, place: Place, item: ItemName, field: str, text: str) -> None:
        """Keep the answer to an item that ``first`` let pass."""
        if item.style is not None:
            texts = self.transcripts if item.kind == "asr" else self.replies
            texts[item.id, item.style] = text
        elif item.kind in ("understanding", "reasoning"):
            self.answers[item.kind][item.id] = text
        if text.startswith(_FAILED_CALL):
            expected = "an answer, not the error of a call that failed"
            self.note("failed call", Problem(*place, item_key(*item), field, shown(text), expected))

    def keep_audio(self, place: Place, item: ItemName, field: str, name: Any, folder: Path | None) -> None:
        """Remember the file of a reply's sound, by default below ``folder``; "" and null name none."""
        if name is None or name == "" or item.style is None:
            return
        if not isinstance(name, str):
            self.problem(place, item_key(*item), field, shown(name), "the name of a file, or an empty text")
            return
        try:
            relative(name)
        except DataError as error:
            self.problems.add(Problem(*place, item_key(*item), field).because_of(error))
            return
        self._audio[item.id, item.style] = _Audio(place, field, name, folder)

    def say(self, what: str, place: Place, field: str, value: Any) -> bool:
        """Take the ``"model"`` or ``"prompt"`` that a record names. False, with a problem, where it is another.

        The problem is told once a file and value, however many records have it. The official registry has some models
        once a task ("kimi_audio", "kimi_audio_asr"): names that differ in that ending alone are one model.
        """
        if isinstance(value, str) and len(value) <= MAX_ID and not SURROGATE.search(value):
            said, where = self._said.setdefault(what, (value, place))
            expected = f"{shown(said)} as in {': '.join(where)}: one {what} a submission"
            right = said == value or (what == "model" and _TASK.sub("", said) == _TASK.sub("", value))
            if right and len(value) < len(said):
                self._said[what] = value, place
        else:
            right, expected = False, f"a name of at most {MAX_ID} characters"
        known = (what, place.file, shown(value))
        if not right and known not in self._wrong_names:
            self._wrong_names.add(known)
            self.problem(place, "", field, shown(value), expected)
        return right

    def said(self, what: str) -> str:
        """The ``"model"`` or ``"prompt"`` of the files, "" where they name none."""
        return self._said[what][0] if what in self._said else ""

    def finish(self) -> None:
        """Look for the sound of replies, and tell what was noted."""
        self._find_audio()
        for first, count in self._noted.values():
            position = f"{first.position} and {count - 1} more" if count > 1 else first.position
            self.warnings.add(replace(first, position=position))

    def _find_audio(self) -> None:
        folders: dict[Path, Clips] = {}
        for key, audio in self._audio.items():
            item = item_key("reply", *key)
            named = Problem(*audio.place, item, audio.field, f"no file {shown(audio.name)}", "the sound of the reply")
            if self.sound is not None:
                sound = self.sound
            elif audio.folder is not None:
                if audio.folder not in folders:
                    folders[audio.folder] = Clips(audio.folder)
                sound = folders[audio.folder]
            else:
                told = f"the sound {shown(audio.name)}, not looked for"
                self.note("unsought sound", replace(named, found=told, expected="the folder of the replies' sound"))
                continue
            try:
                found = sound.find(sound.path(audio.name))
            except DataError as error:
                self.problems.add(named.because_of(error))
                continue
            if found is not None:
                self.reply_audio[key] = found
            elif self.sound is None or not self.replies.get(key, "").strip():
                self.note("no sound", named)
            else:
                self.problems.add(named)


def _such_as(expected: str, items: Sequence[Script] | Sequence[Question]) -> str:
    return f"{expected}, such as {shown(items[0].id)}" if items else expected
