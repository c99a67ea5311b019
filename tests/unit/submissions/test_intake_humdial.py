"""Uploads to HumDial's board: the challenge's own dialogues, with replies."""

import pytest

from echomind.settings import Settings
from echomind.submissions.intake import Incoming, accept, check_files
from tests.unit.scoring.made_dialogues import dialogue
from tests.unit.submissions.made_challenge import challenge_files, write_references
from tests.unit.submissions.made_sounds import sound
from tests.unit.submissions.made_uploads import ME, made_form, zipped


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(humdial_set=str(write_references(tmp_path_factory.mktemp("HD-Track1-Test"))))


def checked(files, settings, form=None):
    found = check_files(zipped(files), "humdial", form, settings)
    return found, found.lines()


FORM = {"board": "humdial", "voice": "human"}


def test_a_whole_submission_is_taken(settings):
    found, _ = checked(challenge_files(), settings, made_form(**FORM))
    assert found.ok, found.lines()
    assert {name: (p.expected, p.answered, p.failed) for name, p in found.coverage.items()} == {
        f"t{task}_{language}": (3, 3, 0) for task in (1, 2, 3) for language in ("zh", "en")
    }
    assert (found.answered, found.expected) == (18, 18) and len(found.kept) == 12
    assert found.warning_lines() == ["judges and people mark HumDial: a person will see to it before there is a score"]
    assert {"t1_avg_zh", "t3_d2_judge_en"} <= {metric.id for metric in found.preview.metrics}
    assert found.preview.absent["final_overall"] == "it needs people's ratings"


def test_it_is_kept_with_its_sound(settings):
    receipt, kept = accept(zipped(challenge_files()), made_form(**FORM), ME, settings)
    assert sorted(name.partition(".")[2] for name in kept) == ["jsonl"] * 6 + ["wav"] * 6
    assert {file.sent_as for file in receipt.files} == set(challenge_files())


def test_missing_and_silent_dialogues_are_told_and_count(settings):
    files = challenge_files(task1_3_zh_0001=dialogue(1, "zh", 1, ""))
    del files["en/HD-Track1-T2/HD-Track1-T2.jsonl"]
    found, _ = checked(files, settings)
    assert found.ok
    assert [found.coverage[part].model_dump() for part in ("t1_zh", "t2_en")] == [
        {"expected": 3, "answered": 3, "failed": 1},
        {"expected": 3, "answered": 0, "failed": 0},
    ]
    assert "task2_3_en_0001: 0 of 3 dialogues of task 2 in en; the others count as failed" in found.warning_lines()
    assert found.preview.absent["t2_avg_en"] == "no dialogues of this task and language were handed in"


def changed_turn(**changes):
    line = dialogue(1, "en", 2)
    line["turns"][1] |= changes
    return line


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (changed_turn(emotion="happy"), "turn 2: emotion: found 'happy', expected 'sad', as in the test set"),
        (changed_turn(text="Fine."), "turn 2: text: found 'Fine.', expected 'I lost my keys.', as in the test set"),
        (changed_turn(turn_id=7), "turn 2: id: found '7', expected '2', as in the test set"),
        (dialogue(1, "en", 2) | {"turns": changed_turn()["turns"][:2]}, "turns: found 2 turns, expected 3, as in"),
    ],
)
def test_words_and_emotions_have_to_be_the_test_sets(settings, line, told):
    _, [only] = checked(challenge_files(task1_3_en_0002=line), settings)
    assert only.startswith(f"task1_3_en_0002: {told}")


def test_dialogues_of_somewhere_else(settings):
    _, [only] = checked(challenge_files(task1_3_en_0002=dialogue(1, "en", 77)), settings)
    expected = "found 'task1_3_en_0077', expected one of the 18 dialogues of the test set"
    assert only == f"task1_3_en_0077: dialogue_id: {expected}"


def test_faults_of_the_files_are_told_as_by_the_reader(settings):
    _, lines = checked(
        challenge_files() | {"en/HD-Track1-T1/HD-Track1-T1.jsonl": b'{"dialogue_id": NaN}\n[]\n'}, settings
    )
    assert [line.partition(": ")[0] for line in lines] == ["en/HD-Track1-T1/HD-Track1-T1.jsonl"] * 2
    found = check_files([Incoming("d.jsonl", b"\n\n")], "humdial", None, settings)
    assert found.lines() == ["d.jsonl: found an empty file, expected a file in JSON Lines"]
    assert not check_files(zipped({"a.wav": sound()}), "humdial", None, settings).ok
