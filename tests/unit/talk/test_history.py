import json

import pytest

from echomind.errors import DataError
from echomind.models.protocol import Turn
from echomind.talk.history import MAX_CHARS, MAX_TURNS, parse_history, read_history


def test_turns(tmp_path):
    path = tmp_path / "history.json"
    path.write_text(json.dumps([{"user": "Hello"}, {"user": "I am late", "reply": "No harm done", "emotion": "sad"}]))
    assert read_history(path) == (Turn("Hello"), Turn("I am late", "No harm done", "sad"))


def test_no_turns():
    assert parse_history([]) == ()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"user": "x"}, "found an object; expected a list of turns"),
        ("x", "found text"),
        (3, "found a number"),
        (None, "found null"),
        ([["x"]], "turn 1: found a list; expected an object"),
        ([{"user": "x"}, {"reply": "y"}], 'turn 2: found no "user" text'),
        ([{"user": "  "}], 'turn 1: found no "user" text'),
        ([{"user": 3}], "turn 1, user: found a number; expected text"),
        ([{"user": "x", "reply": None}], "turn 1, reply: found null"),
        ([{"user": "x", "emotion": True}], "turn 1, emotion: found true or false"),
        ([{"user": "x", "speaker": "y"}], "turn 1: found the key 'speaker'"),
        ([{"user": "x" * (MAX_CHARS + 1)}], f"found {MAX_CHARS + 1} characters"),
        ([{"user": "x"}] * (MAX_TURNS + 1), f"found {MAX_TURNS + 1} turns"),
    ],
)
def test_what_is_wrong_is_said(value, message):
    with pytest.raises(DataError, match=f"^history.*{message}"):
        parse_history(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1, column 1"),
        (b"[{]", "line 1, column 3"),
        (b"\xff\xfe[]", "UTF-8"),
        (b'[{"user": "a", "user": "b"}]', "twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * 1_000_001, "1000001 bytes"),
    ],
)
def test_files_that_are_no_history(tmp_path, data, message):
    path = tmp_path / "history.json"
    path.write_bytes(data)
    with pytest.raises(DataError, match=message):
        read_history(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_history(tmp_path / "none.json")
