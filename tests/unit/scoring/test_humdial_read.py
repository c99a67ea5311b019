import pytest

from echomind.benchmark.clips import SentClips
from echomind.errors import DataError
from echomind.scoring.humdial_read import read_dialogue_sources, read_dialogues, read_ratings
from echomind.scoring.problems import Problems
from echomind.scoring.read_files import Source
from tests.unit.scoring.made_dialogues import dialogue, write_challenge, write_lines, write_sound


def test_a_challenge_tree_is_read(tmp_path):
    reading = read_dialogues([write_challenge(tmp_path)])
    found = {d.id: d for d in reading.dialogues}
    assert len(found) == 18 and reading.notes == ()
    assert {(d.task, d.language) for d in found.values()} == {(t, c) for t in (1, 2, 3) for c in ("zh", "en")}
    first = found["task3_3_en_0001"]
    assert [(t.id, t.text, t.emotion) for t in first.turns] == [
        ("1", "A good day.", "happy"),
        ("2", "I lost my keys.", "sad"),
        ("3", "How did I feel?", "neutral"),
    ]
    assert [t.reply_audio and t.reply_audio.name for t in first.turns] == [None, "task3_3_en_0001_2_response.wav", None]


def test_the_other_field_names_are_read(tmp_path):
    turn = {"turn_id": "a", "input_text": "Hm.", "input_emotion": " fear ", "response_text": None}
    path = write_lines(tmp_path / "d.jsonl", {"dialogue_id": "task1_3_en_0001", "turns": [turn], "more": 1})
    [found] = read_dialogues([path]).dialogues
    assert (found.turns[0].id, found.turns[0].text, found.turns[0].emotion, found.turns[0].reply) == (
        "a",
        "Hm.",
        "fear",
        "",
    )


def test_the_place_of_a_file_says_what_an_id_does_not(tmp_path):
    path = write_lines(tmp_path / "zh" / "HD-Track1-T2" / "HD-Track1-T2.jsonl", dialogue(dialogue_id="d1"))
    [found] = read_dialogues([path]).dialogues
    assert (found.task, found.language) == (2, "zh")
    path = write_lines(tmp_path / "en" / "T3.jsonl", dialogue(dialogue_id="d1"))
    assert [(d.task, d.language) for d in read_dialogues([path]).dialogues] == [(3, "en")]


@pytest.mark.parametrize(("dialogue_id", "name"), [("d1", "some.jsonl"), ("task1_3_en_0001", "HD-Track1-T2.jsonl")])
def test_an_unclear_task_is_told(tmp_path, dialogue_id, name):
    path = write_lines(tmp_path / "data" / name, dialogue(dialogue_id=dialogue_id))
    with pytest.raises(
        DataError, match=rf"data/{name}: line 1: dialogue_id: found '{dialogue_id}', whose task and lang"
    ):
        read_dialogues([path])


def test_sound_is_found_by_its_name_or_by_the_convention(tmp_path):
    named, root = dialogue(3, number=1), tmp_path / "sound"
    named["turns"][1]["response_audio"] = "deep/reply.wav"
    by_convention, lost = dialogue(3, number=2), dialogue(3, number=3)
    lost["turns"][1]["response_audio"] = "gone.wav"
    path = write_lines(tmp_path / "d.jsonl", named, by_convention, lost)
    write_sound(root / "deep" / "reply.wav")
    write_sound(root / "task3_3_en_0002_2_response.wav")
    reading = read_dialogues([path], root)
    assert [d.turns[1].reply_audio for d in reading.dialogues] == [
        root / "deep" / "reply.wav",
        root / "task3_3_en_0002_2_response.wav",
        None,
    ]
    assert reading.notes == ("1 recordings of replies are named but not there",)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x.wav", "a\\b.wav", "C:/x.wav"])
def test_sound_is_looked_for_in_its_folder_alone(tmp_path, name):
    line = dialogue(3)
    line["turns"][1]["response_audio"] = name
    path = write_lines(tmp_path / "d.jsonl", line)
    with pytest.raises(
        DataError, match=r"line 1: task3_3_en_0001: turns.2.response_audio: found .* expected a relative"
    ):
        read_dialogues([path])


def test_what_the_organisers_removed_is_left_out(tmp_path):
    ids = ["task2_4_en_0002_0014", "task2_3_zh_0015_0001", "task2_5_zh_0015", "task2_4_en_0002_0015"]
    path = write_lines(tmp_path / "d.jsonl", *(dialogue(dialogue_id=i) for i in ids))
    reading = read_dialogues([path])
    assert [d.id for d in reading.dialogues] == ["task2_4_en_0002_0015"]
    assert reading.notes == ("3 dialogues left out that the organisers removed from the test set",)


def test_faults_are_told_with_line_turn_and_field(tmp_path):
    bad = [dialogue(number=n) for n in range(1, 9)]
    bad[1]["turns"] = []
    bad[2]["turns"][1] = "a turn"
    bad[3]["turns"][2]["emotion"] = " "
    del bad[4]["turns"][0]["text"]
    bad[5]["turns"][0]["response_text"] = 4
    bad[6]["turns"][1]["turn_id"] = 1
    bad[7]["dialogue_id"] = "task1_3_en_0001"
    path = write_lines(tmp_path / "set" / "d.jsonl", *bad, "{", dialogue(dialogue_id=None))
    with pytest.raises(DataError) as caught:
        read_dialogues([path])
    told = [line.removeprefix("set/d.jsonl: ") for line in str(caught.value).split("\n")]
    assert told == [
        "line 9, column 2: found Expecting property name enclosed in double quotes, expected valid JSON",
        "line 2: task1_3_en_0002: turns: found an array of 0 values, expected a list of 1 to 50 turns",
        "line 3: task1_3_en_0003: turns.2: found 'a turn', expected an object",
        "line 4: task1_3_en_0004: turns.3.emotion: found an empty text, expected the emotion of the turn",
        "line 5: task1_3_en_0005: turns.1.text: found no such field, expected text",
        "line 6: task1_3_en_0006: turns.1.response_text: found 4, expected text",
        "line 7: task1_3_en_0007: turns: found a turn_id twice, expected each turn once",
        "line 8: dialogue_id: found 'task1_3_en_0001' a second time,"
        " expected each dialogue once (it is in set/d.jsonl line 1)",
        "line 10: dialogue_id: found null, expected text",
    ]


def test_places_without_dialogues(tmp_path):
    with pytest.raises(DataError, match=r"found no file in this folder, expected dialogues in .jsonl files"):
        read_dialogues([tmp_path])
    with pytest.raises(DataError, match="found no file, expected HumDial dialogues"):
        read_dialogues([])
    with pytest.raises(DataError, match=r"gone.jsonl: found a file that cannot be read"):
        read_dialogues([tmp_path / "gone.jsonl"])


def test_ratings_are_means_over_raters(tmp_path):
    path = write_lines(
        tmp_path / "ratings.jsonl",
        {"dialogue_id": "d1", "rater": "p1", "t3_d2": 4, "t3_d3": 2},
        {"dialogue_id": "d1", "rater": "p2", "t3_d2": 5, "t3_d3": 3},
        {"dialogue_id": "d2", "t3_d2": 3.7, "t3_d3": 1},
    )
    assert read_ratings(path) == {"d1": (4.5, 2.5), "d2": (3.7, 1.0)}


def test_ratings_off_the_scale_or_twice_are_told(tmp_path):
    good = {"dialogue_id": "d1", "t3_d2": 4, "t3_d3": 2}
    path = write_lines(
        tmp_path / "ratings.jsonl",
        good,
        good,
        {**good, "dialogue_id": "d2", "t3_d2": 0.9},
        {**good, "dialogue_id": "d3", "t3_d3": "4"},
        {**good, "dialogue_id": "d4", "t3_d3": True},
        {"dialogue_id": "d5", "t3_d2": 4},
        {**good, "dialogue_id": "d6", "rater": 7},
    )
    with pytest.raises(DataError) as caught:
        read_ratings(path)
    assert [line.removeprefix("ratings.jsonl: ") for line in str(caught.value).split("\n")] == [
        "line 2: dialogue_id: found 'd1' a second time, expected each dialogue once, or a rater with every line",
        "line 3: t3_d2: found 0.9, expected a number from 1 to 5",
        "line 4: t3_d3: found '4', expected a number from 1 to 5",
        "line 5: t3_d3: found true, expected a number from 1 to 5",
        "line 6: t3_d3: found no such field, expected a number from 1 to 5",
        "line 7: rater: found 7, expected text",
    ]


def test_the_name_of_a_file_that_was_sent_says_what_its_place_would(tmp_path):
    lies = write_lines(tmp_path / "0001", dialogue(3, dialogue_id="d1"), dialogue(dialogue_id="d1"))
    sound = SentClips({"all/d1_2_response.wav": write_sound(tmp_path / "0002.wav")})
    problems = Problems()
    [found] = read_dialogue_sources([Source(lies, "zh/HD-Track1-T3.jsonl")], problems, sound=sound).dialogues
    assert (found.task, found.language) == (3, "zh")
    assert [turn.reply_audio for turn in found.turns] == [None, tmp_path / "0002.wav", None]
    assert [problem.line() for problem in problems.kept] == [
        "zh/HD-Track1-T3.jsonl: line 2: dialogue_id: found 'd1' a second time,"
        " expected each dialogue once (it is in zh/HD-Track1-T3.jsonl line 1)"
    ]


def test_without_sound_and_without_a_folder_no_sound_is_found(tmp_path):
    lies = write_lines(tmp_path / "0001", dialogue(3))
    write_sound(tmp_path / "task3_3_en_0001_2_response.wav")
    [found] = read_dialogue_sources([Source(lies, "d.jsonl")], Problems()).dialogues
    assert {turn.reply_audio for turn in found.turns} == {None}
