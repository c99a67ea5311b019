"""Checkpoints and settings that cannot work, each told in one line."""

from __future__ import annotations

import json
import shutil

import pytest
from safetensors.torch import load_file, save_file

from echomind.errors import CheckpointError, ConfigurationError
from echomind.models.families import FAMILIES
from echomind.models.transformers_slm import TransformersSLM

from .slm_requests import OMNI, TYPES

TEXT_ONLY = ["audioflamingo3", "qwen2_audio"]


def refused(error, *arguments, **settings) -> str:
    with pytest.raises(error) as caught:
        TransformersSLM.load(*arguments, **settings)
    message = str(caught.value)
    assert "\n" not in message
    assert "expected" in message
    return message


def test_an_unknown_type_is_answered_with_the_supported_ones(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "phi4mm", "auto_map": {"AutoConfig": "x.Y"}}))
    message = refused(ConfigurationError, tmp_path)
    assert "'phi4mm'" in message
    assert all(kind in message and family.example in message for kind, family in FAMILIES.items())
    (tmp_path / "config.json").write_text("{}")
    assert "None" in refused(ConfigurationError, tmp_path)


@pytest.mark.parametrize("wrong", ["no/such/folder/at/all", "nobody/has-this-model", "/nowhere"])
def test_a_checkpoint_that_cannot_be_had(wrong):
    assert wrong in refused(CheckpointError, wrong)


@pytest.mark.parametrize("kind", TYPES)
def test_a_checkpoint_with_gaps_is_refused_instead_of_filled_with_random_numbers(checkpoint, tmp_path, kind):
    folder = shutil.copytree(checkpoint(kind), tmp_path / kind)
    weights = load_file(folder / "model.safetensors")
    lost = next(name for name in weights if "audio_tower" in name and name.endswith("q_proj.weight"))
    save_file({n: w for n, w in weights.items() if n != lost}, folder / "model.safetensors", {"format": "pt"})
    assert "1 weights" in (message := refused(CheckpointError, folder))
    assert "q_proj.weight" in message


def test_broken_files(checkpoint, tmp_path):
    def broken(name: str, change) -> str:
        folder = shutil.copytree(checkpoint("qwen2_audio"), tmp_path / name)
        change(folder)
        return refused(CheckpointError, folder)

    def halve(folder):
        file = folder / "model.safetensors"
        file.write_bytes(file.read_bytes()[:50_000])

    def widen(folder):
        config = json.loads((folder / "config.json").read_text())
        config["text_config"]["hidden_size"] = 64
        (folder / "config.json").write_text(json.dumps(config))

    broken("halved", halve)
    broken("widened", widen)
    broken("no_json", lambda folder: (folder / "config.json").write_text("{"))
    broken("no_weights", lambda folder: (folder / "model.safetensors").unlink())
    # transformers makes an empty tokenizer here and says nothing
    assert "token for sound" in broken("no_tokens", lambda folder: (folder / "tokenizer.json").unlink())


def test_a_base_model_without_a_chat_template(checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint("qwen2_5_omni"), tmp_path / "base")
    (folder / "chat_template.json").unlink()
    assert "no chat template" in refused(CheckpointError, folder)


@pytest.mark.parametrize("kind", TEXT_ONLY)
def test_models_that_cannot_speak_are_not_asked_to(checkpoint, kind):
    assert "answers in text alone" in refused(ConfigurationError, checkpoint(kind), speech=True)


@pytest.mark.parametrize("kind", OMNI)
def test_speech_that_a_checkpoint_does_not_have(checkpoint, tmp_path, kind):
    folder = shutil.copytree(checkpoint(kind), tmp_path / kind)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"enable_audio_output": False}))
    assert "answers in text alone" in refused(ConfigurationError, folder, speech=True)
    known = refused(ConfigurationError, checkpoint(kind), speech=True, voice="Nobody").casefold()
    assert "'nobody'" in known
    assert "ethan" in known
    refused(ConfigurationError, checkpoint(kind), voice="Ethan")


def test_voices_that_are_missing_or_broken(checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint("qwen2_5_omni"), tmp_path / "voiceless")
    (folder / "spk_dict.pt").write_bytes(b"not a tensor")
    refused(CheckpointError, folder, speech=True)
    (folder / "spk_dict.pt").unlink()
    assert "spk_dict.pt" in refused(CheckpointError, folder, speech=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("device", "cuda:99"),
        ("device", "toaster"),
        ("dtype", "int8"),
        ("max_new_tokens", 0),
        ("temperature", -1.0),
        ("max_speech_s", 0.0),
    ],
)
def test_settings_that_cannot_work(checkpoint, name, value):
    assert str(value) in refused(ConfigurationError, checkpoint("qwen2_audio"), **{name: value})
