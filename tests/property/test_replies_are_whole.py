"""Whatever is said to the model: its reply is whole sentences, none twice, no thinking in it, the same for a seed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echomind.models.lexicon import words_of
from echomind.models.protocol import Thinking, Turn
from echomind.models.slm import load_slm
from echomind.slm.configuration import THINKING_EMOTIONS
from echomind.slm.processing import SPECIAL_TOKENS

TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from([*SPECIAL_TOKENS, "</think> I am sad. <eos>", "the results were posted", "…!?", "12.5 %"]),
)


@pytest.fixture(scope="module")
def slm(tiny_checkpoint):
    return load_slm(str(tiny_checkpoint))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS, TEXTS, st.integers(0, 2**31))
def test_replies_are_whole_sentences_of_their_own(slm, transcript, earlier, topic, seed):
    perception = slm.perceive_text(transcript, topic=topic, history=[Turn(earlier, earlier)], heard={"sad": 0.7})
    thinking, *pieces = slm.reply(perception, seed=seed)
    assert isinstance(thinking, Thinking)
    assert thinking.emotion in THINKING_EMOTIONS
    assert thinking.cause
    reply = "".join(pieces)
    assert reply
    assert reply[-1] in ".!?"
    assert all(piece.rstrip()[-1] in ".!?" for piece in pieces)
    assert not any(piece.strip()[0].islower() for piece in pieces)
    said = [" ".join(words_of(piece)) for piece in pieces]
    assert len(set(said)) == len(said)
    assert not any(token in reply + thinking.cause for token in SPECIAL_TOKENS)
    assert [thinking, *pieces] == list(slm.reply(perception, seed=seed))
