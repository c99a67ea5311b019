"""Spoken replies of the models that have a talker."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from echomind.models.transformers_slm import TransformersSLM

from . import tiny_slms
from .slm_requests import FEW, OMNI, asked, hiss, question, tone, with_decoding_settings


@pytest.fixture(params=OMNI)
def speaker(request, loaded):
    return loaded(request.param, speech=True)


@pytest.mark.parametrize("kind", OMNI)
def test_without_speech_the_talker_is_not_loaded(loaded, kind):
    silent = {name.split(".")[0] for name, _ in loaded(kind).family.model.named_parameters()}
    speaking = {name.split(".")[0] for name, _ in loaded(kind, speech=True).family.model.named_parameters()}
    assert silent == {"model", "lm_head"}
    assert {"thinker", "talker"} < speaking


@pytest.mark.parametrize("kind", OMNI)
def test_a_repetition_penalty_of_the_checkpoint_holds_for_silent_and_spoken_replies(checkpoint, loaded, tmp_path, kind):
    folder = with_decoding_settings(checkpoint(kind), tmp_path / kind, repetition_penalty=50.0)
    silent, spoken = (
        TransformersSLM.load(folder, speech=speech, **FEW).reply(asked(hiss())) for speech in (False, True)
    )
    assert silent.text == spoken.text != loaded(kind).reply(asked(hiss())).text


def test_a_spoken_reply_has_the_words_of_the_silent_model_and_a_clip(speaker, loaded):
    reply = speaker.reply(asked(hiss()))
    assert reply.text == loaded(speaker.name).reply(asked(hiss())).text
    sound = reply.audio
    assert sound.samples.dtype == np.float32
    assert sound.samples.ndim == 1
    assert 0.6 < sound.seconds <= 0.8
    assert 0.01 < np.abs(sound.samples).mean() < 0.9
    again, other = speaker.reply(asked(hiss())), speaker.reply(asked(tone()))
    assert np.array_equal(again.audio.samples, sound.samples)
    assert not np.array_equal(other.audio.samples, sound.samples)


def test_speech_comes_at_24_khz_and_is_resampled(speaker, monkeypatch):
    t = np.arange(24_000) / 24_000
    wave = (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
    made = speaker.family.model.generate

    def generate(**arguments):
        sequences, _ = made(**arguments)
        return sequences, torch.from_numpy(wave)

    monkeypatch.setattr(speaker.family.model, "generate", generate)
    sound = speaker.reply(asked(hiss())).audio
    assert sound.seconds == 1.0
    assert np.argmax(np.abs(np.fft.rfft(sound.samples))) == 440


def test_only_replies_are_spoken(speaker, monkeypatch):
    monkeypatch.setattr(speaker.family.model, "generate", lambda **_: pytest.fail("the talker was asked"))
    assert speaker.transcribe("s1/target", hiss())
    assert speaker.choose(question(hiss()))


def test_a_model_with_nothing_to_say_says_one_word(speaker, monkeypatch):
    end = tiny_slms.token("<|im_end|>")
    monkeypatch.setattr(speaker.family.model.thinker.generation_config, "sequence_bias", [[[end], 1000.0]])
    reply = speaker.reply(asked(hiss()))
    assert len(reply.text) <= len("assistant")
    assert reply.audio is not None


def test_a_talker_that_stops_at_once_leaves_the_words(speaker, monkeypatch, caplog):
    stops = {"qwen2_5_omni": 8294, "qwen3_omni_moe": 1030}
    bias = [[[stops[speaker.name]], 1000.0]]
    monkeypatch.setattr(speaker.family.model.talker.generation_config, "sequence_bias", bias)
    reply = speaker.reply(asked(hiss()))
    assert reply.text
    assert reply.audio is None
    assert "the reply stays without sound: reply to hiss.wav: found 0.0" in caplog.text


def test_another_voice_sounds_different(checkpoint, loaded):
    ethan = TransformersSLM.load(checkpoint("qwen2_5_omni"), speech=True, voice="ethan", **FEW)
    chelsie = loaded("qwen2_5_omni", speech=True)
    assert (ethan.family.voice, chelsie.family.voice) == ("Ethan", "Chelsie")
    replies = [model.reply(asked(hiss())) for model in (ethan, chelsie)]
    assert replies[0].text == replies[1].text
    assert not np.array_equal(replies[0].audio.samples, replies[1].audio.samples)


def test_the_talker_of_qwen3_omni_is_told_the_voice(checkpoint, loaded, monkeypatch):
    chelsie = TransformersSLM.load(checkpoint("qwen3_omni_moe"), speech=True, voice="Chelsie", **FEW)
    told = []
    for slm in (loaded("qwen3_omni_moe", speech=True), chelsie):
        talker = slm.family.model.talker
        said = talker.generate
        monkeypatch.setattr(talker, "generate", lambda said=said, **given: told.append(given) or said(**given))
        slm.reply(asked(hiss()))
    by_ethan, by_chelsie = (given["inputs_embeds"][0] for given in told)
    others = (by_ethan - by_chelsie).abs().sum(dim=-1).nonzero().flatten().tolist()
    assert len(others) == 1  # the token of the speaker, and nothing else
    embedding = chelsie.family.model.talker.get_input_embeddings()
    expected = embedding(torch.tensor(1037)) - embedding(torch.tensor(1036))
    torch.testing.assert_close((by_ethan - by_chelsie)[others[0]], expected)
