import numpy as np
import pytest

from echomind.taxonomy import CATEGORY
from echomind.training.data.prosody import PROSODY, Prosody, render
from echomind.training.data.psola import f0_track
from echomind.training.data.speech import active_dbfs


def median_f0(samples):
    f0 = f0_track(samples)
    return float(np.median(f0[f0 > 0]))


def test_every_emotion_has_a_prosody():
    assert set(CATEGORY["emotion"].attributes) <= set(PROSODY)


def test_strength_zero_is_plain_and_two_is_twice():
    angry = PROSODY["angry"]
    assert angry.at(0) == Prosody()
    assert angry.at(2).gain_db == pytest.approx(2 * angry.gain_db)
    assert angry.at(2).pitch == pytest.approx(angry.pitch**2)


def test_render_gives_pitch_tempo_and_level(male):
    made = render(male, Prosody(pitch=1.3, tempo=1.2, gain_db=6.0), np.random.default_rng(0))
    assert median_f0(made) == pytest.approx(1.3 * median_f0(male), rel=0.05)
    assert len(made) == pytest.approx(len(male) / 1.2, rel=0.1)
    assert active_dbfs(made) == pytest.approx(active_dbfs(male) + 6, abs=1.5)


def test_a_rise_lifts_the_end_alone(male):
    flat = f0_track(render(male, Prosody(), np.random.default_rng(1)))
    risen = f0_track(render(male, Prosody(rise_st=7.0), np.random.default_rng(1)))

    def last(f0):
        voiced = f0[f0 > 0]
        return np.median(voiced[-6:]) / np.median(voiced[: len(voiced) // 2])

    assert last(risen) > 1.15 * last(flat)


def test_decay_lets_the_level_fall(male):
    made = render(male, Prosody(decay_db=-12.0), np.random.default_rng(0))
    half = len(made) // 2
    assert active_dbfs(made[:half]) > active_dbfs(made[half:]) + 3


@pytest.mark.parametrize(("higher", "lower"), [("happy", "sad"), ("surprise", "disgust"), ("angry", "tired")])
def test_aroused_deliveries_are_higher_and_quicker(male, higher, lower):
    up, down = (render(male, PROSODY[name], np.random.default_rng(2)) for name in (higher, lower))
    assert median_f0(up) > 1.2 * median_f0(down)
    assert len(up) < len(down)


def test_variation_stays_near_and_depends_on_the_generator():
    first, second = (PROSODY["happy"].varied(np.random.default_rng(seed)) for seed in (0, 1))
    assert first != second
    assert first == PROSODY["happy"].varied(np.random.default_rng(0))
    assert 1.05 < first.pitch < 1.8
