import numpy as np

from echomind.training.data.crowd import applause, chatter, cheering, children
from echomind.training.data.psola import f0_track


def grain(samples):
    """How much the level changes from one 5 ms to the next, against its mean."""
    envelope = np.abs(samples[: len(samples) // 80 * 80]).reshape(-1, 80).mean(axis=1)
    return envelope.std() / envelope.mean()


def test_applause_is_made_of_claps_and_cheering_of_long_voices():
    claps = [grain(applause(2.0, np.random.default_rng(seed))) for seed in range(6)]
    cheers = [grain(cheering(2.0, np.random.default_rng(seed))) for seed in range(6)]
    assert np.median(claps) > 1.4 * np.median(cheers)


def test_children_are_higher_than_grown_ups():
    def pitch(make):
        heard = []
        for seed in range(3):
            f0 = f0_track(make(2.0, np.random.default_rng(seed)), 60, 600)
            heard.append(np.median(f0[f0 > 0]) if (f0 > 0).any() else 0)
        return np.median(heard)

    assert pitch(children) > 1.2 * pitch(chatter)


def test_given_sentences_are_what_is_heard(female):
    rng = np.random.default_rng(0)
    silent_pool = [np.full(16000, 1e-4, dtype=np.float32)]
    assert not np.array_equal(chatter(1.0, np.random.default_rng(0), [female]), chatter(1.0, rng, silent_pool))
