import pytest

from echomind.errors import DataError
from echomind.scoring import json_lines
from echomind.scoring.json_lines import raise_if_any, read_lines
from echomind.scoring.problems import Problems


def read(path):
    problems = Problems()
    return read_lines(path, path.name, problems), [problem.line() for problem in problems.kept]


def test_objects_keep_their_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n\n  {"a": "\u2028"}\r\n')  # a line separator inside a text ends no line
    found, told = read(path)
    assert [(line.number, line.value) for line in found] == [(1, {"a": 1}), (3, {"a": "\u2028"})] and told == []


def test_good_lines_are_read_beside_bad_ones(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": 1, "a": 2}\nnull\n{"a": 1e}\n{"a": 2}')
    found, told = read(path)
    assert [line.number for line in found] == [1, 5]
    assert told == [
        "a.jsonl: line 2: found the key 'a' twice in one object, expected each key once",
        "a.jsonl: line 3: found null, expected an object",
        "a.jsonl: line 4, column 8: found Expecting ',' delimiter, expected valid JSON",
    ]


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [
        ("MAX_BYTES", 10, "a.jsonl: found more than 10 bytes, expected a file in JSON Lines"),
        ("MAX_LINES", 1, "a.jsonl: found 2 lines, expected at most 1"),
        ("MAX_LINE", 9, "a.jsonl: line 2: found a line of 10 characters, expected at most 9"),
    ],
)
def test_nothing_is_read_without_end(tmp_path, monkeypatch, limit, value, told):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": 100}\n')
    monkeypatch.setattr(json_lines, limit, value)
    assert read(path)[1] == [told]


def test_a_text_is_a_text(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"good": "x", "number": 3, "half": "\\ud83d"}')
    [line], _ = read(path)
    problems = Problems()
    found = [line.text(name, problems, 10, "item") for name in ("good", "number", "half", "none")]
    assert found == ["x", None, None, None] and line.text("good", problems, 0) is None
    assert [problem.line() for problem in problems.kept] == [
        "a.jsonl: line 1: item: number: found 3, expected text",
        "a.jsonl: line 1: item: half: found half a character, expected whole characters",
        "a.jsonl: line 1: item: none: found no such field, expected text",
        "a.jsonl: line 1: good: found 1 characters, expected at most 0",
    ]
    with pytest.raises(DataError, match=r"\Aa.jsonl: line 1: item: number: found 3, expected text\n"):
        raise_if_any(problems)
    raise_if_any(Problems())
