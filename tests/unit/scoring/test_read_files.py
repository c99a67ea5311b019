"""Which files a path means, and files that are no predictions at all."""

import os

import pytest

from echomind.errors import DataError
from echomind.scoring.predictions import Predictions
from echomind.scoring.read import read_predictions, require
from tests.unit.scoring.made_files import jsonl_rows, write_json, write_jsonl, write_official
from tests.unit.scoring.made_sets import made_predictions, made_set

SET = made_set(3)
SAID = made_predictions(SET)


def lines(problems):
    return [problem.line() for problem in problems]


def test_files_may_come_one_by_one_under_any_name(tmp_path):
    files = write_official(tmp_path / "tree", SET, SAID)
    paths = []
    for number, file in enumerate(files.values()):
        paths.append(file.rename(tmp_path / f"upload {number}"))
    reading = read_predictions(paths, SET)
    assert reading.problems == ()
    assert reading.predictions == SAID


def test_the_same_file_named_twice_is_read_once(tmp_path):
    files = write_official(tmp_path, SET, SAID)
    reading = read_predictions([tmp_path, files["asr"], tmp_path], SET)
    assert reading.problems == ()


def test_the_journal_of_evaluate_is_no_prediction_and_other_files_are_told(tmp_path):
    write_official(tmp_path, SET, SAID)
    write_json(tmp_path / "run.json", {"model": "x"})
    (tmp_path / "journal").mkdir()
    write_jsonl(tmp_path / "journal" / "shard-000.jsonl", [{"journal": 1}])
    write_json(tmp_path / "notes.json", {})
    write_json(tmp_path / ".hidden" / "x.json", {})
    reading = read_predictions([tmp_path], SET)
    assert reading.predictions == SAID
    assert [line for line in lines(reading.warnings) if "left out" in line] == [
        "notes.json: found a file beside the official ones, left out, expected the official files alone,"
        " below asr_output, mcq_output, response_output"
    ]


def test_files_of_the_other_voice_are_left_out_and_told(tmp_path):
    files = write_official(tmp_path, SET, SAID)
    human = tmp_path / "output" / "output_human" / "asr_output" / "m" / "m_asr.json"
    human.parent.mkdir(parents=True)
    human.write_bytes(files["asr"].read_bytes())
    reading = read_predictions([tmp_path], SET)
    assert reading.predictions == SAID
    assert sum("the other voice" in line for line in lines(reading.warnings)) == 1


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    secret = write_jsonl(tmp_path / "secret.jsonl", jsonl_rows(SAID))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "p.jsonl").symlink_to(secret)
    reading = read_predictions([folder], SET)
    assert reading.predictions == Predictions()
    assert lines(reading.problems)[0] == "p.jsonl: found a link out of the folder, expected a file inside it"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "p.jsonl")
    reading = read_predictions([tmp_path, tmp_path / "p.jsonl"], SET)
    assert reading.problem_count == 2


@pytest.mark.parametrize("paths", [[], ["nowhere.json"], ["empty"], ["x" * 5_000], ["\0"]])
def test_nothing_to_read_is_a_problem(tmp_path, paths):
    (tmp_path / "empty").mkdir()
    reading = read_predictions([tmp_path / name for name in paths], SET)
    assert reading.problem_count == 1
    with pytest.raises(DataError):
        require(reading)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "found an empty file"),
        (b" \n\t ", "found an empty file"),
        (b"\xef\xbb\xbf[]", "found a byte order mark, expected plain UTF-8"),
        ("[]".encode("utf-16"), "line 1: found byte 0xff, expected UTF-8 text"),
        (b'{"key": "asr/id_1/target", "pred": "x"}\n{"key": "\xe9"}', "line 2: found byte 0xe9, expected UTF-8 text"),
        (b"[]", "found an empty array"),
        (b"[[], 3]", "record 1 (line 1): found an array of 0 values, expected an object"),
        (b'"text"', "found text that begins '\"text\"'"),
        (b"key,pred\nasr/id_1/target,x", "found text that begins 'key,pred"),
        (b'{\n "asr": []\n}', "found text that begins"),
        (b"[" * 100_000, "line 1, column 2: found arrays or objects nested too deeply, expected a flat document"),
        (b'[{"a": ' + b"9" * 5_000 + b"}]", "line 1, column 2: found a number of too many digits to be read"),
        (
            b'[{"question_id": "x"}]',
            "found no prediction; the first record is an object with the fields ['question_id']",
        ),
        (
            b'[{"predicted_answer": "", "output_content": {}}]',
            "found asr and reply, expected one kind of record a file",
        ),
        (b"PK\x03\x04", "found text that begins 'PK"),
    ],
)
def test_a_file_of_another_form_is_one_clear_problem(tmp_path, content, told):
    path = tmp_path / "upload.bin"
    path.write_bytes(content)
    reading = read_predictions([path], SET)
    assert told in reading.problems[0].line()
    assert reading.problems[0].line().startswith("upload.bin: ")
    assert reading.predictions == Predictions()


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = write_jsonl(tmp_path / "p.jsonl", jsonl_rows(SAID))
    monkeypatch.setattr("echomind.scoring.read_files.MAX_BYTES", 1_000)
    reading = read_predictions([path], SET)
    assert lines(reading.problems) == ["p.jsonl: found more than 1000 bytes, expected at most that"]


def test_too_many_files_are_a_problem(tmp_path, monkeypatch):
    for number in range(4):
        write_jsonl(tmp_path / f"{number}.jsonl", jsonl_rows(SAID)[number : number + 1])
    monkeypatch.setattr("echomind.scoring.read_files.MAX_FILES", 3)
    assert "found 4 files, expected at most 3" in lines(read_predictions([tmp_path], SET).problems)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{}\n" * 100_002, "found 100002 lines, expected at most 100000"),
        (b"[" + b"1," * 100_000 + b"1]", "found 100001 records, expected at most 100000"),
        (b"[" + b"{}," * 1_000_000 + b"{}]", "found 2000002 brackets and commas, expected at most 1000000"),
        (b"[{" + b'"a":1,' * 1_000_000 + b'"a":1}]', "found 1000002 brackets and commas, expected at most 1000000"),
    ],
)
def test_more_than_any_set_has_is_refused_as_a_whole(tmp_path, content, told):
    path = tmp_path / "p.json"
    path.write_bytes(content)
    assert lines(read_predictions([path], SET).problems) == [f"p.json: {told}"]
