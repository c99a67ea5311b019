"""Reading whole submissions: folders and files of both forms, what is missing, what is told."""

import json
from dataclasses import replace

import pytest

from echomind.benchmark.clips import SentClips
from echomind.errors import DataError
from echomind.models.evaluation.journal import Entry
from echomind.models.evaluation.official_files import OfficialFiles
from echomind.models.evaluation.work import items_of
from echomind.scoring.read import read_predictions, read_sources, require
from echomind.scoring.read_files import Source
from tests.unit.scoring.made_files import (
    jsonl_rows,
    mcq_records,
    reply_records,
    write_json,
    write_jsonl,
    write_official,
)
from tests.unit.scoring.made_sets import made_predictions, made_set

SET = made_set(3)
SAID = made_predictions(SET)


def lines(problems):
    return [problem.line() for problem in problems]


def without_names(predictions):
    return replace(predictions, model="", prompt="")


def test_the_official_tree_is_read_as_it_was_written(tmp_path):
    write_official(tmp_path, SET, SAID)
    reading = read_predictions([tmp_path], SET)
    assert reading.problems == ()
    assert reading.predictions == SAID
    assert require(reading) is reading.predictions


def test_json_lines_are_read_as_they_were_written(tmp_path):
    path = write_jsonl(tmp_path / "predictions.jsonl", jsonl_rows(SAID))
    reading = read_predictions([path], SET)
    assert (reading.problems, reading.warnings) == ((), ())
    assert reading.predictions == without_names(SAID)


def test_the_official_script_transcribes_targets_alone_and_says_no_style(tmp_path):
    files = write_official(tmp_path, SET, SAID, styled=False)
    reading = read_predictions([files["asr"]], SET)
    assert reading.problems == ()
    assert reading.predictions.transcripts == {k: v for k, v in SAID.transcripts.items() if k[1] == "target"}
    assert any("3 of 9 transcripts, of target deliveries alone" in line for line in lines(reading.warnings))


def test_both_forms_together_make_one_submission(tmp_path):
    files = write_official(tmp_path / "tree", SET, SAID)
    rows = [row for row in jsonl_rows(SAID) if not row["key"].startswith("asr/")]
    reading = read_predictions([files["asr"], write_jsonl(tmp_path / "rest.jsonl", rows)], SET)
    assert reading.problems == ()
    assert reading.predictions == replace(SAID, prompt="")


def test_coverage_counts_what_is_given_and_what_is_empty(tmp_path):
    rows = jsonl_rows(SAID)
    asr, understanding = rows[0], next(row for row in rows if row["key"].startswith("understanding/"))
    path = write_jsonl(tmp_path / "p.jsonl", [asr, understanding | {"pred": " \n"}])
    reading = read_predictions([path], SET)
    assert reading.problems == ()
    expected = {name: (c.expected, c.answered, c.failed) for name, c in reading.coverage.items()}
    assert expected == {
        "transcripts": (9, 1, 0),
        "understanding": (24, 1, 1),
        "reasoning": (30, 0, 0),
        "replies": (9, 0, 0),
    }
    assert lines(reading.warnings) == [
        "asr/id_1/neutral: 1 of 9 transcripts, of target deliveries alone as the official script writes them",
        "understanding/"
        + SET.level("understanding")[1].id
        + ": 1 of 24 understanding answers; the others count as failed",
        understanding["key"] + ": 1 empty understanding answers, which count as failed",
        "no reasoning answers, expected 30; what they are for is not scored",
        "no replies, expected 9; what they are for is not scored",
    ]


@pytest.mark.parametrize("drop", ["asr/id_2/target", "understanding/", "reasoning/", "reply/id_3/alternative"])
def test_what_is_missing_is_a_warning_that_names_it(tmp_path, drop):
    rows = jsonl_rows(SAID)
    gone = next(row for row in rows if row["key"].startswith(drop))
    reading = read_predictions([write_jsonl(tmp_path / "p.jsonl", [row for row in rows if row is not gone])], SET)
    assert reading.problems == ()
    assert [line for line in lines(reading.warnings) if gone["key"] in line and "count as failed" in line]


def test_what_evaluate_writes_is_read_as_it_was_answered(tmp_path):
    items = items_of(SET)
    entries = {item.id: Entry(item.task, item.key, f"Answer to {item.key}") for item in items}
    OfficialFiles(tmp_path, SET, "A model/of ours", "enhanced").write(items, entries)
    reading = read_predictions([tmp_path], SET)
    assert (reading.problems, reading.warnings) == ((), ())
    said = reading.predictions
    assert (said.model, said.prompt) == ("A model/of ours", "enhance")
    assert said.transcripts == {key: f"Answer to {'/'.join(key)}" for key in SAID.transcripts} == said.replies
    assert said.answers == {level: {i: f"Answer to {i}" for i in SAID.answers[level]} for level in SAID.answers}


def test_an_item_in_two_files_is_a_problem_that_names_both(tmp_path):
    rows = jsonl_rows(SAID)
    first, second = (write_jsonl(tmp_path / n / "p.jsonl", rows[:1]) for n in ("a", "b") if not (tmp_path / n).mkdir())
    problems = read_predictions([first, second], SET).problems
    assert lines(problems) == [
        "b/p.jsonl: line 1: asr/id_1/target: key: found an answer a second time,"
        " expected each item once: it is in a/p.jsonl: line 1"
    ]


def test_two_prompts_of_one_model_are_one_problem_and_the_second_is_not_read(tmp_path):
    write_official(tmp_path, SET, SAID)
    other = replace(SAID, prompt="enhance", replies=dict.fromkeys(SAID.replies, "Other words."))
    write_json(tmp_path / "output" / "output_synthesis" / "response_output" / "x.json", reply_records(SET, other))
    reading = read_predictions([tmp_path], SET)
    assert len(reading.problems) == 1
    assert "ouput_prompt: found 'enhance', expected 'basic' as in output/" in reading.problems[0].line()
    assert reading.predictions.replies == SAID.replies


def test_two_models_are_a_problem(tmp_path):
    files = write_official(tmp_path, SET, SAID)
    records = reply_records(SET, replace(SAID, model="another"))
    reading = read_predictions([files["asr"], write_json(tmp_path / "r.json", records)], SET)
    assert (
        "model: found 'another', expected 'made-model' as in made-model_asr.json: record 1 (line 2)"
        in lines(reading.problems)[0]
    )
    assert len(reading.problems) == 1


def test_the_official_registry_has_some_models_once_a_task(tmp_path):
    asr = write_official(tmp_path, SET, replace(SAID, model="kimi_audio_asr"))["asr"]
    replies = write_json(tmp_path / "r.json", reply_records(SET, replace(SAID, model="kimi_audio")))
    reading = read_predictions([asr, replies], SET)
    assert reading.problems == ()
    assert reading.predictions.model == "kimi_audio"


def test_all_problems_are_told_not_only_the_first(tmp_path):
    rows = [{"key": f"asr/id_{n}/target", "pred": n} for n in range(1, 4)] + [{"key": "x", "pred": ""}, {"pred": "y"}]
    path = tmp_path / "p.jsonl"
    write_jsonl(path, rows)
    path.write_text(path.read_text() + "{\n")
    assert lines(read_predictions([path], SET).problems) == [
        "p.jsonl: line 1: asr/id_1/target: pred: found 1, expected text",
        "p.jsonl: line 2: asr/id_2/target: pred: found 2, expected text",
        "p.jsonl: line 3: asr/id_3/target: pred: found 3, expected text",
        "p.jsonl: line 4: key: found 'x', expected asr/ID/STYLE, understanding/ID, reasoning/ID or reply/ID/STYLE",
        "p.jsonl: line 5: key: found an object with the fields ['pred'],"
        " expected the fields key and pred, and audio for the sound of a reply",
        "p.jsonl: line 6, column 2: found Expecting property name enclosed in double quotes, expected valid JSON",
    ]


def test_require_tells_twenty_problems_and_counts_the_rest(tmp_path):
    path = write_jsonl(tmp_path / "p.jsonl", [{"key": f"understanding/nothing {n}", "pred": "A"} for n in range(1_500)])
    reading = read_predictions([path], SET)
    assert (len(reading.problems), reading.problem_count) == (1_000, 1_500)
    with pytest.raises(DataError) as error:
        require(reading)
    told = str(error.value).splitlines()
    assert len(told) == 21
    assert told[0].startswith(
        "p.jsonl: line 1: understanding/nothing 0: key: found 'nothing 0', expected one of the 24"
    )
    assert told[-1] == "and 1480 more problems"


def test_reading_changes_no_file(tmp_path):
    write_official(tmp_path, SET, SAID)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    read_predictions([tmp_path], SET)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_names_are_text_in_every_message(tmp_path):
    folder = tmp_path / "a\n\u202eb"
    folder.mkdir()
    (folder / "\x1b[31m.json").write_bytes(b"[")
    (folder / "<b>.json").write_bytes(json.dumps([{"question_id": "<script>\n", "predicted_text_answer": 1}]).encode())
    reading = read_predictions([folder], SET)
    assert reading.problem_count >= 2
    assert all(line.isprintable() for line in lines(reading.problems))


def test_answers_of_one_level_are_taken_from_their_ids(tmp_path):
    path = write_json(tmp_path / "answers.json", mcq_records(SET, SAID, "reasoning"))
    assert read_predictions([path], SET).predictions.answers == {"reasoning": SAID.answers["reasoning"]}


def test_files_that_lie_under_other_names_are_read_as_if_they_had_their_own(tmp_path):
    files = write_official(tmp_path, SET, SAID)
    broken = {**files, "asr": write_json(files["asr"], [{"case_id": "nobody", "model": "m", "predicted_answer": ""}])}
    named = [Source(path, path.name) for path in broken.values()]
    expected = read_sources(named, SET)
    sources = []
    for number, source in enumerate(named):
        sources.append(Source(source.path.rename(tmp_path / f"{number:04}"), source.name))
    found = read_sources(sources, SET)
    assert (found.predictions, found.problems, found.warnings) == (
        expected.predictions,
        expected.problems,
        expected.warnings,
    )
    assert any(line.startswith(f"{files['asr'].name}: record 1 (line 2): asr/nobody") for line in lines(found.problems))


def test_the_name_a_file_was_sent_under_says_its_level(tmp_path):
    path = write_json(tmp_path / "0001", mcq_records(SET, SAID, "reasoning"))
    reading = read_sources([Source(path, "m_mcq_understanding.json")], SET)
    assert "as the name of the file says" in lines(reading.problems)[0]


def test_sound_that_was_sent_is_found_by_its_name(tmp_path):
    path = write_json(tmp_path / "0001", reply_records(SET, SAID))
    names = [record["file"] for r in reply_records(SET, SAID) for record in r["output_content"].values()]
    sound = SentClips({f"sound/{name}": tmp_path / name for name in names})
    reading = read_sources([Source(path, "r.json")], SET, sound=sound)
    assert reading.problem_count == 0 and len(reading.predictions.reply_audio) == len(SAID.replies)
    fewer = SentClips({f"sound/{name}": tmp_path / name for name in names[1:]})
    assert (
        "expected the sound of the reply" in lines(read_sources([Source(path, "r.json")], SET, sound=fewer).problems)[0]
    )


def test_no_source_is_a_problem():
    assert lines(read_sources([], SET).problems)[0].startswith("found no file of predictions, expected the official")
