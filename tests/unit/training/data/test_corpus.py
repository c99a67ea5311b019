import random

import pytest

from echomind.errors import DataError
from echomind.slm.configuration import CONFIDENCES, THINKING_EMOTIONS
from echomind.taxonomy import ATTRIBUTES, CATEGORIES, NONE
from echomind.training.data.corpus import (
    EMOTION_OF_GROUP,
    GROUP_OF_CUE,
    as_heard,
    compose,
    load_openers,
    load_scenarios,
    sample_example,
    scenarios_of,
    words_of,
)


def test_every_scenario_has_a_cause_and_a_body_for_every_feeling():
    for scenario in load_scenarios():
        assert len(scenario.utterances) >= 9, scenario.id
        for group in EMOTION_OF_GROUP:
            assert scenario.bodies[group], scenario.id
            assert group == "plain" or scenario.causes[group], scenario.id


def test_every_cue_has_openers():
    openers = load_openers()["openers"]
    assert set(openers) == {*ATTRIBUTES, NONE}
    assert min(map(len, openers.values())) >= 30


def test_no_utterance_is_in_both_parts():
    train = {u for s in scenarios_of("train") for u in s.utterances}
    test = {u for s in scenarios_of("test") for u in s.utterances}
    assert not train & test
    assert 0.05 < len(test) / (len(train) + len(test)) < 0.16


@pytest.mark.parametrize("cue", [NONE, *ATTRIBUTES])
def test_an_example_fits_its_cue(cue):
    scenario = load_scenarios()[0]
    example = compose(scenario, scenario.utterances[0], cue, random.Random(1))
    present = {v for v in example.cues.values() if v not in (NONE, "adult")}
    assert present - {"male", "female"} <= {cue}
    assert set(example.cues) == {c.id for c in CATEGORIES}
    assert example.emotion == EMOTION_OF_GROUP[GROUP_OF_CUE.get(cue, "plain")]
    assert example.confidence in CONFIDENCES
    assert example.cause
    assert example.reply[-1] in ".!?"


def test_the_same_words_get_another_reply_in_another_delivery():
    scenario = load_scenarios()[3]
    replies = {c: compose(scenario, scenario.utterances[0], c, random.Random(0)).reply for c in ("happy", "sad", NONE)}
    assert len(set(replies.values())) == 3


def test_samples_cover_all_cues_and_emotions():
    rng = random.Random(0)
    drawn = [sample_example(scenarios_of("train"), rng) for _ in range(3000)]
    assert {e.emotion for e in drawn} == set(THINKING_EMOTIONS)
    assert {v for e in drawn for v in e.cues.values()} >= set(ATTRIBUTES)


def test_cues_in_words():
    labels = {"gender": "female", "age": "adult", "emotion": "sad", "weather": "rain"}
    assert words_of(labels, "strongly") == "a woman; strongly sad; rain"
    assert words_of({"gender": "male", "emotion": NONE}) == "a man; neutral"


def test_as_heard_keeps_words_and_drops_the_rest():
    assert as_heard("Well, I can’t - not at 9!") == "well i can't not at 9"


def test_a_malformed_scenario_is_named_with_its_line(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"id": "a"}\n')
    with pytest.raises(DataError, match=r"x\.jsonl:1"):
        load_scenarios.__wrapped__(tmp_path)
