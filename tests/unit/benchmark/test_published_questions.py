"""Questions, types and answer keys in every dialect that is plausible; what is malformed is told in one line."""

import pytest

from echomind.benchmark.published import read_published
from tests.unit.benchmark.made_folders import Folder, only_line, put, refused


@pytest.fixture
def folder():
    return Folder()


@pytest.mark.parametrize(
    "key", ["answer", "Correct Answer", "answer_key", "GOLD", "label", "ground-truth", "rightAnswer"]
)
@pytest.mark.parametrize("form", ["{}", "{}.", "({})", "{}) ", "Option {}"])
def test_answer_keys_and_letters(folder, tmp_path, key, form):
    for question in folder.questions:
        question[key] = form.format(question.pop("answer").lower())
    folder.write(tmp_path)
    found = read_published(tmp_path)
    assert [question.answer for question in found.questions] == ["C", "B", "A"]
    assert f"Right answers were read from the field '{key}' (3)." in found.notes


def test_answers_in_full_text_or_inside_an_object(folder, tmp_path):
    folder.understanding[0]["answer"] = "Elderly."
    folder.understanding[1]["answer"] = "B. sea waves"
    folder.reasoning[0]["answer"] = {"key": "A", "why": "she asks"}
    folder.write(tmp_path)
    found = read_published(tmp_path)
    assert [question.answer for question in found.questions] == ["C", "B", "A"]
    assert "'answer' (2), 'answer.key' (1)" in " ".join(found.notes)


def test_a_name_that_nobody_could_guess_is_given(folder, tmp_path):
    for question in folder.questions:
        question["loesung"] = question.pop("answer")
    folder.write(tmp_path)
    understanding, reasoning = refused(tmp_path)
    assert understanding.startswith("MCQ/understanding.json: all 2 records: right answer: found only the fields [")
    assert "'loesung'" in understanding and "'loesung'" in reasoning
    assert [question.answer for question in read_published(tmp_path, answer_field="Loesung").questions] == [
        "C",
        "B",
        "A",
    ]


def test_without_answers(folder, tmp_path):
    for question in folder.questions:
        del question["answer"]
    folder.write(tmp_path)
    found = read_published(tmp_path, require_answers=False)
    assert [question.answer for question in found.questions] == [None, None, None]
    assert "3 of 3 questions have no right answer: accuracy needs one." in found.notes


def test_an_answer_that_is_missing_once_is_told_with_its_record(folder, tmp_path):
    folder.understanding[1]["answer"] = ""
    folder.write(tmp_path)
    line = only_line(tmp_path)
    assert line.startswith("MCQ/understanding.json: record 2 ('sound-1'): right answer: found only the fields [")


def test_answer_fields_that_disagree(folder, tmp_path):
    folder.reasoning[0]["gold"] = "B"
    folder.write(tmp_path)
    assert "('intent-1'): gold: found the answer B while answer says A, expected one right answer" in only_line(
        tmp_path
    )


@pytest.mark.parametrize("key", ["type", "Task", "sub_task", "question-type", "anything_else"])
@pytest.mark.parametrize("label", ["age_group_classification", "fine-grained AGE group classification"])
def test_question_types_under_other_names(folder, tmp_path, key, label):
    del folder.understanding[0]["question_type"]
    folder.understanding[0][key] = label
    folder.write(tmp_path)
    found = read_published(tmp_path)
    assert found.questions[0].type.id == "age_group_classification"
    assert f"'{key}' (1)" in " ".join(found.notes)


def test_a_question_type_in_the_id(folder, tmp_path):
    del folder.understanding[0]["question_type"]
    folder.understanding[0]["question_id"] = "age_group_classification_0012"
    folder.write(tmp_path)
    assert read_published(tmp_path).questions[0].type.id == "age_group_classification"


def test_a_question_may_name_its_case_and_style_instead_of_a_clip(folder, tmp_path):
    question = folder.understanding[0]
    del question["audio_dir"], question["audio_name"]
    question |= {"case_id": "355", "style": "Alternative"}
    folder.write(tmp_path)
    found = read_published(tmp_path).questions[0]
    assert (found.script, found.style) == ("id_355", "alternative")
    assert found.audio.name == "id_355_elderly_family_alternative.wav"


def test_two_scripts_with_one_clip_name_are_told_apart_by_folder(folder, tmp_path):
    for script, name in zip(folder.scripts, ("one", "two"), strict=True):
        script["target_audio_info"]["target_input_audio_file"] = f"{name}/a.wav"
    folder.understanding[0] |= {"audio_dir": "two", "audio_name": "a.wav"}
    folder.write(tmp_path)
    assert read_published(tmp_path).questions[0].script == "id_2471"


QUESTION_FAULTS = [
    ("question_id", True, "question_id: found true, expected text"),
    ("question", "", "question: found only the fields ["),
    ("question_type", "Mind Reading", "question_type: found 'Mind Reading', expected one of the 18 official labels"),
    ("question_type", "Speaker Intent Recognition", "a type of reasoning, expected a type of understanding"),
    ("options_text", "A. x\nC. y", r"options_text: found 'A. x\nC. y' (A C), expected at least two options lettered"),
    ("options_text", "young or old", "options_text: found 'young or old' (no option), expected at least two options"),
    ("options_text", 5, "options_text: found 5, expected a text, a list or an object of options"),
    ("options_text", "A. x\nB.", "options_text: found option B empty, expected a text"),
    ("answer", "E", "answer: found 'E', which is no option, expected a letter A to C or an option's text"),
    ("answer", 2, "answer: found 2, which is no option"),
    ("answer", "very old", "answer: found 'very old', which is no option"),
    ("audio_name", "../x.wav", "audio_name: found '../x.wav', expected a relative path inside the data folder"),
    ("audio_dir", "/share/audio", "audio_dir: found '/share/audio', expected a relative path"),
    ("audio_name", "else.wav", "found 'elderly/else.wav', and no case_id and style, expected the clip of one"),
    ("audio_name", "id_355_elderly_family_neutral.wav", "found the neutral delivery, expected one that 'id_355' has"),
    ("case_id", "id_2471", "audio_name: found the clip of id_355 target, expected the clip of id_2471"),
    ("style", "alternative", "found the clip of id_355 target, expected the clip of one script alternative"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "said"), QUESTION_FAULTS)
def test_a_malformed_question(folder, tmp_path, field, value, said):
    put(folder.understanding[0], field, value)
    folder.write(tmp_path)
    line = only_line(tmp_path)
    assert line.startswith("MCQ/understanding.json: record 1") and said in line


def test_question_ids_are_unique_over_both_levels(folder, tmp_path):
    folder.reasoning[0]["question_id"] = "age-1"
    folder.write(tmp_path)
    line = only_line(tmp_path)
    assert "MCQ/reasoning.json: record 1 ('age-1')" in line and "(it is in MCQ/understanding.json)" in line


def test_a_clip_name_that_says_another_case_than_the_record(folder, tmp_path):
    folder.understanding[0] |= {"case_id": "id_355", "audio_name": "id_2471_rain_work_target.wav"}
    folder.write(tmp_path)
    assert "audio_name: found a clip of id_2471 target, expected one of id_355" in only_line(tmp_path)


def test_a_clip_that_two_deliveries_share_needs_case_and_style(folder, tmp_path):
    clip = folder.scripts[0]["target_audio_info"]["target_input_audio_file"]
    folder.scripts[0]["alternative_audio_info"]["alternative_input_audio_file"] = clip
    folder.reasoning[0] |= {"audio_name": folder.understanding[0]["audio_name"], "style": "alternative"}
    folder.write(tmp_path)
    assert "('age-1'): audio_name: found the clip of id_355 target, id_355 alternative" in only_line(tmp_path)
    folder.understanding[0]["style"] = "target"
    folder.write(tmp_path)
    assert [q.style for q in read_published(tmp_path).questions] == ["target", "alternative", "alternative"]


def test_a_question_with_a_clip_of_its_own(folder, tmp_path):
    folder.understanding[0] |= {"case_id": "id_355", "style": "target", "audio_name": "cut.wav"}
    data = folder.write(tmp_path)
    found = read_published(tmp_path).questions[0]
    assert (found.script, found.style, found.audio) == ("id_355", "target", data / "audio" / "elderly" / "cut.wav")


def test_a_case_or_style_that_no_script_has_is_noted_where_the_clip_says_all(folder, tmp_path):
    folder.understanding[0]["case_id"] = "pool-7"
    folder.understanding[1]["style"] = "breezy"
    folder.write(tmp_path)
    found = read_published(tmp_path)
    assert (found.questions[0].script, found.questions[1].style) == ("id_355", "alternative")
    assert "2 questions name a case or style that no script has: their clip places them." in found.notes


def test_keys_that_fit_no_option_are_counted_where_answers_are_not_required(folder, tmp_path):
    folder.understanding[0]["answer"] = "Z"
    folder.write(tmp_path)
    found = read_published(tmp_path, require_answers=False)
    assert [question.answer for question in found.questions] == [None, "B", "A"]
    assert "1 of 3 questions have no right answer (1 have one that is no option): accuracy needs one." in found.notes
