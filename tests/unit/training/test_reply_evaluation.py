import math

import numpy as np
import pytest

from echomind.models.protocol import Thinking
from echomind.models.slm import load_slm
from echomind.slm.configuration import EMOTION_OF_CUE
from echomind.training.held_out import heard_in, scenarios_held_out
from echomind.training.reply_evaluation import (
    DELIVERIES,
    Answered,
    answer_all,
    asked,
    differ,
    differing,
    distinct_2,
    figures_of,
    is_complete,
    perplexity,
    repeats,
    sampled,
    share,
)


@pytest.fixture(scope="module")
def slm(tiny_checkpoint):
    return load_slm(str(tiny_checkpoint))


def letters(texts):
    """A vector by the first letter: texts that begin alike are the same."""
    found = np.zeros((len(texts), 26))
    for i, text in enumerate(texts):
        found[i, ord(text[0].lower()) - ord("a")] = 1
    return found


def test_the_halves_of_the_held_out_situations_are_apart_and_no_stage_sees_them():
    dev, measured = (scenarios_held_out(half) for half in ("dev", "measured"))
    assert {s.part for s in (*dev, *measured)} == {"test"}
    assert not {s.id for s in dev} & {s.id for s in measured}
    assert len(dev) > 10
    assert len(measured) > 10


def test_utterances_are_asked_in_three_ways_of_different_feelings():
    examples = asked(30)
    assert len({d["target"].transcript for d in examples}) == 30
    for deliveries in examples:
        assert tuple(deliveries) == DELIVERIES
        assert len({e.transcript for e in deliveries.values()}) == 1
        assert len({e.emotion for e in deliveries.values()}) == 3
        assert deliveries["neutral"].emotion == "neutral"
        assert heard_in(deliveries["neutral"]) == {}
        assert any(EMOTION_OF_CUE.get(cue) == deliveries["target"].emotion for cue in heard_in(deliveries["target"]))
    assert {s.id for s in scenarios_held_out("measured")} >= {d["target"].scenario for d in examples}
    assert asked(5) == examples[:5] or [d["target"].transcript for d in asked(5)] == [
        d["target"].transcript for d in examples[:5]
    ]


@pytest.mark.parametrize(
    "reply", ["You sound glad.", "Oh! Oh wow. Who was it?", 'He said "no."', "At 12.5 or so? Fine."]
)
def test_whole_sentences_are_complete(reply):
    assert is_complete(reply)


@pytest.mark.parametrize(
    "reply",
    ["You sound", "You sound glad. And then", "", "...", "I am here <eos>.", "I am here for you, I am here for you."],
)
def test_other_replies_are_not(reply):
    assert not is_complete(reply)


def test_four_words_may_not_come_twice():
    assert repeats("one two three four and one two three four")
    assert not repeats("one two three and one two three")


def test_distinct_2_by_hand():
    assert distinct_2(["a b a b", "a b"]) == pytest.approx(2 / 4)  # ab, ba of ab ba ab ab
    assert distinct_2(["word"]) == 0


def test_replies_differ_when_both_meaning_and_words_do():
    assert differ("karate is over", "the boat was sold", cosine=0.2)
    assert not differ("karate is over", "the boat was sold", cosine=0.9)
    assert not differ("the karate exam", "that karate exam", cosine=0.2)
    assert differing([("ab karate", "zb boat"), ("ab karate", "ab boat")], letters) == [True, False]


def test_a_share_has_an_interval_around_it():
    found = share([True] * 30 + [False] * 10)
    assert found["value"] == 0.75
    assert found["interval"][0] < 0.75 < found["interval"][1]
    assert found["n"] == 40


def made(reply: str, cause: str, emotion: str, number: int = 0) -> list[Answered]:
    deliveries = asked(number + 1)[number]
    return [
        Answered(number, d, "sad", e, Thinking(emotion, cause, 0.6), reply if d == "target" else "Zebras sleep.")
        for d, e in deliveries.items()
    ]


def test_figures_say_what_the_replies_are():
    answers = made("A xylophone for your quokka", "nothing at all", "neutral")
    figures = figures_of(answers, letters)
    assert figures["utterances"] == 1
    assert figures["complete"]["value"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["differ"]["value"] == 1
    assert figures["invents_nothing"]["value"] == 0  # nobody spoke of zebras
    assert figures["cause_of_the_words"]["value"] == 0
    assert figures["emotion_told"]["value"] == pytest.approx(1 / 3, abs=1e-3)


def test_the_sample_holds_all_deliveries_of_an_utterance_as_they_are():
    answers = [a for number in range(4) for a in made("You sound sad.", "of it", "sad", number)]
    found = sampled(answers, 2)
    assert [row["delivery"] for row in found] == list(DELIVERIES) * 2
    assert len({row["utterance"] for row in found}) == 2
    assert found[0]["reply"] == "You sound sad."
    assert sampled(answers, 9) == sampled(answers, 4)


def test_perplexity_is_that_of_the_reply_alone(slm):
    example = asked(1)[0]["target"]
    value, tokens = perplexity(slm, [example])
    assert tokens == len(slm.processor.encode(example.reply)) + 1
    vocabulary = slm.model.config.text_config.vocab_size
    assert 0.3 < math.log(value) / math.log(vocabulary) < 1.7  # untrained: about as likely as any token


def test_every_delivery_is_answered(slm):
    answers = answer_all(slm, asked(1))
    assert [a.delivery for a in answers] == list(DELIVERIES)
    assert all(is_complete(a.reply) or a.reply[-1] in ".!?" for a in answers)
    assert all(isinstance(a.thinking, Thinking) for a in answers)
