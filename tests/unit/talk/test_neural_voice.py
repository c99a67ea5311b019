"""A tiny VITS with random weights, made here: noise in the shape of speech, through the real loading code."""

import io
import json
import shutil

import pytest
import soundfile

from echomind.errors import CheckpointError, VoiceError
from echomind.talk import neural_voice
from echomind.talk.neural_voice import NeuralVoice, Voice
from echomind.talk.prosody import PLAIN, Prosody


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    import torch
    from transformers import VitsConfig, VitsModel, VitsTokenizer

    folder = tmp_path_factory.mktemp("voice") / "tiny-vits"
    folder.mkdir()
    letters = ["-", *" abcdefghijklmnopqrstuvwxyz'", "<unk>"]
    (folder / "vocab.json").write_text(json.dumps({letter: place for place, letter in enumerate(letters)}))
    tokenizer = VitsTokenizer(str(folder / "vocab.json"), pad_token="-", unk_token="<unk>", phonemize=False)
    torch.manual_seed(0)
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "ffn_dim": 32, "flow_size": 16}
    config = VitsConfig(
        vocab_size=len(letters),
        **small,
        spectrogram_bins=9,
        prior_encoder_num_flows=1,
        prior_encoder_num_wavenet_layers=1,
        posterior_encoder_num_wavenet_layers=1,
        duration_predictor_num_flows=1,
        duration_predictor_flow_bins=4,
        duration_predictor_filter_channels=16,
        depth_separable_num_layers=1,
        use_stochastic_duration_prediction=False,
        upsample_initial_channel=16,
        upsample_rates=[8, 8],
        upsample_kernel_sizes=[16, 16],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1]],
        wavenet_dilation_rate=1,
        noise_scale=0.0,
        sampling_rate=16_000,
    )
    VitsModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def voice(checkpoint):
    return NeuralVoice(str(checkpoint))


def test_a_sentence_becomes_sound(voice):
    speech = voice.speak("i hear  you and i am here", PLAIN)
    data, rate = soundfile.read(io.BytesIO(speech.wav))
    assert (rate, data.ndim) == (16_000, 1)
    assert speech.seconds == pytest.approx(len(data) / rate)
    assert speech.seconds > 0
    assert (speech.engine, speech.text) == ("tiny-vits", "i hear you and i am here")


def test_rate_and_level_follow_the_delivery(voice):
    words = "it has been a very long day for all of us here"
    plain, slow = voice.speak(words, PLAIN), voice.speak(words, Prosody(rate=0.5))
    assert slow.seconds == pytest.approx(2 * plain.seconds, rel=0.35)  # durations are whole frames
    soft = voice.speak(words, Prosody(volume_db=-6))
    loud, quiet = (abs(soundfile.read(io.BytesIO(s.wav))[0]).mean() for s in (plain, soft))
    assert quiet == pytest.approx(loud * 10 ** (-6 / 20), rel=0.1)


def test_a_higher_pitch_takes_as_long(voice):
    words = "it has been a very long day for all of us here"
    assert voice.speak(words, Prosody(pitch_st=3)).seconds == pytest.approx(voice.speak(words, PLAIN).seconds, rel=0.3)


@pytest.mark.parametrize("text", ["", " ", "... !"])
def test_nothing_to_say(voice, text):
    with pytest.raises(VoiceError, match="nothing to speak"):
        voice.speak(text, PLAIN)


def test_what_is_no_voice_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"cannot be loaded .*; expected a text-to-speech folder or Hub id"):
        NeuralVoice(str(tmp_path))


def test_the_named_voice_speaks(checkpoint):
    assert Voice(str(checkpoint))("we are here", PLAIN).engine == "tiny-vits"


def test_a_voice_that_cannot_be_had_leaves_the_installed_one_and_is_not_asked_for_again(tmp_path, monkeypatch, caplog):
    asked = []

    def missing(checkpoint, device):
        asked.append(checkpoint)
        raise CheckpointError(f"voice {checkpoint}: not here")

    monkeypatch.setattr(neural_voice, "NeuralVoice", missing)
    say = Voice("org/voice")
    assert {say("hello there", PLAIN).engine for _ in range(2)} <= {"flite", "espeak-ng", "espeakng-loader"}
    assert asked == ["org/voice"]
    assert "not here; replies are spoken by what is installed" in caplog.text


def test_without_a_setting_what_is_installed_speaks():
    assert Voice()("hello there", PLAIN).engine in ("flite", "espeak-ng", "espeakng-loader")


def test_the_checkpoint_may_be_moved(checkpoint, tmp_path):
    moved = shutil.copytree(checkpoint, tmp_path / "my voice")
    assert NeuralVoice(str(moved)).name == "my voice"
