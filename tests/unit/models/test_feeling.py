import shutil

import numpy as np
import pytest
import torch

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.feeling import felt, voice_displacement
from echomind.models.protocol import VAD
from echomind.models.slm import TEXT_TOWER, heard_emotions, load_slm
from echomind.slm.configuration import EMOTION_NORMS, THINKING_EMOTIONS
from echomind.slm.tower import new_tower, save_tower

NEUTRAL = {word: float(word == "neutral") for word in THINKING_EMOTIONS}
WORDS = [3.1, 3.0, 2.9, 3.2, 3.0, 3.1]


def heard(**shares: float) -> dict[str, float]:
    return NEUTRAL | {"neutral": 1 - sum(shares.values())} | shares


def test_a_neutral_voice_leaves_the_words_as_they_are():
    assert felt(WORDS, NEUTRAL) == felt(WORDS) == (VAD(3.1, 3.0, 2.9), VAD(3.2, 3.0, 3.1))


def test_a_sure_emotion_moves_by_its_place_and_half_a_one_by_half():
    assert voice_displacement(heard(happy=1.0)) == pytest.approx(np.array(EMOTION_NORMS["happy"]))
    assert voice_displacement(heard(angry=0.5)) == pytest.approx(np.array(EMOTION_NORMS["angry"]) / 2)
    assert voice_displacement({k: 3 * v for k, v in heard(sad=0.4).items()}) == pytest.approx(
        voice_displacement(heard(sad=0.4))
    )  # shares that do not sum to one


def test_the_listener_moves_by_the_map():
    speaker, listener = felt(WORDS, heard(angry=1.0), np.diag([0.5, 0.0, -1.0]))
    v, a, d = EMOTION_NORMS["angry"]
    assert (speaker.v, speaker.a, speaker.d) == pytest.approx((3.1 + v, 3.0 + a, 2.9 + d))
    assert (listener.v, listener.a, listener.d) == pytest.approx((3.2 + v / 2, 3.0, 3.1 - d))


def test_values_stay_on_the_scale():
    speaker, listener = felt([4.9, 1.0, 3, 4.9, 5, 3], heard(happy=1.0))
    assert speaker.v == listener.v == 5.0
    assert felt([0.2, 3, 3, 3, 3, 9.0])[0].v == 1.0


def test_with_a_tower_words_come_from_it_and_the_voice_moves_them(tiny_checkpoint, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    torch.manual_seed(0)
    tower, _ = new_tower()
    with torch.no_grad():
        tower.listener_map.copy_(0.5 * torch.eye(3))
    save_tower(tower, folder / TEXT_TOWER)
    slm, without = load_slm(str(folder)), load_slm(str(tiny_checkpoint))
    assert slm.tower is not None
    words = "we won the whole thing"
    read = slm.tower([words])[0].tolist()
    alone = slm.perceive_text(words)
    assert (alone.speaker, alone.listener) == felt(read)
    clip = Clip((np.random.default_rng(0).normal(size=SAMPLE_RATE) * 0.1).astype(np.float32))
    both = slm.perceive(clip, words)
    shares = dict(zip(THINKING_EMOTIONS, heard_emotions(both.cues).exp().tolist(), strict=True))
    assert (both.speaker, both.listener) == felt(read, shares, 0.5 * np.eye(3))
    assert both.speaker != alone.speaker
    # What is thought and said does not hang on the tower.
    assert list(slm.reply(both)) == list(without.reply(without.perceive(clip, words)))
