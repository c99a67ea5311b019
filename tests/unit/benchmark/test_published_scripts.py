"""Scripts in every dialect that is plausible; what is malformed is told in one line."""

import pytest

from echomind.benchmark.items import UNKNOWN
from echomind.benchmark.published import read_published
from tests.unit.benchmark.made_folders import Folder, only_line, put


@pytest.fixture
def folder():
    return Folder()


@pytest.mark.parametrize("where", ["record", "Text", "info"])
def test_words_under_other_names(folder, tmp_path, where):
    for script in folder.scripts:
        words = script.pop("input_text")
        if where == "info":
            script["target_audio_info"]["target_input_transcript"] = words
        else:
            script[{"record": "speak_A", "Text": "Text"}[where]] = words
    folder.write(tmp_path)
    assert read_published(tmp_path).scripts[1].text == "We can start whenever you like."


@pytest.mark.parametrize("dialect", ["plain", "record", "object"])
def test_references_under_other_names(folder, tmp_path, dialect):
    for script in folder.scripts:
        for style in ("target", "neutral", "alternative"):
            info = script[f"{style}_audio_info"]
            reply = info.pop(f"{style}_response_text", None)
            if reply and dialect == "plain":
                info["Reference Response"] = reply
            elif reply and dialect == "record":
                script[f"{style}_response"] = reply
            elif reply:
                script.setdefault("references", {})[style] = reply
    folder.write(tmp_path)
    assert (
        read_published(tmp_path).scripts[1].deliveries["alternative"].reference == "How lovely, the sea! Let us start."
    )


def test_what_a_set_does_not_hold_is_empty_and_noted_with_the_fields_that_are_there(folder, tmp_path):
    for script in folder.scripts:
        del script["input_text"]
        for style in ("target", "neutral", "alternative"):
            script[f"{style}_audio_info"].pop(f"{style}_response_text", None)
    folder.write(tmp_path)
    found = read_published(tmp_path)
    assert [script.text for script in found.scripts] == ["", ""]
    assert {delivery.reference for _, delivery in found.deliveries()} == {""}
    words, references = (next(n for n in found.notes if what in n) for what in ("words", "reference reply"))
    assert words.startswith("2 of 2 scripts") and "'spoken_info'" in words
    assert references.startswith("2 of 2 scripts") and "'target_input_audio_file'" in references
    assert "1 of 2 scripts have no neutral delivery." in found.notes


def test_predictions_in_an_output_file_are_never_taken_for_references(folder, tmp_path):
    del folder.scripts[0]["target_audio_info"]["target_response_text"]
    folder.scripts[0] |= {
        "ouput_prompt": "basic",
        "output_content": {"target": {"response_text": "a model's words"}},
        "predicted_answer": "a model's transcript",
    }
    folder.understanding[0] |= {"prediected_audio_file": "x.wav", "predicted_text_answer": "A"}
    folder.write(tmp_path)
    found = read_published(tmp_path)
    assert found.scripts[0].deliveries["target"].reference == ""
    assert found.questions[0].answer == "C"


def test_an_alternative_cue_that_is_not_told_is_unknown(folder, tmp_path):
    """Official clip names repeat the script's cue in all deliveries: ..._elderly_..._alternative is a child."""
    del folder.scripts[0]["alternative_audio_info"]["alternative_spoken_info"]
    folder.write(tmp_path)
    found = read_published(tmp_path)
    alternative = found.scripts[0].deliveries["alternative"]
    assert (alternative.cue, alternative.spoken_info, alternative.category) == (UNKNOWN, "", None)
    assert "The set does not say the cue of 1 alternative deliveries: it is 'unknown'." in found.notes


def test_an_alternative_cue_from_a_clip_name_that_tells_another_cue(folder, tmp_path):
    info = folder.scripts[0]["alternative_audio_info"]
    del info["alternative_spoken_info"]
    info["alternative_input_audio_file"] = "child/id_355_child_family_alternative.wav"
    folder.reasoning[0] |= {"audio_dir": "child", "audio_name": "id_355_child_family_alternative.wav"}
    folder.write(tmp_path)
    assert read_published(tmp_path).scripts[0].deliveries["alternative"].cue == "child"


def test_an_alternative_cue_in_other_words_is_kept_as_words(folder, tmp_path):
    folder.scripts[0]["alternative_audio_info"]["alternative_spoken_info"] = "a small kid"
    folder.write(tmp_path)
    found = read_published(tmp_path)
    assert found.scripts[0].deliveries["alternative"].cue == UNKNOWN
    assert found.scripts[0].deliveries["alternative"].spoken_info == "a small kid"
    assert "1 of them in words outside the vocabulary" in " ".join(found.notes)


def test_kinds_of_music_are_one_attribute_but_two_cues(folder, tmp_path):
    folder.scripts[1]["spoken_info"] = folder.scripts[1]["target_audio_info"]["target_spoken_info"] = (
        "sound of sad music"
    )
    folder.scripts[1]["alternative_audio_info"]["alternative_spoken_info"] = "sound of happy music"
    folder.write(tmp_path)
    script = read_published(tmp_path).scripts[1]
    assert (script.target, script.deliveries["alternative"].cue) == ("music", "music")


def test_a_reference_recording_is_named_where_it_is_on_disk(folder, tmp_path):
    for script in folder.scripts:
        script["target_audio_info"]["target_response_audio_file"] = "one/reply.wav"
    folder.scripts[1]["target_audio_info"]["target_response_audio_file"] = "one/absent.wav"
    folder.write(tmp_path)
    reply = tmp_path / "dataset" / "audio_response" / "one" / "reply.wav"
    reply.parent.mkdir(parents=True)
    reply.touch()
    recordings = [script.deliveries["target"].reference_audio for script in read_published(tmp_path).scripts]
    assert recordings == [reply, None]


SCRIPT_FAULTS = [
    ("case_id", 1.5, "case_id: found 1.5, expected text"),
    ("case_id", None, "caseid: found only the fields ["),
    ("case_id", "../../x", "case_id: found '../../x', expected an id of printable characters without slashes"),
    ("case_id", "a\nb", r"case_id: found 'a\nb', expected an id of printable characters"),
    ("spoken_info", "purple voice", "('id_355'): spoken_info: found 'purple voice', expected one of the 45 official"),
    ("spoken_info", "neutral", "spoken_info: found 'neutral', expected one of the 45"),
    ("spoken_info", "", "spoken_info: found only the fields ["),
    ("topic", 7, "topic: found 7, expected text"),
    ("input_text", 7, "input_text: found 7, expected text"),
    ("input_text", "x" * 10**6, "input_text: found 1000000 characters, expected at most 20000"),
    ("input_text", "\ud800", r"input_text: found '\ud800', expected text without lone surrogates"),
    ("target_audio_info", "a.wav", "target_audio_info: found 'a.wav', expected an object"),
    ("target_audio_info", {}, "target_audio_info: found only the fields ["),
    ("target_audio_info", {"voice": "x"}, "target_input_audio_file: found only the fields ['voice'], expected a clip"),
    ("target_audio_info.target_spoken_info", "child", "found 'child', expected the script's own, 'elderly'"),
    ("alternative_audio_info.alternative_response_text", [1], "text: found an array of 1 values, expected text"),
    *(
        ("target_audio_info.target_input_audio_file", name, f"_input_audio_file: found {name!r}, expected a relative")
        for name in ("../../secret.wav", "/etc/passwd", "a/../../b.wav", "C:/x.wav", "a\\b.wav", "a\0b.wav")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "said"), SCRIPT_FAULTS)
def test_a_malformed_script(folder, tmp_path, field, value, said):
    put(folder.scripts[0], field, value)
    folder.write(tmp_path)
    line = only_line(tmp_path)
    assert line.startswith("script_info_synthesis.json: record 1") and said in line


def test_ids_that_are_there_twice(folder, tmp_path):
    folder.scripts[1]["case_id"] = "id_355"
    folder.write(tmp_path)
    assert "record 2 ('id_355'): case_id: found 'id_355' a second time, expected every id once" in only_line(tmp_path)
