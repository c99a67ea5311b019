import itertools

import pytest
import torch

from echomind.models.candidates import LEAST_FLUENT, LEAST_SENSE, Draft
from echomind.models.protocol import Thinking, Turn
from echomind.models.slm import load_slm
from echomind.models.writing import Answer


@pytest.fixture(scope="module")
def slm(tiny_checkpoint):
    return load_slm(str(tiny_checkpoint))


def answer(slm, transcript, **about):
    return Answer(slm.writer, slm.perceive_text(transcript, **about).state, torch.Generator().manual_seed(0))


def draft(text, **about):
    return Draft(text, (), **{"fluency": 0.0} | about)


@torch.inference_mode()
def test_a_cause_without_support_loses_to_the_plain_one(slm, monkeypatch):
    found = answer(slm, "the karate exam is over")
    invented = draft("their dad sold the karate hall", faults=2)
    vague = draft("it was like that")
    monkeypatch.setattr(found, "drafts_of_the_cause", lambda: [invented, vague])
    assert "“the karate exam is over”" in found.think().cause


@torch.inference_mode()
def test_a_cause_that_speaks_of_the_words_is_taken(slm, monkeypatch):
    found = answer(slm, "the karate exam is over")
    monkeypatch.setattr(
        found,
        "drafts_of_the_cause",
        lambda: [draft("it was like that"), draft("the karate exam was hard for them")],
    )
    assert found.think().cause == "the karate exam was hard for them"


@torch.inference_mode()
def test_words_that_are_all_everyday_ask_for_no_word_of_theirs(slm):
    found = answer(slm, "it is what it is")
    assert found.speaks_of_the_words(draft("they are simply talking"))
    assert not answer(slm, "the karate exam").speaks_of_the_words(draft("they are simply talking"))


@torch.inference_mode()
def test_drafts_are_distinct_and_of_the_first_sentence_there_is_always_one(slm):
    found = answer(slm, "we met at noon")
    found.think()
    drafts = found.drafts_of_a_sentence(unfinished=True)
    assert drafts
    texts = [d.text for d in drafts]
    assert len(set(texts)) == len(texts)
    assert all(text[-1] in ".!?" for text in texts)


def sentences_of(drafts):
    """Stands for the drawing: gives the same drafts at every place."""
    return lambda *, unfinished=False: drafts


@torch.inference_mode()
def test_what_an_earlier_reply_said_is_not_said_again(slm, monkeypatch):
    history = [Turn("hello", "You are not alone. Take care.")]
    found = answer(slm, "we met at noon", history=history)
    found.think()
    monkeypatch.setattr(
        found,
        "drafts_of_a_sentence",
        sentences_of([draft("You are not alone!", faults=0), draft("That is a long time.", faults=1)]),
    )
    assert "".join(found.sentences()) == "That is a long time."


@torch.inference_mode()
def test_more_is_said_only_without_inventing_and_never_the_same_again(slm, monkeypatch):
    found = answer(slm, "we met at noon")
    found.think()
    plan = itertools.chain(
        [[draft("You sound glad.")]],
        [[draft("You sound glad."), draft("How is your dad?", faults=1)]],
        itertools.repeat([draft("never reached")]),
    )
    monkeypatch.setattr(found, "drafts_of_a_sentence", lambda *, unfinished=False: next(plan))
    assert "".join(found.sentences()) == "You sound glad."


@torch.inference_mode()
@pytest.mark.parametrize("of", ["fluency", "sense"])
def test_what_is_unlikely_opens_a_reply_only_for_want_of_others_and_never_goes_on(slm, monkeypatch, of):
    odd, fine = "A rule takes the watch.", "That is a long time."
    for plan, said in (
        ([[fine, odd], [odd]], fine),
        ([[odd], [fine], []], f"{odd} {fine}"),
    ):
        found, places = answer(slm, "we met at noon"), iter(plan)
        found.think()

        def drawn(*, unfinished=False, p=places):
            return [draft(t, fluency=LEAST_FLUENT - 0.1 * (t == odd and of == "fluency")) for t in next(p)]

        def sense(replies):
            return [LEAST_SENSE - 0.1 * (reply.endswith(odd) and of == "sense") for reply in replies]

        monkeypatch.setattr(found, "drafts_of_a_sentence", drawn)
        monkeypatch.setattr(found.ranker, "sense", sense)
        assert "".join(found.sentences()) == said


@torch.inference_mode()
def test_the_judge_reads_the_reply_so_far_and_only_what_could_be_said(slm, monkeypatch):
    found = answer(slm, "we met at noon")
    found.think()
    tokens = tuple(slm.processor.encode("we met"))
    plan = iter(
        [
            [draft("You sound glad."), draft("How is your dad?", faults=1), draft("Hm.", fluency=LEAST_FLUENT - 1)],
            [Draft("And you?", tokens, 0.0), draft("You sound glad.")],
            [draft("Well done."), draft("And you?")],
            [],
        ]
    )
    asked = []
    monkeypatch.setattr(found, "drafts_of_a_sentence", lambda *, unfinished=False: next(plan))
    monkeypatch.setattr(found.ranker, "sense", lambda replies: asked.append(replies) or [0.0] * len(replies))
    assert "".join(found.sentences()) == "You sound glad. And you? Well done."
    written = slm.processor.decode_text(tokens)
    assert asked == [["You sound glad."], ["And you?"], [f"{written} Well done."], []]


def test_pieces_of_a_reply_join_with_single_spaces(slm):
    for seed in range(3):
        thinking, *pieces = slm.reply(slm.perceive_text("we met at noon"), seed=seed)
        assert isinstance(thinking, Thinking)
        assert pieces[0] == pieces[0].strip()
        assert all(piece[0] == " " and piece[1:] == piece.strip() for piece in pieces[1:])
