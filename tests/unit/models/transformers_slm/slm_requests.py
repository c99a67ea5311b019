"""What tests ask of spoken language models: made clips, and requests about them."""

from __future__ import annotations

import json
import shutil

import numpy as np

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.answering import ChoiceRequest, ReplyRequest
from echomind.models.families import FAMILIES

TYPES = sorted(FAMILIES)
OMNI = ["qwen2_5_omni", "qwen3_omni_moe"]
FEW = {"max_new_tokens": 12, "max_speech_s": 0.8}
OPTIONS = {"A": "Sighing", "B": "Coughing"}


def tone(seconds: float = 1.5, pitch: float = 220.0) -> Clip:
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return Clip((0.3 * np.sin(2 * np.pi * pitch * t)).astype(np.float32), "tone.wav")


def hiss(seconds: float = 1.5) -> Clip:
    noise = np.random.default_rng(0).normal(size=int(seconds * SAMPLE_RATE)) * 0.1
    return Clip(noise.astype(np.float32), "hiss.wav")


def asked(clip: Clip, system: str = "Be kind.") -> ReplyRequest:
    return ReplyRequest("s1/target", clip, "basic", "work", system)


def question(clip: Clip, text: str = "Which sound does the speaker make?") -> ChoiceRequest:
    return ChoiceRequest("q1", clip, "nve_recognition", text, OPTIONS)


def with_decoding_settings(folder, copy, **settings):
    """A copy of a checkpoint that brings its own settings for decoding along."""
    shutil.copytree(folder, copy)
    file = copy / "generation_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))
    return copy
