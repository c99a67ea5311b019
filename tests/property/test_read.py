"""Properties of reading predictions: whatever a file holds is read or refused, and no fault passes without a word."""

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from echomind.errors import DataError
from echomind.scoring.item_keys import KINDS, OF_DELIVERIES, ItemName, item_key, parse_key
from echomind.scoring.predictions import Predictions
from echomind.scoring.read import read_predictions, require
from tests.unit.scoring.made_files import asr_records, jsonl_rows, mcq_records, reply_records
from tests.unit.scoring.made_sets import made_predictions, made_set

SET = made_set(1)
SAID = made_predictions(SET)
MUTATED = "another text"
FILES = {
    "asr": asr_records(SET, SAID),
    "understanding": mcq_records(SET, SAID, "understanding"),
    "reasoning": mcq_records(SET, SAID, "reasoning"),
    "reply": reply_records(SET, SAID),
}
NAMES = sorted({name for records in FILES.values() for record in records for name in record} | {"style", "key", "pred"})

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=9), v, max_size=4), max_leaves=12
)
known = st.sampled_from(["id_1", "target", "neutral", "asr/id_1/target", SET.questions[0].id, SET.questions[-1].id, ""])
contents = st.dictionaries(
    st.sampled_from(["target", "neutral", "alternative"]),
    st.dictionaries(st.sampled_from(["file", "response_text", "response_audio_transcript"]), values | known),
)
records = st.dictionaries(st.sampled_from(NAMES), values | known | contents, max_size=9)


@contextmanager
def file_of(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.json"
        path.write_bytes(data)
        yield path


def read(data):
    """What came of reading: always a ``Reading`` whose lines can be shown, and predictions or a ``DataError``."""
    with file_of(data) as path:
        reading = read_predictions([path], SET)
    for problem in (*reading.problems, *reading.warnings):
        assert problem.line().isprintable() and len(problem.line()) < 2_000
    try:
        assert require(reading) is reading.predictions
        assert reading.problem_count == 0
    except DataError as error:
        assert 0 < len(str(error).splitlines()) <= 21
        assert reading.problem_count > 0
    for level, answers in reading.predictions.answers.items():
        assert all(SET.question_by_id[question].level == level for question in answers)
    assert {case for case, _ in (*reading.predictions.transcripts, *reading.predictions.replies)} <= {"id_1"}
    return reading


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    read(data)


@given(
    st.binary(max_size=60), st.sampled_from([b"[", b"[{", b'{"key": "', b'[{"case_id": "id_1", "predicted_answer": "'])
)
def test_any_bytes_behind_a_good_beginning_are_read_or_refused(data, beginning):
    assert read(beginning + data).problem_count or data


@given(values)
def test_any_json_is_read_or_refused(value):
    reading = read(json.dumps(value).encode())
    assert reading.problem_count
    assert reading.predictions == Predictions()


@given(st.lists(records, max_size=4), st.booleans())
def test_any_records_are_read_or_refused(rows, as_lines):
    told = "\n".join(map(json.dumps, rows)) if as_lines else json.dumps(rows)
    read(told.encode())


def _places(value, path=()):
    """The path of every value inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def _mutated(data, records):
    """A copy of ``records`` with one fault: something gone, renamed, replaced, or there twice."""
    copy = json.loads(json.dumps(records))
    *path, last = data.draw(st.sampled_from(list(_places(copy))))
    parent = copy
    for key in path:
        parent = parent[key]
    how = data.draw(st.sampled_from(["drop", "replace", "rename", "repeat"]))
    if how == "drop":
        del parent[last]
    elif how == "replace":
        parent[last] = data.draw(st.just(MUTATED) | values.filter(lambda v: not isinstance(v, str)))
    elif how == "rename" and isinstance(parent, dict):
        parent[data.draw(st.sampled_from([MUTATED, f"{last}s", str(last).upper()]))] = parent.pop(last)
    else:
        copy.append(copy[path[0] if path else last])
    return copy


def _told(reading):
    return [problem.line() for problem in (*reading.problems, *reading.warnings)]


def _texts(predictions):
    """Every text of some predictions, by what it says."""
    texts = {("model",): predictions.model, ("prompt",): predictions.prompt}
    texts |= {("asr", *key): text for key, text in predictions.transcripts.items()}
    texts |= {("reply", *key): text for key, text in predictions.replies.items()}
    return texts | {(level, key): t for level, answers in predictions.answers.items() for key, t in answers.items()}


def _nothing_passes(before, after):
    """Either the fault is told, or what is read is the same but for the new text itself."""
    if _told(after) == _told(before):
        was, now = _texts(before.predictions), _texts(after.predictions)
        assert was.keys() == now.keys()
        assert {text for key, text in now.items() if text != was[key]} <= {MUTATED}


@given(st.sampled_from(sorted(FILES)), st.data())
def test_no_fault_of_an_official_file_passes_without_a_word(kind, data):
    original = FILES[kind]
    mutated = _mutated(data, original)
    _nothing_passes(read(json.dumps(original).encode()), read(json.dumps(mutated).encode()))


@given(st.data())
def test_no_fault_of_json_lines_passes_without_a_word(data):
    original = jsonl_rows(SAID)
    mutated = _mutated(data, original)
    before, after = (read("\n".join(map(json.dumps, rows)).encode()) for rows in (original, mutated))
    _nothing_passes(before, after)


@given(st.sampled_from([*sorted(FILES), "jsonl"]), st.data())
def test_no_file_that_was_cut_off_passes_without_a_word(kind, data):
    whole = "\n".join(map(json.dumps, jsonl_rows(SAID))) if kind == "jsonl" else json.dumps(FILES[kind], indent=4)
    cut = data.draw(st.integers(0, len(whole) - 1))
    before, after = read(whole.encode()), read(whole[:cut].encode())
    assert after.problem_count or _told(after) != _told(before)


@given(st.sampled_from(KINDS), st.text(min_size=1, max_size=20), st.sampled_from(["target", "neutral", "alternative"]))
def test_keys_are_read_back(kind, item_id, style):
    item = ItemName(kind, item_id, style if kind in OF_DELIVERIES else None)
    assert parse_key(item_key(*item)) == item


@given(st.text(max_size=40) | st.builds("/".join, st.lists(st.sampled_from([*KINDS, "target", "x", ""]), max_size=5)))
def test_a_key_is_refused_or_is_the_key_of_its_item(key):
    try:
        item = parse_key(key)
    except DataError as error:
        assert str(error).isprintable()
    else:
        assert item_key(*item) == key
