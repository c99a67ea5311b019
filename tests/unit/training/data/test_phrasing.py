import numpy as np

from echomind.training.data.phrasing import quiet_places, silence, with_inserts


def test_quiet_places_lie_in_the_gaps_between_words(male):
    places = quiet_places(male)
    assert 2 <= len(places) <= 5  # five words, four gaps and the edges
    for place in places:
        assert np.abs(male[place - 100 : place + 100]).max() < 0.1 * np.abs(male).max()


def test_no_places_in_steady_sound_or_a_snippet():
    assert len(quiet_places(np.ones(16000, dtype=np.float32) * 0.1)) == 0
    assert len(quiet_places(np.ones(500, dtype=np.float32))) == 0


def test_inserts_go_in_at_their_places_in_order(male):
    mark = np.full(800, 0.5, dtype=np.float32)
    made = with_inserts(male, [(20000, mark), (8000, -mark)])
    assert len(made) == len(male) + 1600
    assert np.all(made[8000:8800] == -0.5) and np.all(made[20800:21600] == 0.5)
    assert np.array_equal(made[:7500], male[:7500])


def test_silence_is_silent_and_as_long_as_asked():
    pause = silence(np.random.default_rng(0), 0.1, 0.2)
    assert not pause.any() and 1600 <= len(pause) <= 3200
