"""Sets in the published layout as a whole: where they lie, their clips, their files."""

import json
from pathlib import Path

import pytest

from echomind.benchmark.published import read_published
from tests.unit.benchmark.made_folders import Folder, only_line, refused


@pytest.fixture
def folder():
    return Folder()


def test_reads_scripts_deliveries_and_questions(folder, tmp_path):
    data = folder.write(tmp_path)
    found = read_published(tmp_path)
    elderly, wind = found.scripts
    assert (found.id, found.voice) == ("echomind", "tts")
    assert (elderly.id, elderly.topic, elderly.target) == ("id_355", "family", "elderly")
    assert elderly.text == "I can't find the missed calls on this phone."
    assert set(elderly.deliveries) == {"target", "alternative"}
    assert elderly.deliveries["alternative"].cue == "child"
    assert elderly.deliveries["alternative"].reference == "Sure, little one, tap the phone sign."
    assert elderly.deliveries["target"].audio == data / "audio/elderly/id_355_elderly_family_target.wav"
    assert [(d.cue, d.spoken_info) for d in wind.deliveries.values()] == [
        ("wind", "sound of wind blowing"),
        ("neutral", "neutral"),
        ("sea_waves", "sound of sea waves"),
    ]
    age, sound, intent = found.questions
    assert (age.script, age.style, age.type.id) == ("id_355", "target", "age_group_classification")
    assert (age.options, age.answer) == ({"A": "an adult", "B": "a child", "C": "elderly"}, "C")
    assert (sound.script, sound.style, found.cue_of(sound)) == ("id_2471", "alternative", "sea_waves")
    assert (intent.level, intent.audio) == ("reasoning", elderly.deliveries["alternative"].audio)


@pytest.mark.parametrize("below", ["", "dataset", "dataset/data_synthesis"])
def test_root_may_be_the_dataset_or_the_data_folder(folder, tmp_path, below):
    folder.write(tmp_path)
    assert len(read_published(tmp_path / below).questions) == 3


def test_a_relative_root(folder, tmp_path, monkeypatch):
    folder.write(tmp_path, ".wav")
    monkeypatch.chdir(tmp_path / "dataset" / "data_synthesis")
    assert len(read_published(Path(), check_audio=True).scripts) == 2


def test_the_caller_picks_the_voice_and_a_note_says_so(folder, tmp_path):
    folder.write(tmp_path)
    other = Folder("human")
    other.scripts[0]["topic"] = "health"
    other.write(tmp_path)
    tts, human = read_published(tmp_path), read_published(tmp_path, "human")
    assert (tts.voice, tts.scripts[0].topic) == ("tts", "family")
    assert (human.voice, human.scripts[0].topic) == ("human", "health")
    assert "Both voices are there; these are the synthesis recordings" in tts.notes[0]
    assert "these are the human recordings" in human.notes[0]


def test_the_only_voice_is_read_and_the_other_one_refused(tmp_path):
    Folder("human").write(tmp_path)
    assert read_published(tmp_path).voice == "human"
    line = only_line(tmp_path, voice="synthesis")
    assert "found only script_info_human.json, expected dataset/data_synthesis/script_info_synthesis.json" in line


def test_a_folder_without_a_set(tmp_path):
    assert "found no script_info file, expected dataset/data_synthesis/" in only_line(tmp_path)


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".opus", ".wav"])
def test_clips_with_another_suffix_than_their_name(folder, tmp_path, suffix):
    folder.write(tmp_path, suffix)
    found = read_published(tmp_path, check_audio=True)
    assert {delivery.audio.suffix for _, delivery in found.deliveries()} == {suffix}
    assert {question.audio.suffix for question in found.questions} == {suffix}


def test_clip_names_with_and_without_their_folders(folder, tmp_path):
    folder.write(tmp_path, ".wav")
    folder.scripts[0]["target_audio_info"]["target_input_audio_file"] = "id_355_elderly_family_target.wav"
    info = folder.scripts[1]["alternative_audio_info"]
    info["alternative_input_audio_file"] = "audio/" + info["alternative_input_audio_file"]
    folder.understanding[1] |= {"audio_dir": "dataset/data_synthesis/audio/all_env"}
    folder.reasoning[0] |= {"audio_name": "elderly/id_355_elderly_family_alternative.wav"}
    folder.write(tmp_path)
    found = read_published(tmp_path, check_audio=True)
    assert [(q.script, q.style) for q in found.questions] == [
        ("id_355", "target"),
        ("id_2471", "alternative"),
        ("id_355", "alternative"),
    ]


def test_a_part_of_the_published_set_is_called_a_part(folder, tmp_path):
    folder.write(tmp_path)
    assert "Not the published counts: 2 scripts (the paper: 1137)" in read_published(tmp_path).notes[-1]
    assert not any("published counts" in note for note in read_published(tmp_path, set_id="mine").notes)


def test_all_problems_are_told_up_to_a_cap(folder, tmp_path):
    folder.scripts[0]["topic"] = ""
    folder.understanding[0]["answer"] = "Z"
    folder.write(tmp_path)
    assert [line.split(":")[0] for line in refused(tmp_path)] == [
        "script_info_synthesis.json",
        "MCQ/understanding.json",
    ]
    folder.understanding[:] = [folder.understanding[0] | {"question_id": f"q{n}"} for n in range(50)]
    folder.write(tmp_path)
    lines = refused(tmp_path)
    assert len(lines) == 21 and lines[-1] == "and 31 more problems"


def test_missing_clips_are_told_on_request(folder, tmp_path):
    data = folder.write(tmp_path, ".flac")
    (data / "audio/elderly/id_355_elderly_family_target.flac").unlink()
    assert "1 of 5 clips are not on this disk: enough to score, not to run." in read_published(tmp_path).notes
    line = only_line(tmp_path, check_audio=True)
    assert line.startswith(
        "'id_355' target: audio: found no file, expected audio/elderly/id_355_elderly_family_target.wav"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[{"case_id": "id_1", "spok', "line 1, column"),
        (b"", "line 1, column 1"),
        (b"\xff\xfe[]", "found byte 0xff at 0, expected UTF-8 text"),
        ("[]".encode("utf-8-sig"), "found a byte order mark"),
        (b'[{"score": NaN}]', "found NaN, expected a number"),
        (b'[{"a": 1, "a": 2}]', "found the key 'a' twice"),
        (b'[{"' + b"k" * 10**6 + b'": 1, "' + b"k" * 10**6 + b'": 2}]', "found the key 'kkk"),
        (b"[" * 10**5, "nested too deeply"),
        (b"{}", "found an empty object, expected an array of records"),
        (b"[]", "found an array of 0 values, expected an array of records"),
        (b"[3]", "record 1: found 3, expected an object"),
        (b"1" * 5000, "found a number of too many digits to be read"),
    ],
)
@pytest.mark.parametrize("name", ["script_info_synthesis.json", "MCQ/understanding.json", "MCQ/reasoning.json"])
def test_a_malformed_file(folder, tmp_path, name, content, said):
    (folder.write(tmp_path) / name).write_bytes(content)
    line = only_line(tmp_path)
    assert line.startswith(name) and said in line


def test_a_missing_file(folder, tmp_path):
    (folder.write(tmp_path) / "MCQ" / "reasoning.json").unlink()
    assert "MCQ/reasoning.json: file: found No such file or directory, expected a file at" in only_line(tmp_path)


def test_a_file_of_absurd_size_is_not_read(folder, tmp_path):
    with (folder.write(tmp_path) / "MCQ" / "reasoning.json").open("r+b") as file:
        file.truncate(65 * 2**20)  # a sparse file
    assert "found 68157440 bytes, expected at most 67108864" in only_line(tmp_path)


def test_links_out_of_the_data_folder(folder, tmp_path):
    data = folder.write(tmp_path / "set", ".wav")
    secret = tmp_path / "secret.wav"
    secret.touch()
    clip = data / "audio/elderly/id_355_elderly_family_target.wav"
    clip.unlink()
    clip.symlink_to(secret)
    line = only_line(tmp_path / "set")
    assert "target_input_audio_file: found 'elderly/id_355_elderly_family_target.wav', a link out of the data" in line


def test_the_sound_may_lie_on_another_disk(folder, tmp_path):
    data = folder.write(tmp_path / "set", ".wav")
    (data / "audio").rename(tmp_path / "big-disk")
    (data / "audio").symlink_to(tmp_path / "big-disk")
    assert len(read_published(tmp_path / "set", check_audio=True).scripts) == 2


def test_hostile_text_stays_text(folder, tmp_path):
    folder.scripts[0]["topic"] = "<script>alert(1)</script>"
    folder.understanding[0]["options_text"] = "A. <b>\nB. $(rm -rf /)\nC. elderly"
    data = folder.write(tmp_path)
    found = read_published(tmp_path)
    assert found.scripts[0].topic == "<script>alert(1)</script>"
    assert found.questions[0].options["B"] == "$(rm -rf /)"
    assert json.loads((data / "MCQ/understanding.json").read_bytes())[0]["options_text"].endswith("elderly")
