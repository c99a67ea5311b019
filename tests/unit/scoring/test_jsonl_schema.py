"""What the schema accepts the reader accepts, and the other way round."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from echomind import cli, strict_json
from echomind.scoring.jsonl_schema import PREDICTIONS_SCHEMA, schema_text
from echomind.scoring.read import read_predictions
from echomind.settings import ROOT
from tests.unit.scoring.made_files import jsonl_rows
from tests.unit.scoring.made_sets import made_predictions, made_set

SET = made_set(2)
ROWS = jsonl_rows(made_predictions(SET))
KEYS = [row["key"] for row in ROWS]
OTHER, REPLY, HEARD = KEYS[0], next(key for key in KEYS if key.startswith("reply/")), KEYS[1]
VALID = Draft202012Validator(PREDICTIONS_SCHEMA).is_valid


def is_read(line):
    """Whether the reader takes this line, after a line that is right."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "p.jsonl"
        lines = [json.dumps({"key": OTHER, "pred": "Hello."}), json.dumps(line)]
        path.write_text("\n".join(lines), encoding="utf-8")
        return read_predictions([path], SET).problem_count == 0


def with_audio(audio, key=REPLY):
    return {"key": key, "pred": "x", "audio": audio}


@pytest.mark.parametrize("row", [row for row in ROWS if row["key"] != OTHER], ids=lambda row: row["key"])
def test_the_key_of_every_item_is_in_the_schema(row):
    assert VALID(row) and is_read(row)


@pytest.mark.parametrize(
    "line",
    [
        {"key": HEARD, "pred": ""},
        {"key": HEARD, "pred": "x" * 20_000},
        {"key": HEARD, "pred": "😀" * 20_000},
        {"key": HEARD, "pred": "a\nb\0\u2028\u202e"},
        {"pred": "x", "key": REPLY},
        *map(with_audio, ["a.wav", "", None, "a/b.flac", "a//b.wav", "./a.wav", "..a.wav", "a..", "模型 😀.wav", ".a"]),
        *map(with_audio, ["a" * 400, "...", "a/...", "a/.", "1.5"]),
    ],
    ids=repr,
)
def test_what_both_accept(line):
    assert VALID(line) and is_read(line)


@pytest.mark.parametrize(
    "line",
    [
        *([], "x", 3, None, True, {}),
        *({"key": HEARD}, {"pred": "x"}, {"key": HEARD, "pred": "x", "ref": "x"}, {"Key": HEARD, "pred": "x"}),
        *(
            {"key": HEARD, "pred": value}
            for value in (None, 3, True, ["x"], {"x": 1}, "x" * 20_001, "\ud83d", "a\udfff")
        ),
        *({"key": key, "pred": "x"} for key in (None, 3, ["x"], "", "asr", "asr/", "asr//target", "asr/target")),
        *({"key": key, "pred": "x"} for key in (HEARD + " ", HEARD + "\n", " " + HEARD, HEARD.upper(), HEARD + "/")),
        *(
            {"key": key, "pred": "x"}
            for key in ("mcq/1", "understanding/", "reasoning", "asr/id_1/happy", "/asr/x/target")
        ),
        *(with_audio(audio, HEARD) for audio in ("a.wav", "", None)),
        *(with_audio(audio, "reply/") for audio in ("a.wav", "", None)),
        *map(with_audio, [3, True, ["a.wav"], "/a.wav", "../a.wav", "a/../b.wav", "a/..", "..", ".", "./", "././/."]),
        *map(with_audio, ["c:/a.wav", "a:b", "\\a", "a\\b", "a\n", "a\tb", "a\u202eb", "\u200b", "a\u3000b", "\ud800"]),
        *map(with_audio, ["a" * 401, "\n", "/", "//a", "a\x85b"]),
    ],
    ids=lambda line: repr(line)[:80],
)
def test_what_both_refuse(line):
    assert not VALID(line) and not is_read(line)


pieces = st.sampled_from(
    [*KEYS[1:8], REPLY, "asr", "reply", "understanding", "/", "id_1", "target", " ", "\n", "x", ""]
)
keys = st.sampled_from(KEYS[1:]) | st.lists(pieces, max_size=4).map("".join)
path_pieces = st.sampled_from(["a", ".", "..", "/", "\\", ":", " ", "\n", "é", "模", "😀", "\u200b", "\ud800", ".wav"])
paths = st.none() | st.integers() | st.lists(path_pieces, max_size=6).map("".join)
texts = st.text(max_size=20) | st.none() | st.integers() | st.sampled_from(["\udc00", "x" * 20_000, "x" * 20_001])
lines = st.fixed_dictionaries({}, optional={"key": keys, "pred": texts, "audio": paths, "model": texts}) | st.lists(
    texts
)


def might_be_an_item(line):
    """Whether its key has the form of a key but is none of the set's, which no schema can know."""
    key = line.get("key") if isinstance(line, dict) else None
    return isinstance(key, str) and key not in KEYS and VALID({"key": key, "pred": ""})


@settings(max_examples=400, deadline=None)
@given(lines)
@example({"key": REPLY, "pred": "", "audio": "a\\"})
def test_both_agree(line):
    assume(not isinstance(line, dict) or line.get("key") != OTHER)  # it would be the second of this item
    if might_be_an_item(line):
        assert not is_read(line)
    else:
        assert VALID(line) == is_read(line)


def test_a_name_twice_is_refused_though_no_schema_sees_it():
    with pytest.raises(strict_json.StrictJSONError):
        strict_json.loads('{"key": "a", "key": "b", "pred": ""}')


def test_the_schema_is_one_and_is_what_is_offered_and_printed(capsys):
    Draft202012Validator.check_schema(PREDICTIONS_SCHEMA)
    assert (ROOT / "assets" / "submission.schema.json").read_text(encoding="utf-8") == schema_text()
    assert cli.main(["submissions", "schema"]) == 0
    assert capsys.readouterr().out == schema_text()
    assert json.loads(schema_text()) == PREDICTIONS_SCHEMA
    assert all(VALID({"key": key, "pred": ""}) for key in PREDICTIONS_SCHEMA["properties"]["key"]["examples"])
