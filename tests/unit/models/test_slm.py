import dataclasses

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, Clip
from echomind.errors import CheckpointError
from echomind.models.decoding import Decoder
from echomind.models.protocol import Cue, Thinking, Turn
from echomind.models.slm import heard_emotions, load_slm
from echomind.slm.configuration import THINKING_EMOTIONS
from echomind.slm.processing import SPECIAL_TOKENS
from echomind.taxonomy import ATTRIBUTES, CATEGORIES


@pytest.fixture(scope="module")
def slm(tiny_checkpoint):
    return load_slm(str(tiny_checkpoint))


def clip(seed: int = 0, seconds: float = 1.5) -> Clip:
    noise = np.random.default_rng(seed).normal(size=int(seconds * SAMPLE_RATE)) * 0.1
    return Clip(noise.astype(np.float32))


def test_perceives_every_category_and_every_attribute(slm):
    perception = slm.perceive(clip(), "we met at noon", topic="work")
    assert list(perception.cues) == [c.id for c in CATEGORIES]
    assert {a for cue in perception.cues.values() for a in cue.scores} == set(ATTRIBUTES)
    for category in CATEGORIES:
        cue = perception.cues[category.id]
        assert cue.label in category.labels
        total = sum(cue.scores.values())
        assert total <= 1 + 1e-5
        if category.absent is None:
            assert total == pytest.approx(1, abs=1e-5)
    for side in (perception.speaker, perception.listener):
        assert all(1 <= value <= 5 for value in (side.v, side.a, side.d))


def test_hears_the_same_cues_without_reading_a_word(slm):
    assert slm.hear(clip()) == slm.perceive(clip(), "we met at noon").cues


def test_thinks_first_then_speaks_and_never_leaks(slm):
    parts = list(slm.reply(slm.perceive(clip(), "we met at noon")))
    thinking, pieces = parts[0], parts[1:]
    assert isinstance(thinking, Thinking)
    assert thinking.emotion in THINKING_EMOTIONS
    assert 0.3 <= thinking.confidence <= 0.9
    assert pieces
    assert all(isinstance(p, str) for p in pieces)
    reply = "".join(pieces)
    assert not any(token in reply for token in SPECIAL_TOKENS)
    assert reply.rstrip()[-1] in ".!?"


def test_the_same_seed_gives_the_same_reply_and_the_perception_can_be_answered_again(slm):
    perception = slm.perceive(clip(), "we met at noon")
    first, again, other = (list(slm.reply(perception, seed=s)) for s in (1, 1, 2))
    assert first == again
    assert first[0] == other[0]  # the thinking is not sampled
    assert first[1:] != other[1:]


def test_history_is_part_of_what_is_read(slm):
    alone = slm.perceive(clip(), "and now this")
    after = slm.perceive(clip(), "and now this", history=[Turn("the test is over", "how was it?")])
    assert alone.speaker != after.speaker
    assert alone.cues == after.cues  # the sound is the same


def test_a_turn_that_is_abandoned_leaves_nothing_behind(slm):
    perception = slm.perceive(clip(), "we met at noon")
    expected = list(slm.reply(perception, seed=3))
    stopped = slm.reply(perception, seed=3)
    next(stopped)
    next(stopped)
    stopped.close()
    assert list(slm.reply(perception, seed=3)) == expected


def test_chooses_with_probabilities_in_the_order_of_the_options(slm):
    shares = slm.choose(clip(), "who is speaking?", {"A": "a man", "B": "a woman", "C": "a child"})
    assert list(shares) == ["A", "B", "C"]
    assert sum(shares.values()) == pytest.approx(1)


def test_choosing_does_not_depend_on_the_order_of_the_options(slm):
    forward = slm.choose(clip(), "who is speaking?", {"A": "a man", "B": "a woman with a dog"})
    backward = slm.choose(clip(), "who is speaking?", {"B": "a woman with a dog", "A": "a man"})
    assert forward["A"] == pytest.approx(backward["A"], abs=1e-6)


def test_words_alone_are_read_without_a_sound(slm):
    perception = slm.perceive_text("we met at noon", topic="work")
    assert perception.cues == {}
    assert perception.transcript == "we met at noon"
    assert all(1 <= value <= 5 for value in (perception.speaker.v, perception.listener.d))
    assert perception.speaker != slm.perceive_text("we met at noon").speaker  # the topic is read
    first, again = (list(slm.reply(perception, seed=1)) for _ in range(2))
    assert isinstance(first[0], Thinking)
    assert first == again
    expected = slm.processor.prompt("we met at noon", topic="work")
    assert perception.state.length == len(expected)
    assert slm.processor.ids["<audio>"] not in expected


def test_the_decoder_alone_decides_what_is_thought_of_words(slm):
    """Nothing was heard, so there is no witness of the ears: the likeliest word of the decoder is thought."""
    state = slm.perceive_text("we met at noon").state
    assert state.emotions is None
    decoder = Decoder(slm.model, state.cache, state.logits)
    decoder.feed([slm.processor.ids["<think>"]])
    likeliest = int(decoder.logits[slm.writer.emotion_ids].argmax())
    assert slm.writer.emotion(state) == THINKING_EMOTIONS[likeliest]


def test_choosing_from_words_depends_on_them_and_on_nothing_else(slm):
    options = {"A": "a man", "B": "a woman with a dog"}
    one = slm.choose_text("who is speaking?", options, transcript="we met at noon")
    assert one == slm.choose_text("who is speaking?", options, transcript="we met at noon")
    assert one != slm.choose_text("who is speaking?", options, transcript="the dog has eaten it all")
    assert one != slm.choose(clip(), "who is speaking?", options, transcript="we met at noon")
    assert sum(one.values()) == pytest.approx(1)


def test_a_delivery_told_in_words_is_part_of_what_is_read(slm):
    plain = slm.perceive_text("we met at noon")
    told = slm.perceive_text("we met at noon", told="a woman; strongly sad", heard={"sad": 0.9})
    assert told.speaker != plain.speaker
    assert told.state.heard == {"sad": 0.9}
    assert told.state.length > plain.state.length


def test_a_missing_checkpoint_is_explained(tmp_path):
    with pytest.raises(CheckpointError, match=r"no checkpoint in .*expected config\.json"):
        load_slm(str(tmp_path / "nothing"))


def test_a_broken_checkpoint_is_explained(tiny_checkpoint, tmp_path):
    (tmp_path / "config.json").write_text((tiny_checkpoint / "config.json").read_text())
    with pytest.raises(CheckpointError, match="cannot load the checkpoint"):
        load_slm(str(tmp_path))


def cues(**labels: float) -> dict[str, Cue]:
    """Cues in which the named attributes have the given probabilities and all others none."""
    return {c.id: Cue(c.labels[0], 0.5, {a: labels.get(a, 0.0) for a in c.attributes}) for c in CATEGORIES}


def test_emotions_heard_are_a_noisy_or_of_their_cues():
    shares = dict(zip(THINKING_EMOTIONS, heard_emotions(cues(happy=0.5, laughter=0.5)).exp().tolist(), strict=True))
    # 1 - .5 x .5 speaks for happy, .5 x .5 for neutral; together they are one.
    assert shares["happy"] == pytest.approx(0.75, abs=2e-3)
    assert shares["neutral"] == pytest.approx(0.25, abs=2e-3)
    assert sum(shares.values()) == pytest.approx(1)


def test_what_names_no_feeling_is_neutral():
    shares = heard_emotions(cues(rain=0.9, male=1.0, child=0.8)).exp()
    assert THINKING_EMOTIONS[int(shares.argmax())] == "neutral"


def test_sure_ears_decide_over_an_unsure_decoder(slm):
    """With the decoder near chance (random weights), what the ears are sure of is what is thought."""
    perception = slm.perceive(clip(), "we met at noon")
    for word in ("angry", "sad", "tired"):
        heard = heard_emotions(cues(**{word: 0.999}))
        state = dataclasses.replace(perception.state, emotions=heard)
        thinking = next(iter(slm.reply(dataclasses.replace(perception, state=state))))
        assert thinking.emotion == word
