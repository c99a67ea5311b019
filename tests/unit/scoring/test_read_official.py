"""Every fault of an official record, and everything that the released code really writes."""

import json
from dataclasses import replace

import pytest

from echomind.benchmark.items import BenchmarkSet
from echomind.scoring.read import read_predictions
from tests.unit.scoring.made_files import asr_records, mcq_records, reply_records
from tests.unit.scoring.made_sets import made_predictions, made_set

SET = made_set(3)
SAID = made_predictions(SET)
RECORDS = {
    "asr": asr_records(SET, SAID),
    "understanding": mcq_records(SET, SAID, "understanding"),
    "reasoning": mcq_records(SET, SAID, "reasoning"),
    "reply": reply_records(SET, SAID),
}
QUESTION = SET.level("understanding")[0]


def copy_of(kind):
    return json.loads(json.dumps(RECORDS[kind]))


def read(tmp_path, records, name="p.json", benchmark=SET):
    path = tmp_path / name
    path.write_text(json.dumps(records, indent=4), encoding="ascii")
    return read_predictions([path], benchmark)


def changed(tmp_path, kind, change):
    """The reading of the records of a kind whose first one was changed."""
    records = copy_of(kind)
    change(records[0])
    return read(tmp_path, records)


def put(**fields):
    return lambda record: record.update(fields)


def drop(name):
    return lambda record: record.pop(name)


def reply(style="target", **fields):
    return lambda record: record["output_content"][style].update(fields)


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("asr", put(predicted_answer=3), "asr/id_1/target: predicted_answer: found 3, expected text"),
        ("asr", put(predicted_answer=["x"]), "predicted_answer: found an array of 1 values, expected text"),
        ("asr", put(predicted_answer="x" * 20_001), "predicted_answer: found 20001 characters, expected at most 20000"),
        ("asr", put(predicted_answer="\ud800"), "predicted_answer: found half a character, '\\ud800'"),
        ("asr", drop("case_id"), "case_id: found an object with the fields ['spoken_info', 'topic',"),
        ("asr", put(case_id=""), "case_id: found '', expected an id"),
        ("asr", put(case_id=None), "case_id: found null, expected an id"),
        ("asr", put(case_id=True), "case_id: found true, expected an id"),
        ("asr", put(case_id=1), "asr/1: case_id: found '1', expected one of the 3 script ids of made, such as 'id_1'"),
        ("asr", put(case_id="../id_1"), "case_id: found '../id_1', expected one of the 3 script ids"),
        ("asr", put(style="happy"), "style: found 'happy', expected one of target, neutral, alternative"),
        ("asr", put(style=None), "style: found null, expected one of target, neutral, alternative"),
        ("asr", put(style={}), "style: found an empty object, expected one of target"),
        ("asr", put(model=3), "record 1 (line 2): model: found 3, expected a name of at most 200 characters"),
        ("asr", put(model="x" * 201), "record 1 (line 2): model: found 'xxx"),
        ("understanding", put(predicted_text_answer=3), "predicted_text_answer: found 3, expected text"),
        ("understanding", put(predicted_audio_answer=3), "predicted_audio_answer: found 3, expected text"),
        ("understanding", drop("predicted_text_answer"), "predicted_text_answer: found an object with the fields"),
        ("understanding", drop("predicted_audio_answer"), "expected predicted_text_answer and predicted_audio_answer"),
        (
            "understanding",
            drop("question_id"),
            "record 1 (line 2): question_id: found an object with the fields ['audio_dir'",
        ),
        ("understanding", put(question_id="none"), "question_id: found 'none', expected one of the 24 understanding"),
        (
            "understanding",
            put(question_id=RECORDS["reasoning"][0]["question_id"]),
            "which is of reasoning, expected one of the 24 understanding questions of made",
        ),
        ("reasoning", put(question_id=QUESTION.id), f"found '{QUESTION.id}', which is of understanding, expected"),
        ("reply", put(output_content=3), "id_1: output_content: found 3, expected an object of target, neutral"),
        ("reply", put(output_content=None), "id_1: output_content: found null, expected an object of target"),
        ("reply", put(output_content={"happy": {}}), "reply/id_1: style: found 'happy', expected one of target"),
        ("reply", put(output_content={"target": ""}), "output_content.target: found '', expected an object"),
        ("reply", put(output_content={"target": None}), "output_content.target: found null, expected an object"),
        ("reply", reply(response_text=3), "reply/id_1/target: response_text: found 3, expected text"),
        ("reply", reply(response_audio_transcript=3), "response_audio_transcript: found 3, expected text"),
        (
            "reply",
            lambda r: r["output_content"]["neutral"].pop("response_text"),
            "reply/id_1/neutral: response_text: found",
        ),
        ("reply", reply(file=3), "output_content.target.file: found 3, expected the name of a file"),
        ("reply", put(ouput_prompt=3), "record 1 (line 2): ouput_prompt: found 3, expected a name"),
        ("reply", drop("case_id"), "record 1 (line 2): case_id: found an object with the fields"),
    ],
)
def test_a_faulty_record_is_told_with_place_found_and_expected(tmp_path, kind, change, told):
    reading = changed(tmp_path, kind, change)
    assert told in reading.problems[0].line()
    assert reading.problems[0].line().startswith("p.json: record 1 (line 2): ")
    assert reading.problem_count == 1


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_twice_is_a_problem_that_names_the_first(tmp_path, kind):
    records = copy_of(kind)
    reading = read(tmp_path, [*records, records[0]])
    assert reading.problem_count == (3 if kind == "reply" else 1)
    assert (
        "found an answer a second time, expected each item once: it is in record 1 (line 2)"
        in reading.problems[0].line()
    )
    assert f"record {len(records) + 1}" in reading.problems[0].line()


@pytest.mark.parametrize(
    ("cut", "told"),
    [
        (lambda text: text[:-1], "found the end of the file, expected the end of one array"),
        (lambda text: text + "]", "found ']', expected the end of one array"),
        (lambda text: text + "x", "found 'x', expected the end of one array"),
        (lambda text: text[:-2] + ",\n]", "found Expecting value, expected valid JSON"),
        (lambda text: text[: len(text) // 2], "expected valid JSON"),
        (lambda text: text.replace('"style"', "style", 1), "found Expecting property name enclosed in double quotes"),
        (lambda text: text.replace('"target"', "NaN", 1), "record 1 (line 2): found NaN, expected a number"),
        (
            lambda text: text.replace('"topic"', '"model"', 1),
            "record 1 (line 2): found the key 'model' twice in one object",
        ),
    ],
)
def test_a_broken_array_is_told_with_its_place(tmp_path, cut, told):
    path = tmp_path / "p.json"
    path.write_text(cut(json.dumps(RECORDS["asr"], indent=4)))
    reading = read_predictions([path], SET)
    assert told in reading.problems[0].line()
    assert reading.problem_count == 1


def test_line_and_column_of_a_break_are_those_of_the_file(tmp_path):
    path = tmp_path / "p.json"
    path.write_text('[\n  {"case_id": "id_1", "predicted_answer": "x"},\n  {"case_id": oops}\n]')
    reading = read_predictions([path], SET)
    assert reading.problems[0].line() == "p.json: line 3, column 15: found Expecting value, expected valid JSON"
    assert reading.predictions.transcripts == {("id_1", "target"): "x"}


def test_every_record_of_a_broken_array_is_looked_at(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(
        '[{"case_id": "id_1", "predicted_answer": NaN}, {"case_id": "x", "predicted_answer": ""}, {"a": 1, "a"'
    )
    told = [problem.line() for problem in read_predictions([path], SET).problems]
    assert [line.split(": ")[1] for line in told] == ["record 1 (line 1)", "line 1, column 102", "record 2 (line 1)"]


def test_the_written_answer_is_used_and_the_spoken_one_where_there_is_none(tmp_path):
    records = copy_of("understanding")[:4]
    for record, (text, audio) in zip(records, [("A", "B"), ("", "B"), (" \n", "B"), (None, "B")], strict=True):
        record |= {"predicted_text_answer": text, "predicted_audio_answer": audio}
    answers = read(tmp_path, records).predictions.answers["understanding"]
    assert list(answers.values()) == ["A", "B", "B", "B"]


def test_the_written_reply_is_used_and_the_spoken_one_where_there_is_none(tmp_path):
    entries = [("Hm.", "Oh."), ("", "Oh."), (None, "Oh."), ("Hm.", None), ("", "")]
    records = copy_of("reply")
    for record, (text, audio) in zip([*records, records[0], records[1]], entries, strict=True):
        style = "target" if record["output_content"]["target"]["response_text"] in SAID.replies.values() else "neutral"
        record["output_content"][style] |= {"response_text": text, "response_audio_transcript": audio}
    replies = read(tmp_path, records).predictions.replies
    said = [replies["id_1", "target"], replies["id_2", "target"], replies["id_3", "target"]]
    assert said == ["Hm.", "Oh.", "Oh."]
    assert (replies["id_1", "neutral"], replies["id_2", "neutral"]) == ("Hm.", "")


def test_what_the_runner_skipped_is_missing_and_told(tmp_path):
    for kind, name in (("asr", "predicted_answer"), ("reply", "output_content")):
        reading = changed(tmp_path, kind, drop(name))
        assert reading.problems == ()
        assert any("count as failed" in w.line() and w.item.startswith(f"{kind}/id_1/") for w in reading.warnings)
    records = copy_of("reasoning")
    for record in records[:2]:
        del record["predicted_text_answer"], record["predicted_audio_answer"], record["prediected_audio_file"]
    reading = read(tmp_path, records)
    assert reading.problems == ()
    assert any(
        "record 1 (line 2) and 1 more: reasoning/" in w.line() and "no prediction" in w.line() for w in reading.warnings
    )
    assert len(reading.predictions.answers["reasoning"]) == len(records) - 2


def test_deliveries_that_were_never_recorded_may_be_empty_and_nothing_else(tmp_path):
    scripts = [replace(s, deliveries={k: d for k, d in s.deliveries.items() if k != "neutral"}) for s in SET.scripts]
    two = BenchmarkSet("two", "tts", tuple(scripts), (), "")
    empty = reply_records(two, SAID)
    assert empty[0]["output_content"]["neutral"] == {}
    assert read(tmp_path, empty, benchmark=two).problems == ()
    told = [p.line() for p in read(tmp_path, copy_of("reply"), benchmark=two).problems]
    assert len(told) == 3
    assert (
        "reply/id_1/neutral: output_content.neutral: found the neutral delivery, expected one that the set has"
        in told[0]
    )
    told = [p.line() for p in read(tmp_path, copy_of("asr"), benchmark=two).problems]
    assert "asr/id_1/neutral: style: found the neutral delivery, expected one that the set has: target" in told[0]


def test_both_spellings_of_the_prompt_are_read_and_may_not_contradict(tmp_path):
    records = copy_of("reply")
    for record in records:
        record["output_prompt"] = record.pop("ouput_prompt")
    assert read(tmp_path, records).predictions.prompt == "basic"
    records[0]["ouput_prompt"] = "enhance"
    assert "found 'basic', expected 'enhance'" in read(tmp_path, records).problems[0].line()


def test_a_model_that_is_not_named_is_told_where_the_runner_names_it(tmp_path):
    for kind, name in (("asr", "model"), ("reply", "model"), ("reply", "ouput_prompt")):
        reading = changed(tmp_path, kind, drop(name))
        assert reading.problems == ()
        assert [w.line().split(": ")[:3] for w in reading.warnings if w.field == name] == [
            ["p.json", "record 1 (line 2)", name]
        ]
    assert not [w for w in read(tmp_path, copy_of("understanding")).warnings if w.field == "model"]


def test_ids_may_be_whole_numbers(tmp_path):
    numbered = replace(SET, questions=(replace(QUESTION, id="17"),))
    record = RECORDS["understanding"][0] | {"question_id": 17}
    reading = read(tmp_path, [record], benchmark=numbered)
    assert reading.problems == ()
    assert list(reading.predictions.answers["understanding"]) == ["17"]


def test_a_file_named_for_one_level_with_questions_of_the_other_is_one_problem(tmp_path):
    reading = read(tmp_path, copy_of("reasoning"), name="m_mcq_understanding.json")
    assert [p.line() for p in reading.problems] == [
        "m_mcq_understanding.json: found 30 reasoning questions of 30,"
        " expected understanding questions, as the name of the file says"
    ]


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("understanding", "question", "Who is it?"),
        ("understanding", "options_text", "A. one\nB. two"),
        ("understanding", "options_text", 3),
        ("understanding", "audio_name", "another.wav"),
        ("asr", "spoken_info", "shout"),
        ("asr", "topic", "moon"),
        ("reply", "topic", None),
        ("reply", "spoken_info", ["x"]),
    ],
)
def test_input_fields_of_another_version_of_the_set_are_a_warning(tmp_path, kind, field, value):
    records = copy_of(kind)
    for record in records:
        record[field] = value
    reading = read(tmp_path, records)
    told = [w.line() for w in reading.warnings if w.field == field]
    assert reading.problems == ()
    assert len(told) == (value is not None)
    assert all("record 1 (line 2) and" in line and "another version of the set?" in line for line in told)


@pytest.mark.parametrize(
    "form", ["A) {A}\nB) {B}\nC) {C}\nD) {D}", "(A) {A} (B) {B} (C) {C} (D) {D}", "A. {A}\n B. {B}\nC: {C}\n(D) {D}\n"]
)
def test_options_may_be_written_in_another_form(tmp_path, form):
    records = copy_of("understanding")[:1]
    records[0] |= {"options_text": form.format(**QUESTION.options), "question": f" {QUESTION.question}\n"}
    assert [w for w in read(tmp_path, records).warnings if w.field in ("options_text", "question")] == []


def test_records_are_told_with_the_line_that_they_begin_on(tmp_path):
    path = tmp_path / "p.json"
    path.write_bytes(b'\r\n[ {"a": 1},\r\n\r\n {"case_id":\n"id_1", "predicted_answer": NaN}\n, 3, 4\n]')
    told = [problem.line().split(": ")[1] for problem in read_predictions([path], SET).problems]
    assert told == [
        "record 2 (line 4)",
        "record 3 (line 6)",
        "record 4 (line 6)",
        "found no prediction; the first record is an object with the fields ['a'], expected one kind of record a file",
    ]


def test_a_field_that_nobody_reads_is_told(tmp_path):
    records = copy_of("understanding")
    records[1]["level"] = records[3]["level"] = "empathy"
    reading = read(tmp_path, records)
    [line] = [warning.line() for warning in reading.warnings if warning.field == "level"]
    assert reading.problem_count == 0
    assert line == (
        "p.json: record 2 (line 12) and 1 more: level: found a field that is not read,"
        " expected those of the official runner alone"
    )
