import numpy as np
import pytest

from echomind.models.choosing import READ_LABELS
from echomind.models.lexicon import Lexicon
from echomind.models.ranking import CAUSE, GOING_ON, OPENING, Ranker, Weights, best, expected_labels


class ReadsWords:
    """Vectors by the words "sad" and "cat"; a text with "sad" reads as sad, all others as nothing."""

    def vectors(self, texts):
        found = np.array([["sad" in t, "cat" in t, 0.1] for t in texts], float)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def trained(self, vector):
        shares = np.zeros(len(READ_LABELS))
        shares[READ_LABELS.index("sad" if vector[0] > 0.5 else "none")] = 1.0
        return shares


def expected(emotion, **heard):
    return dict(zip(READ_LABELS, expected_labels(emotion, heard), strict=True))


def test_a_reply_may_speak_of_the_strongest_cue_of_the_emotion_and_less_of_the_others():
    found = expected("unwell", breath=0.6, cough=0.3, rain=0.2)
    assert found["breath"] == 1
    assert found["cough"] == pytest.approx(0.5)
    assert found["hoarse"] == 0
    assert found["rain"] == pytest.approx(0.2)
    assert found["happy"] == 0


def test_where_nothing_was_heard_a_reply_speaks_of_the_emotion_and_of_no_sound():
    found = expected("sad")
    assert found["sad"] == 1
    assert found["sobbing"] == found["sigh"] == found["angry"] == found["rain"] == 0
    found = expected("unwell")  # named by its sounds alone
    assert found["hoarse"] == found["breath"] == found["cough"] == found["moan"] == 1
    assert expected("neutral")["none"] == 1
    assert expected("surprise")["surprise"] == 1


def test_a_laugh_that_was_hardly_heard_is_not_spoken_of():
    found = expected("happy", laughter=0.03, happy=0.01)
    assert found["happy"] == pytest.approx(0.94)
    assert found["laughter"] == pytest.approx(0.06)
    found = expected("happy", laughter=0.9, happy=0.09)
    assert found["laughter"] == 1
    assert found["happy"] == pytest.approx(0.1)
    found = expected("sad", sad=0.3)
    assert found["sad"] == 1
    assert found["sobbing"] == 0


def test_features_say_what_they_say():
    ranker = Ranker(ReadsWords(), Lexicon(["the cat is ill"]), "the cat is ill", "sad", {"sad": 0.9})
    one, two = ranker.features(["a sad cat today", "what now"], [-1.0, -2.0], [-0.1, 0.0])
    assert (one.fluency, two.fluency) == (-1.0, -2.0)
    assert (one.sense, two.sense) == (-0.1, 0.0)
    assert one.agreement > two.agreement
    assert one.nearness > two.nearness
    assert (one.taken_up, two.taken_up) == (1.0, 0.0)
    assert ranker.faults("a sad cat today") == 0
    assert ranker.faults("what about the group project of your dad") >= 2


def test_without_a_reader_the_likelihoods_and_the_words_are_left():
    ranker = Ranker(None, Lexicon(["the cat"]), "the cat", "sad", {})
    for found in ranker.features(["a cat", "one cat"], [-1.0, -1.0], [0.0, 0.0]):
        assert found.agreement == found.nearness == 0.0
        assert found.taken_up == 1


def test_a_text_that_is_alone_is_compared_with_nothing():
    ranker = Ranker(None, Lexicon(["the cat"]), "the cat", "sad", {})
    reads = Ranker(ReadsWords(), Lexicon(["the cat"]), "the cat", "sad", {})
    assert reads.features(["a cat"], [-1.0], [0.0]) == ranker.features(["a cat"], [-1.0], [0.0])


class LikesTheCat:
    """Finds replies with "cat" likely; keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, emotion, transcript, replies):
        self.asked.append((emotion, transcript, tuple(replies)))
        return np.array([2.0 if "cat" in reply else -50.0 for reply in replies])


def test_the_sense_is_how_likely_a_person_wrote_it():
    judge = LikesTheCat()
    ranker = Ranker(None, Lexicon(["it is ill"]), "it is ill", "sad", {}, judge)
    assert ranker.sense(["poor cat", "what lunch"]) == pytest.approx([-np.log1p(np.exp(-2.0)), -50.0])
    assert judge.asked == [("sad", "it is ill", ("poor cat", "what lunch"))]
    assert Ranker(None, Lexicon(["it is ill"]), "it is ill", "sad", {}).sense(["poor cat"]) == [0.0]


def test_who_invents_comes_last_whatever_the_score():
    assert best([9.0, 1.0, 2.0], [1, 0, 0]) == 2
    assert best([1.0, 5.0], [2, 1]) == 1
    assert best([3.0, 3.0], [0, 0]) == 0


@pytest.mark.parametrize("weights", [CAUSE, OPENING, GOING_ON])
def test_no_weight_is_against_what_it_should_be_for(weights):
    assert isinstance(weights, Weights)
    ranker = Ranker(ReadsWords(), Lexicon(["the cat"]), "the cat", "sad", {})
    low, high = ranker.features(["what now", "what a sad cat"], [-2.0, -1.0], [-1.0, -0.1])
    assert weights.score(high) > weights.score(low)
