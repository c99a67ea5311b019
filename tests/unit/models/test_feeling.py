import shutil

import numpy as np
import pytest
import torch

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.choosing import HEARD_LABELS, READ_LABELS, OptionReader, TextMap
from echomind.models.feeling import TELLING, felt, said_emotions, voice_displacement, with_words
from echomind.models.own import weights_digest
from echomind.models.protocol import VAD, Cue
from echomind.models.slm import TEXT_TOWER, heard_emotions, load_slm
from echomind.slm.configuration import EMOTION_NORMS, THINKING_EMOTIONS
from echomind.slm.tower import WORD_EMOTIONS, minilm, new_tower, save_tower
from echomind.taxonomy import NONE

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
    # A tower that speaks for no emotion changes nothing of what is thought and said.
    assert list(slm.reply(both)) == list(without.reply(without.perceive(clip, words)))


def test_words_speak_for_what_the_tower_reads_and_plain_ones_for_nothing():
    assert said_emotions(torch.zeros(len(WORD_EMOTIONS))).tolist() == pytest.approx([0.0] * len(THINKING_EMOTIONS))
    evidence = torch.tensor([-3.0, 1.0, -50.0, 0.0, 2.0, 0.0, 0.0])
    said = dict(zip(THINKING_EMOTIONS, said_emotions(evidence).tolist(), strict=True))
    assert said["happy"] == pytest.approx(np.log(TELLING * np.e + 1 - TELLING))
    assert said["sad"] == pytest.approx(np.log(1 - TELLING))  # never ruled out
    assert said["angry"] > said["happy"] > said["surprise"] == said["tired"] == said["unwell"] == 0


def test_voice_and_words_together_weigh_each_other():
    cue = Cue(NONE, 0.6, {"happy": 0.2, "angry": 0.2})
    plain = with_words(cue, torch.zeros(len(THINKING_EMOTIONS)))
    assert plain.label == NONE
    assert plain.scores == pytest.approx(cue.scores)
    said = said_emotions(torch.tensor([-4.0, 4.0, 0.0, 0.0, -4.0, 0.0, 0.0]))
    both = with_words(cue, said)
    assert both.label == "happy"
    assert both.score == both.scores["happy"] > 0.9
    assert both.scores["angry"] < 0.02
    assert 0 < 1 - sum(both.scores.values()) < 0.06  # what is left for no emotion


def test_what_the_words_feel_like_moves_the_thinking_and_the_choice(tiny_checkpoint, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    torch.manual_seed(0)
    tower, _ = new_tower()
    save_tower(tower, folder / TEXT_TOWER)
    slm = load_slm(str(folder))
    assert slm.tower is not None
    rng = np.random.default_rng(0)
    clip = Clip((rng.normal(size=SAMPLE_RATE) * 0.1).astype(np.float32))
    size = len(READ_LABELS)
    random_map = TextMap(rng.normal(size=(size, 384)).astype("f4"), np.zeros(size, "f4"))
    slm.options = OptionReader(random_map, random_map, np.full(len(HEARD_LABELS), 0.5, "f4"), minilm())
    options = {"A": "Happy", "B": "Disgusted"}
    plain = slm.choose(clip, "What is felt?", options, transcript="we won")
    for word in ("happy", "disgust"):
        with torch.no_grad():
            slm.tower.tower.emotions.bias.zero_()[THINKING_EMOTIONS.index(word)] = 40.0
            slm.tower.tower.emotion_prior.copy_(torch.full((len(WORD_EMOTIONS),), -12.0))
        thinking = next(iter(slm.reply(slm.perceive(clip, "we won"))))
        assert thinking.emotion == word
        moved = slm.choose(clip, "What is felt?", options, transcript="we won")
        assert (moved["A"] > plain["A"]) == (word == "happy")
    assert slm.choose(clip, "What is felt?", options) == plain  # no words, nothing said


def test_another_tower_makes_another_version_of_the_answers(tiny_checkpoint, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    tower, _ = new_tower()
    save_tower(tower, folder / TEXT_TOWER)
    with_tower, without = load_slm(str(folder)), load_slm(str(tiny_checkpoint))
    first = weights_digest(with_tower)
    assert first != weights_digest(without)
    assert with_tower.tower is not None
    with torch.no_grad():
        with_tower.tower.tower.emotions.bias += 1
    assert weights_digest(with_tower) != first
