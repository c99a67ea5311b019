"""What the sender of a faulty file is told: one line a fault, with its place, what was found and what was expected."""

import json
import tempfile

import pytest

from echomind.submissions.intake import Incoming, check_files
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_references import settings_for
from tests.unit.submissions.made_uploads import json_lines, official, zipped

SET = made_set(2, questions_per_script=9)
SAID = made_predictions(SET)
LINES = json_lines(SAID).splitlines()
ARRAY = next(data for name, data in official(SET, SAID).items() if name.endswith("understanding.json"))
REPLIES = next(data for name, data in official(SET, SAID).items() if name.endswith("responses.json"))
MB = 2**20
FORMS = "the official runner's JSON arrays or JSON Lines of keys and predictions"
FIRST = json.loads(LINES[0])["key"]
KEY = json.loads(LINES[2])["key"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_for(tmp_path_factory.mktemp("settings"), SET)


@pytest.fixture
def told(settings, tmp_path, monkeypatch):
    """The lines that are told of files; nothing is written that is there afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def run(*files):
        before = sorted(tmp_path.iterdir())
        found = check_files(files, "echomind-mini", None, settings)
        assert sorted(tmp_path.iterdir()) == before
        return found.lines()

    return run


def third(line: bytes | str) -> bytes:
    """JSON Lines of which the third is replaced."""
    return b"\n".join([*LINES[:2], line.encode() if isinstance(line, str) else line, *LINES[3:]])


def records(change) -> bytes:
    """An official array whose second record, on line 12, is changed."""
    found = json.loads(ARRAY)
    change(found)
    return json.dumps(found, indent=4).encode()


def in_second(old: bytes, new: bytes) -> bytes:
    """An official array with a replacement in its second record."""
    at = ARRAY.index(old, ARRAY.index(b"question_id", ARRAY.index(b"question_id") + 1))
    return ARRAY[:at] + new + ARRAY[at + len(old) :]


SECOND = "record 2 (line 12)"
QUESTION = json.loads(ARRAY)[0]["question_id"]
CASES = {
    "empty file": (b"", f"found an empty file, expected {FORMS}"),
    "white space alone": (b" \r\n\t\n", f"found an empty file, expected {FORMS}"),
    "empty array": (b"[]", "found an empty array, expected records with predicted_answer, with predicted_text_answer"),
    "BOM": (b"\xef\xbb\xbf" + ARRAY, "line 1: found a byte order mark, expected plain UTF-8"),
    "bad UTF-8": (third(b'{"key": "asr/\xff'), "line 3: found byte 0xff, expected UTF-8 text"),
    "UTF-16": (ARRAY.decode().encode("utf-16"), "line 1: found byte 0xff, expected UTF-8 text"),
    "Latin-1": (third("caf\xe9".encode("latin-1")), "line 3: found byte 0xe9, expected UTF-8 text"),
    "NaN": (
        third(f'{{"key": "{KEY}", "pred": NaN}}'),
        "line 3: found NaN, expected a number: JSON has no NaN or Infinity",
    ),
    "NaN in an array": (
        in_second(b'"predicted_text_answer": "', b'"predicted_text_answer": NaN, "x": "'),
        f"{SECOND}: found NaN, expected a number: JSON has no NaN or Infinity",
    ),
    "Infinity": (
        third(f'{{"key": "{KEY}", "pred": Infinity}}'),
        "line 3: found Infinity, expected a number: JSON has no NaN or Infinity",
    ),
    "-Infinity in an array": (
        in_second(b'"predicted_text_answer": "', b'"predicted_text_answer": -Infinity, "x": "'),
        f"{SECOND}: found -Infinity, expected a number: JSON has no NaN or Infinity",
    ),
    "duplicate key": (
        third(f'{{"key": "{KEY}", "pred": "a", "pred": "b"}}'),
        "line 3: found the key 'pred' twice in one object, expected each key once",
    ),
    "duplicate key in an array": (
        in_second(b'"question":', b'"question": "x", "question":'),
        f"{SECOND}: found the key 'question' twice in one object, expected each key once",
    ),
    "unknown key": (
        third(f'{{"key": "{KEY}", "pred": "a", "score": 1}}'),
        "line 3: score: found an object with the fields ['key', 'pred', 'score'], expected the fields key and pred",
    ),
    "duplicate id": (
        third(LINES[0]),
        f"line 3: {FIRST}: key: found an answer a second time, expected each item once: it is in line 1",
    ),
    "duplicate id in an array": (
        records(lambda found: found.__setitem__(1, found[0])),
        f"{SECOND}: understanding/{QUESTION}: question_id: found an answer a second time,"
        " expected each item once: it is in record 1 (line 2)",
    ),
    "missing id": (
        third('{"pred": "a"}'),
        "line 3: key: found an object with the fields ['pred'], expected the fields",
    ),
    "missing id in an array": (
        records(lambda found: found[1].pop("question_id")),
        f"{SECOND}: question_id: found an object with the fields ['audio_dir', ",
    ),
    "id of nothing": (
        records(lambda found: found[1].update(question_id=None)),
        f"{SECOND}: question_id: found null, expected an id",
    ),
    "unknown id": (
        third('{"key": "asr/id_999/target", "pred": "a"}'),
        "line 3: asr/id_999: key: found 'id_999', expected one of the 2 script ids of echomind-mini, such as 'id_1'",
    ),
    "unknown id in an array": (
        records(lambda found: found[1].update(question_id="q")),
        f"{SECOND}: understanding/q: question_id: found 'q', expected one of the 8 understanding questions of",
    ),
    "extra level": (
        third('{"key": "conversation/1", "pred": "a"}'),
        "line 3: key: found 'conversation/1', expected asr/ID/STYLE, understanding/ID, reasoning/ID or reply/ID/STYLE",
    ),
    "extra level of nesting": (
        third(f'{{"key": "{KEY}", "pred": {{"text": "a"}}}}'),
        f"line 3: {KEY}: pred: found an object with the fields ['text'], expected text",
    ),
    "levels as keys of one object": (
        b'{"understanding": ' + ARRAY + b"}",
        'found text that begins \'{"understanding": [',
    ),
    "an array in an array": (b"[" + ARRAY + b"]", "record 1 (line 1): found an array of 8 values, expected an object"),
    "extra style": (
        third('{"key": "asr/id_1/loud", "pred": "a"}'),
        "line 3: key: found the style 'loud' in 'asr/id_1/loud', expected one of target, neutral, alternative",
    ),
    "extra delivery": (
        REPLIES.replace(b'"target": {', b'"loud": {}, "target": {', 1),
        "record 1 (line 2): reply/id_1: style: found 'loud', expected one of target, neutral, alternative",
    ),
    "a line of 10^6 characters": (
        third('{"key": "%s", "pred": "%s"}' % (KEY, "a" * 10**6)),  # noqa: UP031 - braces of JSON
        "line 3: found a line of 1000043 characters, expected at most 260000",
    ),
    "an answer of 10^6 characters": (
        records(lambda found: found[1].update(predicted_text_answer="a" * 10**6)),
        "predicted_text_answer: found 1000000 characters, expected at most 20000",
    ),
    "deep nesting": (
        third("[" * 10_000),
        "line 3: found arrays or objects nested too deeply, expected a flat document",
    ),
    "deep nesting in an array": (
        in_second(b"{", b'{"a": ' + b"[" * 10_000),
        "found arrays or objects nested too deeply, expected a flat document",
    ),
    "a number without end": (
        third("9" * 10_000),
        "line 3: found a number of too many digits to be read, expected an ordinary number",
    ),
    "half a file": (ARRAY[: len(ARRAY) // 2], "expected valid JSON"),
    "not JSON": (b"id,answer\n1,A\n", "found text that begins 'id,answer\\n1,A\\n', expected the official runner's"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_faulty_file_is_told_in_one_line_with_its_place(told, case):
    data, expected = CASES[case]
    [line] = told(Incoming("answers.json", data))
    assert line.startswith("answers.json: ") and expected in line
    assert line.isprintable() and len(line) < 700
    [again] = told(*zipped({"answers.json": data}))
    assert again == line


@pytest.mark.parametrize("data", [b"\r\n".join(LINES), ARRAY.replace(b"\n", b"\r\n")])
def test_line_ends_of_windows_are_taken_and_lines_counted_the_same(told, data):
    assert told(Incoming("answers.json", data)) == []
    [line] = told(Incoming("answers.json", b"\r\n".join([*LINES[:2], b"oops", *LINES[3:]])))
    assert line == "answers.json: line 3, column 1: found Expecting value, expected valid JSON"


@pytest.mark.parametrize(
    ("size", "expected"), [(51, "answers.json: found 51.0 MB, expected at most 50 MB"), (50, "found an empty file")]
)
def test_a_file_of_50_megabytes(told, size, expected):
    [line] = told(Incoming("answers.json", b" " * (size * MB)))
    assert expected in line


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "answers.csv",
            "answers.csv: found a file that ends in .csv, expected one that ends in .json, .jsonl, .zip, .wav",
        ),
        ("answers.json.exe", "answers.json.exe: found a file that ends in .exe, expected one that ends in .json,"),
        (
            "answers\u202enosj.exe",
            r"found the invisible character U+202E in the name 'answers\u202enosj.exe', expected",
        ),
        (
            "answ\u200bers.json",
            r"found the invisible character U+200B in the name 'answ\u200bers.json', expected visible",
        ),
        ("../answers.json", "found the name '../answers.json', expected a plain name, or a relative path with forward"),
        ("re\u0301sume\u0301.json", "expected it in Unicode normal form C: rename the file"),
    ],
)
def test_a_name_that_is_no_good(told, name, expected):
    [line] = told(Incoming(name, b"\n".join(LINES)))
    assert expected in line and line.isprintable()


def test_the_same_name_in_another_case(told):
    [line] = told(Incoming("answers.jsonl", LINES[0]), Incoming("Answers.JSONL", LINES[1]))
    assert line == (
        "found the name 'Answers.JSONL' beside 'answers.jsonl', which differs in case alone, expected each name once"
    )
