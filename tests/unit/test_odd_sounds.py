"""What each kind of odd clip comes to: sound in bounds, or one line that says what is wrong with it."""

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.errors import AudioError
from tests.unit.odd_sounds import ELSEWHERE, MAKERS, drawn


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", range(len(MAKERS)), ids=[make.__name__ for make in MAKERS])
def test_every_kind_is_sound_or_refused_in_one_line(kind, seed):
    odd = drawn(kind, seed)
    try:
        clip = load_clip(odd.data, name=odd.name)
    except AudioError as error:
        assert odd.expected != "answer", error
        assert "\n" not in str(error)
        assert len(str(error)) < 300
        assert "expected" in str(error)
        return
    assert odd.expected != "refusal"
    assert 0.1 <= clip.seconds <= 60
    assert np.isfinite(clip.samples).all()
    assert np.abs(clip.samples).max() <= 1
    assert len(clip.samples) == round(clip.seconds * SAMPLE_RATE)


def test_a_number_and_a_seed_always_give_the_same_clip():
    for number in range(len(MAKERS)):
        if MAKERS[number].__name__ != "elsewhere":  # a second run of eSpeak NG tells no more
            one, other = drawn(number, 7), drawn(number, 7)
            # containers carry numbers of their own choice, so the bytes are not all the same
            assert (one.kind, one.name, one.expected, len(one.data)) == (
                other.kind, other.name, other.expected, len(other.data),
            )  # fmt: skip
    assert len({drawn(0, seed).data for seed in range(5)}) > 1
    assert len(ELSEWHERE) > 1
