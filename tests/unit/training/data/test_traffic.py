import numpy as np
import scipy.signal

from echomind.training.data.traffic import basketball, car, subway


def share(samples, low, high):
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / 16000)
    return power[(hz >= low) & (hz < high)].sum() / power.sum()


def test_a_cabin_is_all_bass():
    for seed in range(5):
        assert share(car(4.0, np.random.default_rng(seed)), 0, 500) > 0.6


def test_a_train_has_more_middle_than_a_car():
    middles = [[share(f(4.0, np.random.default_rng(s)), 300, 3000) for s in range(5)] for f in (car, subway)]
    assert np.median(middles[1]) > 2 * np.median(middles[0])


def test_a_ball_bounces_one_to_six_times_a_second():
    for seed in range(4):
        made = basketball(6.0, np.random.default_rng(seed))
        envelope = np.abs(made)[: len(made) // 160 * 160].reshape(-1, 160).max(axis=1)
        peaks, _ = scipy.signal.find_peaks(envelope, height=0.35 * envelope.max(), distance=12)
        assert 4 <= len(peaks) <= 36
