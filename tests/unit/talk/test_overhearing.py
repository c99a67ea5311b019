import logging
import threading

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.protocol import Cue
from echomind.talk import overhearing
from echomind.talk.overhearing import AGAIN_S, EVERY_S, REST, Ears, SoFar, Strong, strongest
from echomind.talk.zero_gpu import WithLentGpu

CUES = {"volume": Cue("whisper", 0.7, {"whisper": 0.7, "shout": 0.1})}


def of(seconds):
    return Clip(np.zeros(round(seconds * SAMPLE_RATE), np.float32), "a voice")


class Model:
    name = "hears"

    def __init__(self):
        self.heard, self.go_on = [], threading.Event()
        self.go_on.set()

    def hear(self, clip):
        self.heard.append(clip)
        assert self.go_on.wait(30)
        return CUES


class Told:
    """Whoever is told; ``wait`` until it was."""

    def __init__(self):
        self.cues, self._told = None, threading.Event()

    def __call__(self, cues):
        self.cues = cues
        self._told.set()

    def wait(self):
        assert self._told.wait(30)
        return self.cues


def rested(ears):
    """Waits until what was begun has ended."""
    ears._thread.submit(lambda: None).result(30)


def test_a_voice_is_heard_in_another_thread():
    model, told = Model(), Told()
    model.go_on.clear()
    clip = of(2)
    assert Ears(lambda: model, lambda: False).overhear(clip, told)  # returns while it is still heard
    assert told.cues is None
    model.go_on.set()
    assert told.wait() == CUES
    assert model.heard == [clip]


def test_one_at_a_time():
    model, told = Model(), Told()
    model.go_on.clear()
    ears = Ears(lambda: model, lambda: False)
    assert ears.overhear(of(1), told)
    assert not ears.overhear(of(1), told)
    model.go_on.set()
    told.wait()
    rested(ears)
    assert len(model.heard) == 1


def test_nothing_is_heard_while_a_turn_is_answered():
    model = Model()
    assert not Ears(lambda: model, lambda: True).overhear(of(1), Told())
    assert model.heard == []


@pytest.mark.parametrize("model", [None, object(), WithLentGpu(Model())], ids=["not loaded", "deaf", "lent GPU"])
def test_a_model_that_cannot_be_asked_is_not(model):
    assert not Ears(lambda: model, lambda: False).overhear(of(1), Told())


def test_a_tenth_of_the_time_at_most(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(overhearing.time, "monotonic", lambda: now[0])

    class Slow(Model):
        def hear(self, clip):
            now[0] += 0.5
            return super().hear(clip)

    model = Slow()
    ears = Ears(lambda: model, lambda: False)
    assert ears.overhear(of(1), Told())
    rested(ears)
    now[0] += REST * 0.5 - 0.01
    assert not ears.overhear(of(1), Told())
    now[0] += 0.02
    assert ears.overhear(of(1), Told())
    rested(ears)
    assert len(model.heard) == 2


def test_a_fault_is_told_in_the_log_and_ends_nothing(caplog, monkeypatch):
    model = Model()
    ears = Ears(lambda: model, lambda: False)
    monkeypatch.setattr(overhearing, "REST", 0)
    with caplog.at_level(logging.ERROR):
        assert ears.overhear(of(1), lambda cues: 1 / 0)
        rested(ears)
    assert "ZeroDivisionError" in caplog.text
    assert "overhearing a voice" in caplog.text
    told = Told()
    assert ears.overhear(of(1), told)
    assert told.wait() == CUES


def test_a_voice_is_listened_to_once_a_second_and_again_soon_where_that_failed():
    asked, moments = [], iter([True, False, True])

    def overhear(clip, tell):
        asked.append(clip.seconds)
        return next(moments)

    so_far = SoFar(overhear)
    for tenths in range(1, 30):
        if so_far.is_due(tenths / 10):
            so_far.listen(of(tenths / 10))
    assert asked == pytest.approx([EVERY_S, 2 * EVERY_S, 2 * EVERY_S + 0.3], abs=0.05)
    assert AGAIN_S == 0.25  # between the second and the third


def test_what_was_heard_of_more_sound_stays():
    so_far = SoFar(lambda *_: True)
    assert so_far.cues == {}
    so_far.note(CUES, 2.0)
    so_far.note({}, 1.0)
    assert so_far.cues == CUES
    so_far.note({}, 2.0)  # all of it heard once more, by whoever prepares the answer
    assert so_far.cues == {}


def test_the_strongest_cues_come_first():
    cues = {
        "gender": Cue("male", 0.97, {"male": 0.97, "female": 0.03}),
        "age": Cue("adult", 0.9, {"child": 0.05, "elderly": 0.05}),
        "emotion": Cue("none", 0.5, {"sad": 0.3, "happy": 0.2}),
        "volume": Cue("whisper", 0.7, {"whisper": 0.7, "shout": 0.1}),
        "weather": Cue("rain", 0.25, {"rain": 0.25}),
        "other": Cue("none", 1.0, {}),
    }
    assert strongest(cues) == [
        Strong("gender", "male", 0.97),
        Strong("volume", "whisper", 0.7),
        Strong("emotion", "sad", 0.3),
    ]
    assert strongest({"age": cues["age"]}) == strongest({}) == []
