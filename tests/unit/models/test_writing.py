import itertools

import pytest
import torch

from echomind.models.protocol import Thinking, Turn
from echomind.models.ranking import Features, Weights
from echomind.models.slm import load_slm
from echomind.models.writing import (
    DRAWS,
    LEAST_FLUENT,
    LEAST_SENSE,
    Answer,
    Candidate,
    among_the_best,
    is_sentence,
    quoted,
)


@pytest.fixture(scope="module")
def slm(tiny_checkpoint):
    return load_slm(str(tiny_checkpoint))


def answer(slm, transcript, **about):
    return Answer(slm.writer, slm.perceive_text(transcript, **about).state, torch.Generator().manual_seed(0))


def candidate(text, *, faults=0, taken_up=0.0):
    return Candidate(text, (), Features(0.0, 0.0, 0.0, taken_up), faults)


def test_the_plain_cause_is_what_was_said():
    assert quoted("We met, at noon.", "neutral") == "they simply say “We met, at noon”"
    assert quoted("We met at noon.", "sad") == "of what they tell: “We met at noon”"
    assert quoted(" ".join("abcdefghijklmnop"), "sad").endswith("k l …”")
    assert quoted("", "sad") == "no words were heard, only the voice"


@torch.inference_mode()
def test_a_cause_without_support_loses_to_the_plain_one(slm, monkeypatch):
    found = answer(slm, "the karate exam is over")
    invented = candidate("their dad sold the karate hall", faults=2, taken_up=1.0)
    vague = candidate("it was like that", taken_up=0.0)
    monkeypatch.setattr(found, "candidates_of_the_cause", lambda: [invented, vague])
    assert "“the karate exam is over”" in found.think().cause


@torch.inference_mode()
def test_a_cause_that_speaks_of_the_words_is_taken(slm, monkeypatch):
    found = answer(slm, "the karate exam is over")
    monkeypatch.setattr(
        found,
        "candidates_of_the_cause",
        lambda: [candidate("it was like that"), candidate("the karate exam was hard for them", taken_up=1.0)],
    )
    assert found.think().cause == "the karate exam was hard for them"


@torch.inference_mode()
def test_words_that_are_all_everyday_ask_for_no_word_of_theirs(slm):
    found = answer(slm, "it is what it is")
    assert found.speaks_of_the_words(candidate("they are simply talking"))
    assert not answer(slm, "the karate exam").speaks_of_the_words(candidate("they are simply talking"))


@torch.inference_mode()
def test_candidates_are_distinct_and_of_the_first_sentence_there_is_always_one(slm):
    found = answer(slm, "we met at noon")
    found.think()
    candidates = found.candidates_of_a_sentence(unfinished=True)
    assert candidates
    texts = [c.text for c in candidates]
    assert len(set(texts)) == len(texts)
    assert all(text[-1] in ".!?" for text in texts)


def sentences_of(candidates):
    """Stands for the drawing: gives the same candidates at every place."""
    return lambda *, unfinished=False: candidates


@torch.inference_mode()
def test_what_an_earlier_reply_said_is_not_said_again(slm, monkeypatch):
    history = [Turn("hello", "You are not alone. Take care.")]
    found = answer(slm, "we met at noon", history=history)
    found.think()
    monkeypatch.setattr(
        found,
        "candidates_of_a_sentence",
        sentences_of([candidate("You are not alone!", faults=0), candidate("That is a long time.", faults=1)]),
    )
    assert "".join(found.sentences()) == "That is a long time."


@torch.inference_mode()
def test_more_is_said_only_without_inventing_and_never_the_same_again(slm, monkeypatch):
    found = answer(slm, "we met at noon")
    found.think()
    plan = itertools.chain(
        [[candidate("You sound glad.")]],
        [[candidate("You sound glad."), candidate("How is your dad?", faults=1)]] * DRAWS,
        itertools.repeat([candidate("never reached")]),
    )
    monkeypatch.setattr(found, "candidates_of_a_sentence", lambda *, unfinished=False: next(plan))
    assert "".join(found.sentences()) == "You sound glad."


@torch.inference_mode()
@pytest.mark.parametrize("of", ["fluency", "sense"])
def test_what_is_unlikely_opens_a_reply_only_for_want_of_others_and_never_goes_on(slm, monkeypatch, of):
    def made(text, off):
        values = {"fluency": LEAST_FLUENT, "sense": LEAST_SENSE}
        values[of] += off
        return Candidate(text, (), Features(agreement=0.0, nearness=0.0, taken_up=0.0, **values), 0)

    odd, fine = made("A rule takes the watch.", -0.1), made("That is a long time.", 0.1)
    for plan, said in (
        ([[fine, odd], [odd], [odd]], "That is a long time."),
        ([[odd], [fine], [], []], "That is a long time."),  # drawn once more
        ([[odd], [odd], [fine], [], []], "A rule takes the watch. That is a long time."),
    ):
        found, places = answer(slm, "we met at noon"), iter(plan)
        found.think()
        monkeypatch.setattr(found, "candidates_of_a_sentence", lambda *, unfinished=False, p=places: next(p))
        monkeypatch.setattr(found, "take", lambda sentence: None)
        assert "".join(found.sentences()) == said


def test_one_of_those_as_good_as_the_best_is_said():
    weights = Weights(1.0, 0.0, 0.0, 0.0)

    def fluent(text, value, faults=0):
        return Candidate(text, (), Features(value, 0.0, 0.0, 0.0), faults)

    found = [fluent("a", -1.0), fluent("b", -1.2), fluent("c", -3.0), fluent("d", -0.1, faults=1)]
    said = {among_the_best(found, weights, torch.Generator().manual_seed(s)).text for s in range(30)}
    assert said == {"a", "b"}


def test_an_interjection_alone_is_no_sentence():
    assert not is_sentence("Oh!")
    assert not is_sentence("Oh! Oh wow")
    assert is_sentence("Oh! Oh wow.")
    assert not is_sentence("")


def test_pieces_of_a_reply_join_with_single_spaces(slm):
    for seed in range(3):
        thinking, *pieces = slm.reply(slm.perceive_text("we met at noon"), seed=seed)
        assert isinstance(thinking, Thinking)
        assert pieces[0] == pieces[0].strip()
        assert all(piece[0] == " " and piece[1:] == piece.strip() for piece in pieces[1:])
