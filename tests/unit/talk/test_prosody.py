import pytest

from echomind.models.protocol import Cue
from echomind.talk.prosody import BY_CUE, BY_EMOTION, PLAIN, Prosody, in_words, prosody_for
from echomind.taxonomy import CATEGORY, CATEGORY_OF


def test_every_emotion_of_the_benchmark_has_a_delivery():
    assert set(CATEGORY["emotion"].attributes) <= set(BY_EMOTION)


@pytest.mark.parametrize("emotion", ["neutral", "", "unheard of", "<b>"])
def test_anything_else_is_plain(emotion):
    assert prosody_for(emotion) is PLAIN


@pytest.mark.parametrize("emotion", ["sad", "tired", " Sad "])
def test_sad_and_tired_are_slower_softer_lower(emotion):
    found = prosody_for(emotion)
    assert found.rate < PLAIN.rate
    assert found.volume_db < PLAIN.volume_db
    assert found.pitch_st < PLAIN.pitch_st
    assert found.pause_s > PLAIN.pause_s


def test_happy_is_brighter():
    assert prosody_for("happy").pitch_st > 0
    assert prosody_for("happy").rate > 1


def test_anger_is_answered_calmly():
    assert prosody_for("angry").rate < 1
    assert prosody_for("angry").volume_db < 0


def cue(label, score=0.9):
    return {CATEGORY_OF[label]: Cue(label, score, {})}


def test_a_whisper_is_answered_softly():
    assert prosody_for("neutral", cue("whisper")) == Prosody(0.95, 0, 0.9, -6, 0.3)


def test_a_cue_that_is_not_sure_changes_nothing():
    assert prosody_for("neutral", cue("whisper", 0.59)) is PLAIN
    assert prosody_for("neutral", {"volume": Cue("none", 0.99, {})}) is PLAIN


def test_a_sign_of_the_emotion_that_is_answered_is_not_counted_twice():
    assert prosody_for("tired", cue("yawn")) == prosody_for("tired")
    assert prosody_for("sad", cue("yawn")).rate < prosody_for("sad").rate


def test_in_a_loud_place_the_voice_stays_up():
    found = prosody_for("sad", cue("subway"))
    assert found.volume_db == 0
    assert found.rate < prosody_for("sad").rate


@pytest.mark.parametrize("label", [*BY_CUE, "rain"])
@pytest.mark.parametrize("emotion", [*BY_EMOTION, "neutral"])
def test_no_delivery_is_extreme(emotion, label):
    found = prosody_for(emotion, cue(label) | cue("elderly") | cue("slow"))
    assert 0.78 <= found.rate <= 1.15
    assert -10 <= found.volume_db <= 0
    assert 0.2 <= found.pause_s <= 0.8


@pytest.mark.parametrize(
    ("emotion", "words"),
    [("sad", "slower, softer and lower in pitch"), ("happy", "faster and higher in pitch"), ("neutral", "")],
)
def test_a_delivery_in_words(emotion, words):
    assert in_words(prosody_for(emotion)) == words
