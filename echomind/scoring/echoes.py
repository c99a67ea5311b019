"""Input fields that predictions repeat: where they differ from the set, the answers may be to another version of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from echomind.benchmark.clips import stem
from echomind.benchmark.fields import shown
from echomind.benchmark.items import Question, Script
from echomind.benchmark.options import options_text, parse_options
from echomind.errors import DataError
from echomind.scoring.gathered import Gathered, Place
from echomind.scoring.problems import Problem


def question_echoes(place: Place, record: Mapping[str, Any], question: Question, gathered: Gathered) -> None:
    """Compare the words, the options and the clip of a question with the set's."""
    item = f"{question.level}/{question.id}"
    _compare(place, item, record, "question", question.question, gathered)
    options = record.get("options_text")
    if options is not None and options != options_text(question.options) and not _same(options, question.options):
        _note(place, item, "options_text", options, options_text(question.options), gathered)
    name = record.get("audio_name")
    if name is not None and not (isinstance(name, str) and _stem(name) == _stem(question.audio.name)):
        _note(place, item, "audio_name", name, question.audio.name, gathered)


def script_echoes(place: Place, record: Mapping[str, Any], script: Script, gathered: Gathered) -> None:
    """Compare the topic and the cue of a script with the set's."""
    _compare(place, script.id, record, "topic", script.topic, gathered)
    target = script.deliveries.get("target")
    if target is not None and target.spoken_info:
        _compare(place, script.id, record, "spoken_info", target.spoken_info, gathered)


def _compare(place: Place, item: str, record: Mapping[str, Any], field: str, expected: str, gathered: Gathered) -> None:
    value = record.get(field)
    if value is None or value == expected:
        return
    if not isinstance(value, str) or value.split() != expected.split():
        _note(place, item, field, value, expected, gathered)


def _note(place: Place, item: str, field: str, value: Any, expected: str, gathered: Gathered) -> None:
    told = f"{shown(expected)}, as in {gathered.benchmark.id}: is this another version of the set?"
    gathered.note(f"another {field}", Problem(*place, item, field, shown(value), told))


def _same(value: Any, options: Mapping[str, str]) -> bool:
    """Whether a value is the same options, written in another of the forms that they are read from."""
    try:
        return parse_options(value) == dict(options)
    except DataError:
        return False


def _stem(name: str) -> str:
    path = stem(PurePosixPath(name))
    return path.name
