"""Predictions as JSON Lines: one item a line, ``{"key": "asr/id_5/target", "pred": "What was heard."}``.

A reply may name its sound: ``"audio": "id_5_reply.wav"``, a path inside the folder of the replies' sound. No other
fields; lines without anything are skipped. ``jsonl_schema`` says the same as a JSON Schema.
"""

from __future__ import annotations

from typing import Any

from echomind import strict_json
from echomind.benchmark.fields import MAX_TEXT, shown
from echomind.errors import DataError
from echomind.scoring.gathered import Gathered, Place
from echomind.scoring.item_keys import ItemName, parse_key
from echomind.scoring.problems import Problem
from echomind.scoring.read_files import MAX_RECORDS, Source

MAX_LINE = 13 * MAX_TEXT  # characters; the longest text with every character escaped, and its key
_FIELDS = {"key", "pred", "audio"}


def read_jsonl(source: Source, text: str, gathered: Gathered) -> None:
    """Gather the lines of a file; every line that is wrong is a problem, and the others are read."""
    if (lines := text.count("\n")) > MAX_RECORDS:
        gathered.problem(Place(source.name), "", "", f"{lines} lines", f"at most {MAX_RECORDS}")
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = Place(source.name, f"line {number}")
        if len(line) > MAX_LINE:
            gathered.problem(place, "", "", f"a line of {len(line)} characters", f"at most {MAX_LINE}")
            continue
        try:
            value = strict_json.loads(line)
        except strict_json.StrictJSONError as error:
            gathered.problems.add(_on_line(place, error))
            continue
        if isinstance(value, dict):
            _read_line(source, place, value, gathered)
        else:
            gathered.problem(place, "", "", shown(value), "an object with key and pred")


def _on_line(place: Place, error: strict_json.StrictJSONError) -> Problem:
    """The problem of a line that is not JSON, with the column instead of the line inside the line, always 1."""
    told = str(error)
    if told.startswith("line 1, column "):
        column, _, told = told.removeprefix("line 1, ").partition(": ")
        place = Place(place.file, f"{place.position}, {column}")
    return Problem(*place).because_of(DataError(told))


def _read_line(source: Source, place: Place, value: dict[str, Any], gathered: Gathered) -> None:
    unknown = [name for name in value if name not in _FIELDS]
    missing = [name for name in ("key", "pred") if name not in value]
    if unknown or missing:
        expected = "the fields key and pred, and audio for the sound of a reply"
        gathered.problem(place, "", (unknown or missing)[0], shown(value), expected)
        return
    item = _item(place, value["key"], gathered)
    if item is None or not gathered.first(place, "key", item):
        return
    text = gathered.text(place, item, "pred", value["pred"])
    if text is not None:
        gathered.keep(place, item, "pred", text)
    if "audio" in value:
        if item.kind == "reply":
            gathered.keep_audio(place, item, "audio", value["audio"], source.folder)
        else:
            gathered.problem(place, value["key"], "audio", shown(value["audio"]), "sound with replies alone")


def _item(place: Place, key: Any, gathered: Gathered) -> ItemName | None:
    if not isinstance(key, str):
        gathered.problem(place, "", "key", shown(key), "text")
        return None
    try:
        item = parse_key(key)
    except DataError as error:
        gathered.problems.add(Problem(*place, "", "key").because_of(error))
        return None
    if item.kind in ("understanding", "reasoning"):
        return gathered.question(place, "key", item.kind, item.id)
    script = gathered.script(place, "key", item.kind, item.id)
    if script is None or item.style is None:
        return None
    return gathered.delivery(place, "key", item.kind, script, item.style)
