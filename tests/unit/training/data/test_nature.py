import numpy as np

from echomind.training.data.nature import dog, rain, sea_waves, thunderstorm, wind


def share(samples, low, high):
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / 16000)
    return power[(hz >= low) & (hz < high)].sum() / power.sum()


def test_wind_is_low_and_rain_is_high():
    for seed in range(4):
        assert share(wind(4.0, np.random.default_rng(seed)), 0, 1000) > 0.6
        assert share(rain(4.0, np.random.default_rng(seed)), 1500, 8000) > 0.6


def test_thunder_rumbles_under_the_rain():
    for seed in range(4):
        made = thunderstorm(5.0, np.random.default_rng(seed))
        assert share(made, 0, 300) > 5 * share(rain(5.0, np.random.default_rng(seed)), 0, 300)


def test_waves_swell_slowly():
    made = sea_waves(8.0, np.random.default_rng(0))
    level = np.sqrt((made.reshape(-1, 4000) ** 2).mean(axis=1))
    assert level.max() > 2 * level.min()
    assert np.abs(np.diff(level)).max() < level.max()


def test_a_dog_barks_with_pauses():
    for seed in range(4):
        made = np.abs(dog(5.0, np.random.default_rng(seed)))
        envelope = made[: len(made) // 400 * 400].reshape(-1, 400).max(axis=1)
        assert (envelope < 0.1 * envelope.max()).mean() > 0.1
        assert (envelope > 0.3 * envelope.max()).any()
