import pytest

from echomind.talk.prosody import BY_EMOTION, PLAIN, prosody_for
from echomind.taxonomy import CATEGORY


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
