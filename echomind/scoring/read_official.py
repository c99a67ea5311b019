"""Predictions in the JSON arrays that the official runner writes, its misspellings included.

Source: ``src/eval-slm/eval_{asr,mcq,response}_main.py`` of github.com/hlt-cuhksz/EchoMind, commit f60c978. What a file
holds is told by its fields, not by its name:

- transcripts: ``case_id``, ``predicted_answer``, and ``style`` where other deliveries than the target were transcribed
  (the official script knows only the target and writes no style);
- answers: ``question_id`` with ``predicted_text_answer`` and ``predicted_audio_answer``. The text is used, and the
  transcript of the spoken answer where the text is empty. The level is that of most questions in the file;
- replies: ``case_id`` and ``output_content.{target|neutral|alternative}`` with ``response_text`` and
  ``response_audio_transcript``. The text is used, and the transcript of the spoken reply where the text is empty.

Text that is null counts as empty: released wrappers of models without a text of their own write it. A record or a
delivery without any prediction was not answered (the runner leaves what it skips like that): it is missing, with a
warning. One with half of the fields is a problem.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from echomind import strict_json
from echomind.benchmark.fields import shown
from echomind.benchmark.items import STYLES, Style
from echomind.benchmark.question_types import LEVELS, Level
from echomind.scoring.echoes import question_echoes, script_echoes
from echomind.scoring.gathered import Gathered, Place
from echomind.scoring.item_keys import ItemName, item_key
from echomind.scoring.problems import Problem
from echomind.scoring.read_files import MAX_RECORDS, Source

_PROMPT_NAMES = ("ouput_prompt", "output_prompt")
_ANSWER_NAMES = ("predicted_text_answer", "predicted_audio_answer")
_REPLY_NAMES = ("response_text", "response_audio_transcript")
_FIELDS = {"asr": "predicted_answer", "reply": "output_content"}
# All that the runner and ``evaluate`` write: what they were asked, and what was answered.
_KNOWN = frozenset(
    [
        *("case_id", "question_id", "question_type", "question", "options_text", "answer", "audio_dir", "audio_name"),
        *("input_text", "spoken_info", "topic", "style", "model", "prediected_audio_file", "predicted_audio_file"),
        *(f"{style}_audio_info" for style in STYLES),
        *(*_FIELDS.values(), *_ANSWER_NAMES, *_PROMPT_NAMES),
    ]
)
_KINDS = f"records with {_FIELDS['asr']}, with {' and '.join(_ANSWER_NAMES)}, or with {_FIELDS['reply']}"
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")

Record = dict[str, Any]


def read_official(source: Source, text: str, gathered: Gathered) -> None:
    """Gather the records of one array; every record that is wrong is a problem, and the others are read."""
    records = list(_records(source.name, text, gathered))
    if not records:
        return
    kinds = {
        "asr": any(_FIELDS["asr"] in record for _, record in records),
        "answers": any(name in record for _, record in records for name in _ANSWER_NAMES),
        "reply": any(_FIELDS["reply"] in record for _, record in records),
    }
    found = [kind for kind, present in kinds.items() if present]
    if len(found) != 1:
        what = " and ".join(found) if found else f"no prediction; the first record is {shown(records[0][1])}"
        gathered.problem(Place(source.name), "", "", what, f"one kind of record a file: {_KINDS}")
    elif found == ["asr"]:
        _read_transcripts(records, gathered)
    elif found == ["answers"]:
        _read_answers(source, records, gathered)
    else:
        _read_replies(source, records, gathered)


def _records(file: str, text: str, gathered: Gathered) -> Iterator[tuple[Place, Record]]:
    """The objects of the array with their places; anything else in it, or wrong with it, is a problem."""
    values = list(_one_by_one(file, text, gathered))
    if len(values) > MAX_RECORDS:
        gathered.problem(Place(file), "", "", f"{len(values)} records", f"at most {MAX_RECORDS}")
        return
    for place, value in values:
        if isinstance(value, dict):
            if not value.keys() <= _KNOWN:
                name = next(name for name in value if name not in _KNOWN)
                told = Problem(*place, "", name, "a field that is not read", "those of the official runner alone")
                gathered.note("unknown field", told)
            yield place, value
        else:
            gathered.problem(place, "", "", shown(value), "an object")


def _one_by_one(file: str, text: str, gathered: Gathered) -> Iterator[tuple[Place, Any]]:
    """The values of an array with their places, and a problem for each that cannot be read.

    What comes behind the place where it breaks off, or is no JSON at all, cannot be read: that is one more problem.
    """
    at = _past(text, text.index("[") + 1)
    number, line = 0, 1 + text.count("\n", 0, at)
    if text[at:].rstrip() == "]":
        gathered.problem(Place(file), "", "", "an empty array", _KINDS)
        return
    while True:
        number += 1
        place = Place(file, f"record {number} (line {line})")
        try:
            value, end = strict_json.value_at(text, at)
            yield place, value
        except strict_json.StrictJSONError as refused:
            try:
                end = _DECODER.raw_decode(text, at)[1]  # where the next one begins
            except json.JSONDecodeError as error:
                gathered.problem(_position(file, text, error.pos), "", "", error.msg, "valid JSON")
                return
            except (ValueError, RecursionError):  # an endless number, endless nesting
                gathered.problems.add(Problem(*_position(file, text, at)).because_of(refused))
                return
            gathered.problems.add(Problem(*place).because_of(refused))
        behind = _past(text, end)
        if text[behind : behind + 1] != ",":
            break
        behind = _past(text, behind + 1)
        line += text.count("\n", at, behind)
        at = behind
    if text[behind : behind + 1] != "]" or text[behind + 1 :].strip():
        behind += text[behind : behind + 1] == "]"
        found = shown(text[behind : behind + 40]) if behind < len(text) else "the end of the file"
        gathered.problem(_position(file, text, behind), "", "", found, "the end of one array")


def _position(file: str, text: str, at: int) -> Place:
    line = text.count("\n", 0, at) + 1
    return Place(file, f"line {line}, column {at - text.rfind(chr(10), 0, at)}")


def _past(text: str, at: int) -> int:
    """The place of the first character from ``at`` on that is no white space."""
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _read_transcripts(records: list[tuple[Place, Record]], gathered: Gathered) -> None:
    for place, record in records:
        said = _say(place, record, gathered, model=("model",))
        script_id = _identifier(place, record, "case_id", gathered)
        script = gathered.script(place, "case_id", "asr", script_id) if script_id and said else None
        if script is None:
            continue
        script_echoes(place, record, script, gathered)
        style = _style(place, item_key("asr", script.id, "target"), record.get("style", "target"), gathered)
        item = gathered.delivery(place, "style", "asr", script, style) if style else None
        if item is None or not gathered.first(place, "case_id", item):
            continue
        _keep(place, item, record, (_FIELDS["asr"],), gathered)


def _read_answers(source: Source, records: list[tuple[Place, Record]], gathered: Gathered) -> None:
    level = _level(source, records, gathered)
    for place, record in records:
        # The official script for questions writes no model; our own evaluate does.
        said = "model" not in record or _say(place, record, gathered, model=("model",))
        question_id = _identifier(place, record, "question_id", gathered)
        item = gathered.question(place, "question_id", level, question_id) if question_id and said else None
        if item is None or not gathered.first(place, "question_id", item):
            continue
        question_echoes(place, record, gathered.benchmark.question_by_id[item.id], gathered)
        _keep(place, item, record, _ANSWER_NAMES, gathered)


def _level(source: Source, records: list[tuple[Place, Record]], gathered: Gathered) -> Level:
    """The level of most questions of a file, which its name must not contradict."""
    known = gathered.benchmark.question_by_id
    ids = (record.get("question_id") for _, record in records)
    levels = Counter(known[str(i).strip()].level for i in ids if isinstance(i, str | int) and str(i).strip() in known)
    named = next((level for level in LEVELS if PurePosixPath(source.name).stem.endswith(f"_mcq_{level}")), None)
    level = levels.most_common(1)[0][0] if levels else named or "understanding"
    if named not in (None, level):
        found = f"{levels[level]} {level} questions of {len(records)}"
        gathered.problem(Place(source.name), "", "", found, f"{named} questions, as the name of the file says")
    return level


def _read_replies(source: Source, records: list[tuple[Place, Record]], gathered: Gathered) -> None:
    for place, record in records:
        said = _say(place, record, gathered, model=("model",), prompt=_PROMPT_NAMES)
        script_id = _identifier(place, record, "case_id", gathered)
        script = gathered.script(place, "case_id", "reply", script_id) if script_id and said else None
        if script is None:
            continue
        script_echoes(place, record, script, gathered)
        content = record.get(_FIELDS["reply"], {})
        if not isinstance(content, dict):
            gathered.problem(place, script.id, _FIELDS["reply"], shown(content), f"an object of {', '.join(STYLES)}")
            continue
        for name, entry in content.items():
            where = f"{_FIELDS['reply']}.{name}"
            style = _style(place, f"reply/{script.id}", name, gathered)
            if style is None or entry == {}:
                continue
            if not isinstance(entry, dict):
                gathered.problem(place, item_key("reply", script.id, style), where, shown(entry), "an object")
                continue
            item = gathered.delivery(place, where, "reply", script, style)
            if item and gathered.first(place, "case_id", item) and _keep(place, item, entry, _REPLY_NAMES, gathered):
                gathered.keep_audio(place, item, f"{where}.file", entry.get("file"), source.folder)


def _identifier(place: Place, record: Record, field: str, gathered: Gathered) -> str:
    if field not in record:
        gathered.problem(place, "", field, shown(record), "the id of an item")
        return ""
    return gathered.identifier(place, field, record[field])


def _style(place: Place, item: str, value: Any, gathered: Gathered) -> Style | None:
    style = next((style for style in STYLES if style == value), None)
    if style is None:
        gathered.problem(place, item, "style", shown(value), f"one of {', '.join(STYLES)}")
    return style


def _say(place: Place, record: Record, gathered: Gathered, **names: tuple[str, ...]) -> bool:
    """Take the ``model`` and the ``prompt`` of a record; false where the record is of another submission."""
    right = True
    for what, spellings in names.items():
        written = [name for name in spellings if name in record]
        if not written:
            absent = Problem(*place, "", spellings[0], f"no {what}", "its name, as the official runner writes it")
            gathered.note(f"no {what}", absent)
        for name in written:
            right = gathered.say(what, place, name, record[name]) and right
    return right


def _keep(place: Place, item: ItemName, values: Record, names: tuple[str, ...], gathered: Gathered) -> bool:
    """Keep the first text among the fields that is not blank; false where none of the fields is there."""
    missing = [name for name in names if name not in values]
    if len(missing) == len(names):
        gathered.note(
            "unanswered", Problem(*place, item_key(*item), names[0], "no prediction", "one, or an empty text")
        )
        return False
    if missing:
        gathered.problem(place, item_key(*item), missing[0], shown(values), " and ".join(names))
        return False
    texts = [gathered.text(place, item, name, values[name], nullable=True) for name in names]
    if any(text is None for text in texts):
        return False
    used = next((k for k, text in enumerate(texts) if text and text.strip()), 0)
    gathered.keep(place, item, names[used], texts[used] or "")
    return True
