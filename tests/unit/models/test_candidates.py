import torch

from echomind.models.candidates import (
    LEAST_FLUENT,
    LEAST_SENSE,
    Candidate,
    Draft,
    among_the_best,
    chosen,
    closed,
    is_sentence,
    quoted,
)
from echomind.models.ranking import Features, Weights

FLUENT = Weights(1.0, 0.0, 0.0, 0.0)


def candidate(text, fluency, faults=0):
    return Candidate(Draft(text, (), fluency, faults), Features(fluency, 0.0, 0.0, 0.0))


def test_a_draft_makes_sense_when_nothing_is_against_it():
    fine = {"text": "Well done.", "tokens": (), "fluency": LEAST_FLUENT, "sense": LEAST_SENSE}
    assert Draft(**fine).sensible
    for against in ({"fluency": LEAST_FLUENT - 0.1}, {"sense": LEAST_SENSE - 0.1}, {"faults": 1}, {"sense": None}):
        assert not Draft(**fine | against).sensible
    assert Draft(**fine | {"sense": None}).likely


def test_the_best_is_the_likeliest_of_those_with_the_fewest_faults():
    assert chosen([candidate("a", -1.0), candidate("b", -0.5), candidate("c", 0.0, faults=1)], FLUENT).text == "b"


def test_one_of_those_as_good_as_the_best_is_said():
    found = [candidate("a", -1.0), candidate("b", -1.2), candidate("c", -3.0), candidate("d", -0.1, faults=1)]
    said = {among_the_best(found, FLUENT, torch.Generator().manual_seed(s)).text for s in range(30)}
    assert said == {"a", "b"}


def test_an_interjection_alone_is_no_sentence():
    assert not is_sentence("Oh!")
    assert not is_sentence("Oh! Oh wow")
    assert is_sentence("Oh! Oh wow.")
    assert not is_sentence("")


def test_what_broke_off_is_closed():
    assert closed("Well done!") == "Well done!"
    assert closed("I see, ") == "I see."


def test_the_plain_cause_is_what_was_said():
    assert quoted("We met, at noon.", "neutral") == "they simply say “We met, at noon”"
    assert quoted("We met at noon.", "sad") == "of what they tell: “We met at noon”"
    assert quoted(" ".join("abcdefghijklmnop"), "sad").endswith("k l …”")
    assert quoted("", "sad") == "no words were heard, only the voice"
