"""The sound of replies: found inside its folder, or told; nothing outside is touched."""

from dataclasses import replace

import pytest

from echomind.scoring.read import read_predictions
from tests.unit.scoring.made_files import jsonl_rows, reply_records, write_json, write_jsonl, write_official
from tests.unit.scoring.made_sets import made_predictions, made_set

SET = made_set(3)
SAID = made_predictions(SET)


def lines(problems):
    return [problem.line() for problem in problems]


def test_the_speech_of_replies_is_found_below_the_file_that_names_it(tmp_path):
    files = write_official(tmp_path, SET, SAID)
    sound = files["reply"].parent / "male" / "id_2_made-model_response_neutral.wav"
    sound.parent.mkdir()
    sound.write_bytes(b"RIFF")
    reading = read_predictions([tmp_path], SET)
    assert reading.problems == ()
    assert reading.predictions.reply_audio == {("id_2", "neutral"): sound}
    assert [
        w for w in lines(reading.warnings) if "and 7 more: reply/id_1/target" in w and "the sound of the reply" in w
    ]


def test_speech_that_is_named_but_not_there_is_a_problem_where_a_folder_of_it_is_given(tmp_path):
    files = write_official(tmp_path / "tree", SET, SAID)
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    for script, delivery in SET.deliveries():
        (sounds / f"{script.id}_made-model_response_{delivery.style}.wav").write_bytes(b"RIFF")
    (sounds / "id_3_made-model_response_target.wav").unlink()
    reading = read_predictions([files["reply"]], SET, audio_root=sounds)
    assert len(reading.predictions.reply_audio) == 8
    assert len(reading.problems) == 1
    assert (
        "record 3 (line 68): reply/id_3/target: output_content.target.file: found no file 'id_3"
        in reading.problems[0].line()
    )


def test_failed_calls_need_no_speech(tmp_path):
    silent = replace(SAID, replies=dict.fromkeys(SAID.replies, ""))
    reading = read_predictions([write_json(tmp_path / "r.json", reply_records(SET, silent))], SET, audio_root=tmp_path)
    assert reading.problems == ()
    assert reading.coverage["replies"].failed == 9


def test_speech_beside_an_uploaded_file_is_not_looked_for(tmp_path):
    files = write_official(tmp_path, SET, SAID)
    (files["reply"].parent / "id_1_made-model_response_target.wav").write_bytes(b"RIFF")
    reading = read_predictions([files["reply"]], SET)
    assert reading.predictions.reply_audio == {}
    assert any("not looked for" in line for line in lines(reading.warnings))


@pytest.mark.parametrize("name", ["../id_1.wav", "/etc/passwd", "a/../../b.wav", "C:\\x.wav", "x\n.wav", ".."])
@pytest.mark.parametrize("form", ["official", "jsonl"])
def test_speech_outside_the_folder_is_refused(tmp_path, name, form):
    if form == "official":
        records = reply_records(SET, SAID)
        records[0]["output_content"]["target"]["file"] = name
        path = write_json(tmp_path / "p.json", records)
    else:
        path = write_jsonl(tmp_path / "p.jsonl", [{"key": "reply/id_1/target", "pred": "Oh.", "audio": name}])
    reading = read_predictions([path], SET)
    assert [p for p in reading.problems if p.item == "reply/id_1/target" and "relative path inside" in p.expected]


def test_speech_behind_a_link_out_of_the_folder_is_refused(tmp_path):
    outside = tmp_path / "outside.wav"
    outside.write_bytes(b"RIFF")
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    (sounds / "x.wav").symlink_to(outside)
    path = write_jsonl(tmp_path / "p.jsonl", [{"key": "reply/id_1/target", "pred": "Oh.", "audio": "x.wav"}])
    reading = read_predictions([path], SET, audio_root=sounds)
    assert reading.predictions.reply_audio == {}
    assert "link out of the data folder" in reading.problems[0].line()


def test_a_folder_of_speech_that_is_not_there_is_a_problem(tmp_path):
    path = write_jsonl(tmp_path / "p.jsonl", jsonl_rows(SAID))
    reading = read_predictions([path], SET, audio_root=tmp_path / "nowhere")
    assert lines(reading.problems) == ["nowhere: found no such folder, expected the sound of the replies"]
