"""Every fault of a line of JSON Lines: its line, item and field, what was found and what was expected."""

import json

import pytest

from echomind.scoring.read import read_predictions
from tests.unit.scoring.made_sets import made_set

SET = made_set(3)
REASONING = SET.level("reasoning")[0].id


def read(tmp_path, content):
    path = tmp_path / "p.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return read_predictions([path], SET)


def line(key="asr/id_1/target", pred="Hello.", **more):
    return json.dumps({"key": key, "pred": pred} | more)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (line()[:-1], "line 1, column 44: found Expecting ',' delimiter, expected valid JSON"),
        (line() + "\n" + line(key="asr/id_2/target")[:20], "line 2, column 9: found Unterminated string starting at"),
        (line() + " x", "line 1, column 46: found Extra data, expected valid JSON"),
        (line(pred=3), "asr/id_1/target: pred: found 3, expected text"),
        (line(pred=None), "asr/id_1/target: pred: found null, expected text"),
        (line(pred=True), "asr/id_1/target: pred: found true, expected text"),
        (line(pred=["x"]), "asr/id_1/target: pred: found an array of 1 values, expected text"),
        (line(pred={}), "asr/id_1/target: pred: found an empty object, expected text"),
        (line(pred=float("nan")), "line 1: found NaN, expected a number"),
        (line(pred=float("-inf")), "line 1: found -Infinity, expected a number"),
        ('{"key": "asr/id_1/target", "key": "x", "pred": ""}', "line 1: found the key 'key' twice in one object"),
        (line(key=7), "line 1: key: found 7, expected text"),
        (
            line(key="asr/id_9/target"),
            "asr/id_9: key: found 'id_9', expected one of the 3 script ids of made, such as 'id_1'",
        ),
        (line(key="asr/id_1 /target"), "found 'id_1 ', expected one of the 3 script ids"),
        (line(key="asr/ID_1/target"), "found 'ID_1', expected one of the 3 script ids"),
        (
            line(key="asr/id_1/happy"),
            "key: found the style 'happy' in 'asr/id_1/happy', expected one of target, neutral",
        ),
        (
            line(key="understanding/none"),
            "found 'none', expected one of the 24 understanding questions of made, such as",
        ),
        (line(key=f"understanding/{REASONING}"), f"found '{REASONING}', which is of reasoning, expected one of the 24"),
        (line(key="understanding/coarse_grained_id_1"), "found 'coarse_grained_id_1', expected one of the 24"),
        (line(key="mcq/1"), "key: found 'mcq/1', expected asr/ID/STYLE, understanding/ID"),
        (line(key=""), "key: found '', expected asr/ID/STYLE"),
        (line(key="x" * 100_000), "key: found 'xxxxxxx"),
        (
            line(ref="Hello"),
            "ref: found an object with the fields ['key', 'pred', 'ref'], expected the fields key and pred",
        ),
        (
            '{"key": "asr/id_1/target"}',
            "pred: found an object with the fields ['key'], expected the fields key and pred",
        ),
        ('{"pred": ""}', "key: found an object with the fields ['pred']"),
        (line() + "\n3", "line 2: found 3, expected an object with key and pred"),
        (line() + "\n[]", "line 2: found an array of 0 values, expected an object"),
        (
            line() + "\n\n" + line(),
            "line 3: asr/id_1/target: key: found an answer a second time, expected each item once",
        ),
        (line(pred="x" * 20_001), "asr/id_1/target: pred: found 20001 characters, expected at most 20000"),
        (line(pred="x" * 1_000_000), "line 1: found a line of 1000038 characters, expected at most 260000"),
        (line(pred="\ud800"), "asr/id_1/target: pred: found half a character, '\\ud800', expected whole characters"),
        (line().replace("Hello", "\ud800"), "line 1: found byte 0xed, expected UTF-8 text"),
        (line(audio="a.wav"), "asr/id_1/target: audio: found 'a.wav', expected sound with replies alone"),
        (line(key="reply/id_1/target", audio=3), "reply/id_1/target: audio: found 3, expected the name of a file"),
    ],
)
def test_a_faulty_line_is_told_with_place_found_and_expected(tmp_path, content, told):
    reading = read(tmp_path, content)
    assert told in reading.problems[0].line()
    assert reading.problems[0].line().startswith("p.jsonl: line ")
    assert reading.problem_count == 1
    assert len(reading.problems[0].line()) < 600


def test_the_lines_around_a_faulty_one_are_read(tmp_path):
    reading = read(tmp_path, "\n".join([line(), "{", line(key="asr/id_2/target"), "", line(key="asr/id_2/neutral")]))
    assert list(reading.predictions.transcripts) == [("id_1", "target"), ("id_2", "target"), ("id_2", "neutral")]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\n\n", " \n"])
def test_line_ends_do_not_matter(tmp_path, end):
    reading = read(tmp_path, end.join([line(), line(key="asr/id_2/target"), ""]))
    assert (reading.problems, len(reading.predictions.transcripts)) == ((), 2)


def test_texts_are_kept_as_they_are(tmp_path):
    text = '  "Ｂ"\u2028\u200b\x00 <b>\n=1+1 '
    reading = read(tmp_path, line(pred=text))
    assert reading.predictions.transcripts == {("id_1", "target"): text}


def test_the_longest_text_passes_even_with_every_character_escaped(tmp_path):
    reading = read(tmp_path, json.dumps({"key": "asr/id_1/target", "pred": "😀" * 20_000}))
    assert reading.problems == ()


def test_the_error_of_a_failed_call_is_told(tmp_path):
    reading = read(tmp_path, line(key="reply/id_1/target", pred="Error: out of memory"))
    assert any("found 'Error: out of memory', expected an answer" in w.line() for w in reading.warnings)
