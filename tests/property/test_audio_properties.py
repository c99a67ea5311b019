"""Whatever bytes or buffers arrive: a valid clip, or one AudioError of one line."""

import io

import av
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from echomind.audio import SAMPLE_RATE, clip_from_array, load_clip
from echomind.errors import AudioError

RATE = 16_000


def files():
    """Half a second of a voice-like tone in several containers."""
    t = np.arange(RATE // 2) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)
    found = {}
    for container in ("WAV", "FLAC", "OGG", "MP3", "AIFF"):
        file = io.BytesIO()
        soundfile.write(file, tone, RATE, format=container)
        found[container] = file.getvalue()
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray((tone * 32767).astype(np.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        out.mux([*stream.encode(frame), *stream.encode(None)])
    return found | {"MKV": file.getvalue()}


FILES = files()


def clip_or_error(load):
    try:
        clip = load()
    except AudioError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 400
        return
    assert clip.samples.dtype == np.float32
    assert clip.samples.ndim == 1
    assert 0.1 <= clip.seconds <= 2 + 1 / SAMPLE_RATE
    assert np.isfinite(clip.samples).all()
    assert np.abs(clip.samples).max() <= 1


@given(st.binary(max_size=300))
def test_any_bytes(data):
    clip_or_error(lambda: load_clip(data, max_seconds=2))


@pytest.mark.parametrize("container", FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_damaged_files(container, data):
    damaged = bytearray(FILES[container])
    for _ in range(data.draw(st.integers(1, 6))):
        # damage in the first 200 bytes hits headers, where it does most
        at = data.draw(st.one_of(st.integers(0, min(200, len(damaged) - 1)), st.integers(0, len(damaged) - 1)))
        damaged[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        damaged = damaged[: data.draw(st.integers(0, len(damaged)))]
    clip_or_error(lambda: load_clip(bytes(damaged), max_seconds=2))


NUMBERS = arrays.integer_dtypes() | arrays.unsigned_integer_dtypes() | arrays.floating_dtypes()


@settings(max_examples=150, deadline=None)
@given(
    NUMBERS.flatmap(
        lambda d: arrays.arrays(d, arrays.array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=2_000))
    ),
    st.integers(-10, 500_000),
)
def test_any_buffer(data, rate):
    clip_or_error(lambda: clip_from_array(rate, data, max_seconds=2))
