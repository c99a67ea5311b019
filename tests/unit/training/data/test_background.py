import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.errors import DataError
from echomind.taxonomy import CATEGORIES, ENVIRONMENT
from echomind.training.data.background import BACKGROUNDS, mix, recorded, recordings
from echomind.training.data.crowd import chatter, children
from echomind.training.data.speech import active_dbfs


def test_every_environment_attribute_has_a_sound():
    assert set(BACKGROUNDS) == {a for c in CATEGORIES if c.dimension == ENVIRONMENT for a in c.attributes}


@pytest.mark.parametrize("name", sorted(BACKGROUNDS))
def test_each_is_as_long_as_asked_audible_and_seeded(name):
    make = BACKGROUNDS[name]
    made = make(2.0, np.random.default_rng(1))
    assert made.dtype == np.float32 and len(made) == 32000
    assert np.isfinite(made).all() and np.abs(made).max() > 0.02
    assert np.array_equal(made, make(2.0, np.random.default_rng(1)))
    assert not np.array_equal(made, make(2.0, np.random.default_rng(2)))


def test_crowds_can_be_given_sentences(male):
    for make in (chatter, children):
        made = make(1.5, np.random.default_rng(0), [male, male[:9000]])
        assert len(made) == 24000 and np.isfinite(made).all() and np.abs(made).max() > 0.02


@settings(max_examples=25, deadline=None)
@given(snr=st.floats(-5, 30), seed=st.integers(0, 99))
def test_mix_reaches_the_ratio(snr, seed):
    rng = np.random.default_rng(seed)
    speech = 0.05 * rng.standard_normal(16000).astype(np.float32)
    noise = 0.5 * rng.standard_normal(40000).astype(np.float32)
    mixed = mix(speech, noise, snr, rng)
    reached = active_dbfs(speech) - active_dbfs(mixed - speech)
    assert reached == pytest.approx(snr, abs=0.5)


def test_mix_loops_a_short_background_and_refuses_a_silent_one(male):
    rng = np.random.default_rng(0)
    short = rng.standard_normal(3000).astype(np.float32)
    mixed = mix(male, short, 10.0, rng)
    assert len(mixed) == len(male)
    assert np.abs(mixed - male)[-2000:].max() > 0
    with pytest.raises(DataError, match="silent"):
        mix(male, np.zeros(1000, dtype=np.float32), 10.0, rng)


def test_recordings_are_found_resampled_and_looped(tmp_path):
    folder = tmp_path / "esc10" / "rain"
    folder.mkdir(parents=True)
    noise = np.concatenate([np.zeros(4000), 0.1 * np.random.default_rng(0).standard_normal(22050)])
    soundfile.write(folder / "1-1-A.ogg", noise, 44100)
    [path] = recordings(tmp_path, "rain")
    made = recorded(path, 3.0, np.random.default_rng(0))
    assert len(made) == 48000 and (np.abs(made) > 1e-4).mean() > 0.9
    with pytest.raises(DataError, match="dog_bark"):
        recordings(tmp_path, "dog_bark")


def test_a_silent_recording_is_named(tmp_path):
    path = tmp_path / "quiet.wav"
    soundfile.write(path, np.zeros(16000), 16000)
    with pytest.raises(DataError, match=r"quiet\.wav"):
        recorded(path, 1.0, np.random.default_rng(0))
