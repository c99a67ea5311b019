import threading

import pytest

from echomind.errors import VoiceError
from echomind.talk.prosody import SOFT
from echomind.talk.speak import Speech
from echomind.talk.speaking import Speaking


def test_sentences_come_in_order_with_their_delivery():
    said = []

    def speak(text, delivery):
        said.append((text, delivery))
        return Speech(b"", 1.0, "voice", text)

    with Speaking(speak) as voice:
        voice.delivery = SOFT
        events = [*voice.feed("One. Two. Th"), *voice.feed("ree."), *voice.finish()]
    assert [event.sentence for event in events] == ["One.", "Two.", "Three."]
    assert [event.speech.text for event in events] == ["One.", "Two.", "Three."]
    assert said == [("One.", SOFT), ("Two.", SOFT), ("Three.", SOFT)]
    assert voice.seconds >= 0


def test_the_first_sentence_is_there_before_the_last_is_written():
    done = threading.Event()

    def speak(text, delivery):
        done.set()
        return Speech(b"", 1.0, "voice", text)

    with Speaking(speak) as voice:
        early = list(voice.feed("One. Tw"))
        assert done.wait(10)
        while not early:
            early = list(voice.feed(""))
        assert [event.sentence for event in early] == ["One."]


def test_a_failure_is_said_once():
    def speak(text, delivery):
        raise VoiceError("no voice")

    with Speaking(speak) as voice:
        events = [*voice.feed("One. Two. Three. "), *voice.finish()]
    assert [(event.speech, event.problem, event.sentence) for event in events] == [(None, "no voice", "One.")]
    assert voice.seconds is None


def test_a_bug_is_not_hidden():
    def speak(text, delivery):
        raise ZeroDivisionError

    with Speaking(speak) as voice, pytest.raises(ZeroDivisionError):
        list(voice.feed("One. ")), list(voice.finish())


def test_leaving_stops_what_waits():
    go, said = threading.Event(), []

    def speak(text, delivery):
        said.append(text)
        go.wait(10)
        return Speech(b"", 1.0, "voice", text)

    with Speaking(speak) as voice:
        list(voice.feed("One. Two. Three. Four"))
    go.set()
    voice._thread.shutdown(wait=True)
    assert said in (["One."], [])


def test_marks_alone_are_not_spoken():
    with Speaking(lambda text, delivery: Speech(b"", 1.0, "voice", text)) as voice:
        assert [*voice.feed("... !? "), *voice.finish()] == []
