"""A small stand-in that follows the model protocol exactly, for tests of what happens around a model."""

import numpy as np
import pytest
import soundfile

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.asr import Transcript
from echomind.models.protocol import VAD, Cue, Perception, Thinking
from echomind.talk.turn import Models
from echomind.taxonomy import CATEGORIES


class WordsAreGiven:
    name = "given words"

    def __init__(self, text="Can I go outside now"):
        self.text, self.clips = text, []

    def transcribe(self, clip):
        self.clips.append(clip)
        return Transcript(self.text)


class SpeaksFromAScript:
    name = "scripted"

    def __init__(self, pieces=("Yes, ", "of course", ". Take care!")):
        self.pieces, self.calls, self.said, self.closed = pieces, [], 0, False

    def perceive(self, clip, transcript, *, topic="", history=()):
        self.calls.append((clip, transcript, topic, tuple(history)))
        cues = {c.id: Cue(c.labels[0], 0.75, {a: 0.25 / len(c.attributes) for a in c.attributes}) for c in CATEGORIES}
        return Perception(transcript, cues, VAD(2, 2.5, 3), VAD(3, 2, 3.5), state=("seen", transcript))

    def reply(self, perception, *, seed=0):
        assert perception.state == ("seen", perception.transcript)
        try:
            yield Thinking("tired", "a long day", 0.6)
            for piece in self.pieces:
                self.said += 1
                yield piece
        finally:
            self.closed = True

    def choose(self, clip, question, options, *, transcript=""):
        return {key: 1 / len(options) for key in options}


@pytest.fixture
def model():
    return SpeaksFromAScript()


@pytest.fixture
def recognizer():
    return WordsAreGiven()


@pytest.fixture
def models(recognizer, model):
    return Models(recognizer, model)


@pytest.fixture
def clip():
    t = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return Clip((0.3 * np.sin(2 * np.pi * 220 * t)).astype(np.float32), "tone")


@pytest.fixture
def wav(tmp_path, clip):
    path = tmp_path / "tone.wav"
    soundfile.write(path, clip.samples, SAMPLE_RATE)
    return path
