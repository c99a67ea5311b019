import json
from collections import Counter

import pytest

from echomind.benchmark.items import STYLES
from echomind.benchmark.mini_build import write_records
from echomind.benchmark.mini_items import chance, mini_items, question_counts
from echomind.benchmark.published import read_published
from echomind.benchmark.question_types import QUESTION_TYPES
from echomind.errors import ConfigurationError
from echomind.taxonomy import ATTRIBUTES


@pytest.fixture(scope="module")
def items():
    return mini_items(0)


def test_the_whole_set(items):
    assert len(items.scripts) == 171 and len(items.parts) == 3 * 171
    assert {s.target for s in items.scripts} == set(ATTRIBUTES)
    ids = [q.id for q in items.questions]
    assert len(set(ids)) == len(ids)
    counts = question_counts(items.questions)
    assert set(counts["type"]) == {kind.id for kind in QUESTION_TYPES} and min(counts["type"].values()) >= 30
    assert min(counts["level"].values()) >= 500
    for script in items.scripts:
        assert tuple(script.deliveries) == STYLES
        assert all(delivery.reference for delivery in script.deliveries.values())


def test_no_clip_is_asked_the_same_question_twice(items):
    asked = Counter((q.audio, q.question, tuple(sorted(q.options.values()))) for q in items.questions)
    assert set(asked.values()) == {1}


def test_the_same_seed_gives_the_same_items_and_another_one_others(items):
    assert mini_items(0) == items and mini_items(0).digest == items.digest
    assert mini_items(1).digest != items.digest


@pytest.mark.parametrize("limit", [1, 3, 40])
def test_a_limit_keeps_the_first_scripts_with_the_questions_they_have_in_the_whole_set(items, limit):
    part = mini_items(0, limit)
    assert part.scripts == items.scripts[:limit] and part.parts == items.parts[: 3 * limit]
    kept = {script.id for script in part.scripts}
    assert part.questions == tuple(q for q in items.questions if q.script in kept)


def test_a_limit_or_seed_that_cannot_be_is_refused():
    with pytest.raises(ConfigurationError, match="limit of 0"):
        mini_items(0, 0)
    with pytest.raises(ConfigurationError, match="seed -1"):
        mini_items(-1)


def test_the_reader_of_the_published_layout_reads_back_what_was_written(items, tmp_path):
    write_records(tmp_path, items)
    found = read_published(tmp_path, set_id="echomind-mini")
    assert found.digest == items.digest and found.voice == "tts"
    audio = tmp_path.absolute() / "dataset/data_synthesis/audio"
    for mine, read in zip(items.scripts, found.scripts, strict=True):
        assert (mine.id, mine.topic, mine.text, mine.target) == (read.id, read.topic, read.text, read.target)
        for style in STYLES:
            assert read.deliveries[style].audio == audio / mine.deliveries[style].audio
            assert read.deliveries[style].cue == mine.deliveries[style].cue
            assert read.deliveries[style].reference == mine.deliveries[style].reference
    assert [(q.id, q.type, q.style, q.options, q.answer) for q in found.questions if q.level == "reasoning"] == [
        (q.id, q.type, q.style, q.options, q.answer) for q in items.questions if q.level == "reasoning"
    ]


def test_records_are_as_the_released_code_reads_them(items, tmp_path):
    write_records(tmp_path, items)
    data = tmp_path / "dataset" / "data_synthesis"
    text = (data / "script_info_synthesis.json").read_text(encoding="utf-8")
    scripts = json.loads(text)
    assert text.startswith('[\n    {\n        "case_id": "mini-001",\n')  # an array, indented by four
    assert list(scripts[0]) == [
        "case_id",
        "spoken_info",
        "topic",
        "input_text",
        "target_audio_info",
        "neutral_audio_info",
        "alternative_audio_info",
    ]
    assert scripts[0]["target_audio_info"]["target_input_audio_file"] == "target/id_1_male_beauty_target.ogg"
    assert scripts[0]["neutral_audio_info"]["neutral_spoken_info"] == "neutral"
    for level in ("understanding", "reasoning"):
        for row in json.loads((data / "MCQ" / f"{level}.json").read_text(encoding="utf-8")):
            assert list(row) == [
                "question_id",
                "question_type",
                "case_id",
                "style",
                "audio_dir",
                "audio_name",
                "question",
                "options_text",
                "answer",
            ]
            assert row["options_text"].startswith("A. ") and f"\n{'B'}. " in row["options_text"]


def test_chance_is_that_of_a_uniform_guess(items):
    types = question_counts(items.questions)["type"]
    options = {kind.id: kind.options for kind in QUESTION_TYPES}
    expected = sum(count / options[kind] for kind, count in types.items()) / sum(types.values())
    assert chance(items.questions) == pytest.approx(expected)
    assert 0.25 < chance(items.questions, "reasoning") < chance(items.questions, "understanding") < 0.5
