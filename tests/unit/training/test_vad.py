import numpy as np

from echomind.slm.configuration import THINKING_EMOTIONS
from echomind.training.vad import EMOTION_NORMS, ListenerMap


def rated() -> np.ndarray:
    speaker = 3 + np.random.default_rng(0).normal(size=(200, 3)) * 0.3
    return np.concatenate([speaker, 3.1 + 0.5 * (speaker - 3)], axis=1)


def test_the_listener_follows_the_ratings_it_was_fitted_on():
    listener = ListenerMap(rated())
    np.testing.assert_allclose(listener(np.array([4.0, 3.0, 2.0])), [3.6, 3.1, 2.6], atol=1e-6)


def test_a_faint_emotion_lies_nearer_to_neutral():
    listener = ListenerMap(rated())
    strong, faint = listener.target("angry", "high"), listener.target("angry", "low")
    assert abs(faint[0] - 3) < abs(strong[0] - 3)
    assert strong.shape == (6,)


def test_every_thinking_emotion_has_a_place():
    assert set(EMOTION_NORMS) == set(THINKING_EMOTIONS)
