import numpy as np
import pytest

from echomind.taxonomy import CATEGORIES, SPEAKER
from echomind.training.data.background import BACKGROUNDS
from echomind.training.data.delivery import (
    DELIVERIES,
    child,
    compressed,
    elderly,
    fast,
    other_gender,
    plain,
    shout,
    slow,
    speaker_of,
    stretched,
    whisper,
)
from echomind.training.data.psola import f0_track
from echomind.training.data.speech import SPEECH_DBFS, active_dbfs


def rng(seed=0):
    return np.random.default_rng(seed)


def median_f0(samples):
    f0 = f0_track(samples)
    return float(np.median(f0[f0 > 0]))


def periodicity(samples):
    """Median over active frames of the highest normalised autocorrelation between 60 and 400 Hz."""
    peaks = []
    frames = [samples[i : i + 1024] for i in range(0, len(samples) - 1024, 400)]
    loudest = max((frame**2).mean() for frame in frames)
    for frame in frames:
        if (frame**2).mean() < loudest / 100:
            continue
        frame = (frame - frame.mean()) * np.hanning(1024)
        correlation = np.correlate(frame, frame, "full")[1023:]
        peaks.append(correlation[40:267].max() / correlation[0])
    return float(np.median(peaks))


def test_deliveries_and_backgrounds_cover_all_but_gender():
    assert set(DELIVERIES) & set(BACKGROUNDS) == set()
    wanted = {a for c in CATEGORIES for a in c.attributes} - {"male", "female"}
    assert set(DELIVERIES) | set(BACKGROUNDS) == wanted
    assert {a for c in CATEGORIES if c.dimension == SPEAKER for a in c.attributes} - set(DELIVERIES) == {
        "male",
        "female",
    }


@pytest.mark.parametrize("name", sorted(DELIVERIES))
def test_each_is_finite_bounded_and_the_same_for_the_same_seed(female, name):
    made = DELIVERIES[name](female, rng(4), 1.0)
    assert made.dtype == np.float32 and made.ndim == 1
    assert np.isfinite(made).all() and np.abs(made).max() <= 1.0
    assert 0.4 * len(female) < len(made) < 6 * len(female)
    assert np.array_equal(made, DELIVERIES[name](female, rng(4), 1.0))
    assert not np.array_equal(made, DELIVERIES[name](female, rng(5), 1.0))


def test_input_is_left_alone(male):
    before = male.copy()
    for name in sorted(DELIVERIES):
        DELIVERIES[name](male, rng(), 1.0)
    assert np.array_equal(male, before)


def test_whisper_has_no_period_and_is_soft(male):
    made = whisper(male, rng(), 1.0)
    assert periodicity(male) > 0.55
    assert periodicity(made) < 0.7 * periodicity(male)
    assert (f0_track(made) > 0).mean() < 0.2
    assert SPEECH_DBFS - 20 <= active_dbfs(made) <= SPEECH_DBFS - 9


def test_shout_is_loud_high_and_bright(male):
    made = shout(male, rng(), 1.0)

    def treble(samples):
        power = np.abs(np.fft.rfft(samples)) ** 2
        hz = np.fft.rfftfreq(len(samples), 1 / 16000)
        return 10 * np.log10(power[(hz > 1000) & (hz < 5000)].sum() / power[(hz > 50) & (hz < 1000)].sum())

    assert active_dbfs(made) > SPEECH_DBFS + 6
    assert median_f0(made) > 1.3 * median_f0(male)
    assert treble(made) > treble(male) + 6


def test_shout_talk_and_whisper_do_not_overlap_in_level(male):
    for seed in range(4):
        loud, soft = shout(male, rng(seed), 0.7), whisper(male, rng(seed), 0.7)
        assert active_dbfs(loud) - 6 > active_dbfs(male) > active_dbfs(soft) + 6


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.5, 2.0])
def test_stretching_takes_the_time_by_the_factor(male, factor):
    assert len(stretched(male, rng(), factor)) * factor == pytest.approx(len(male), rel=0.03)


def test_fast_is_shorter_slow_is_longer_and_pitch_stays(female):
    for seed in range(3):
        quick, drawn = fast(female, rng(seed), 1.0), slow(female, rng(seed), 1.0)
        assert 1.35 < len(female) / len(quick) < 2.05
        assert len(drawn) > 1.25 * len(female)
        assert median_f0(quick) == pytest.approx(median_f0(female), rel=0.04)
        assert median_f0(drawn) == pytest.approx(median_f0(female), rel=0.04)


def test_child_and_gender_move_pitch_to_where_such_speakers_are(male, female):
    assert 235 < median_f0(child(male, rng(), 1.0)) < 350
    assert 170 < median_f0(other_gender(male, rng())) < 235
    assert 85 < median_f0(other_gender(female, rng())) < 135


def test_age_brings_a_man_up_and_a_woman_down(male, female):
    assert median_f0(elderly(male, rng(), 1.0)) > 0.97 * median_f0(male)
    assert median_f0(elderly(female, rng(), 1.0)) < median_f0(female)


def test_plain_keeps_the_speakers_kind(male, female):
    for seed in range(4):
        assert median_f0(plain(male, rng(seed))) < 150 < median_f0(plain(female, rng(seed)))


def test_events_and_breaths_make_the_clip_longer_by_sounds_not_silence(male):
    for name in ("cough", "sigh", "laughter", "yawn", "moan", "breath", "sobbing"):
        made = DELIVERIES[name](male, rng(1), 1.0)
        assert len(made) > 1.1 * len(male), name
        assert np.abs(made).max() > 0.02


def test_speaker_of_knows_pitch_and_falls_back_without_voice(male):
    f0, scale = speaker_of(male)
    assert f0 == pytest.approx(110, rel=0.1) and 0.97 <= scale < 1.1
    assert speaker_of(np.zeros(16000, dtype=np.float32))[0] > 0


def test_compression_narrows_the_dynamics(male):
    soft_end = male * np.linspace(1, 0.2, len(male)).astype(np.float32)
    half = len(male) // 2

    def drop(samples):
        return active_dbfs(samples[:half]) - active_dbfs(samples[half:])

    assert drop(compressed(soft_end, 0.6)) < 0.8 * drop(soft_end)
