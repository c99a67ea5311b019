"""What must hold for whatever is said, heard and felt."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.protocol import VAD
from echomind.talk.contrast import alike, marked
from echomind.talk.intent import asked
from echomind.talk.reasons import reason_told
from echomind.talk.timeline import timeline
from echomind.talk.trajectory import Moment, change_told, shape

NEGATED = {"rise": "fall", "fall": "rise", "dip": "peak", "peak": "dip", "level": "level", "waver": "waver"}
REVERSED = {"rise": "fall", "fall": "rise"}
WORDS = st.lists(st.sampled_from(["yes", "no", "No!", "home", "we", "…"]), max_size=8).map(" ".join)
EMOTIONS = st.sampled_from(["neutral", "happy", "sad", "angry", "fear", "tired", "", "<b>"])
SCALE = st.floats(1, 5)
VADS = st.builds(VAD, SCALE, SCALE, SCALE)
MOMENTS = st.builds(Moment, st.text(max_size=40), EMOTIONS, st.text(max_size=40), st.floats(0, 1), VADS, VADS)


@given(st.lists(st.integers(-8, 8), min_size=1, max_size=6))
def test_shapes_turn_with_the_line(values):
    found = shape(values, 2)
    assert shape([-value for value in values], 2) == NEGATED[found]
    assert shape(values[::-1], 2) == REVERSED.get(found, found)


@given(WORDS, WORDS)
def test_marks_are_the_reply_itself(before, after):
    parts = marked(before, after)
    assert " ".join(text for _, text in parts).split() == after.split()
    assert all(kind == "same" for kind, _ in marked(after, after))
    assert alike(before, after) == alike(before.upper(), after)


@given(st.lists(MOMENTS, max_size=6))
def test_answers_about_feelings_are_sentences(moments):
    for told in (change_told(moments), reason_told(moments)):
        assert told.strip()
        assert told.rstrip().endswith((".", "?"))
        assert len(told) < 1_200


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through(text):
    assert asked(text) in (None, "change", "reason")


@settings(max_examples=40)
@given(st.integers(1, 3 * SAMPLE_RATE), st.floats(0, 1), st.sampled_from(["noise", "tone", "steps"]))
def test_any_sound_can_be_measured(length, level, kind):
    made = np.random.default_rng(length)
    sound = {
        "noise": made.normal(0, 0.3, length),
        "tone": np.sin(np.arange(length) / 13),
        "steps": np.repeat(made.integers(0, 2, length // 4_000 + 1), 4_000)[:length] * 1.0,
    }[kind]
    found = timeline(Clip(np.clip(level * sound, -1, 1).astype(np.float32)))
    assert len(found.level_db) == len(found.pitch_hz) >= 1
    assert (found.level_db <= 0.01).all()
    voiced = found.pitch_hz[~np.isnan(found.pitch_hz)]
    assert ((voiced > 50) & (voiced < 600)).all()
    ends = [edge for pause in found.pauses for edge in (pause.start, pause.end)]
    assert ends == sorted(ends)
    assert all(0 < edge < found.seconds for edge in ends)
