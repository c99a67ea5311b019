"""A published checkpoint, where a setting names one: ``ECHOMIND_LIVE_SLM=Qwen/Qwen2-Audio-7B-Instruct``.

With ``HF_HUB_OFFLINE=0`` it may be downloaded; ``ECHOMIND_DEVICE=cuda`` puts it on a GPU; ``ECHOMIND_LIVE_SPEECH=1``
lets it speak.
"""

import json
import os
import re

import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from echomind.audio import load_clip
from echomind.models.answering import ChoiceRequest, ReplyRequest
from echomind.models.prompts import system_prompt
from echomind.models.transformers_slm import TransformersSLM
from echomind.settings import get_settings
from echomind.taxonomy import PARALINGUISTIC

CHECKPOINT = os.environ.get("ECHOMIND_LIVE_SLM", "")
SPEECH = os.environ.get("ECHOMIND_LIVE_SPEECH", "") == "1"
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not CHECKPOINT, reason="ECHOMIND_LIVE_SLM names no checkpoint"),
]


@pytest.fixture(scope="module")
def slm():
    return TransformersSLM.load(CHECKPOINT, speech=SPEECH)


@pytest.fixture(scope="module")
def example():
    folder = get_settings().assets_dir / "examples"
    told = next(e for e in json.loads((folder / "examples.json").read_text()) if e["file"] == "visit_neutral.ogg")
    return load_clip(folder / told["file"]), told["transcript"]


def test_it_writes_down_what_is_said(slm, example):
    clip, said = example
    plain = EnglishTextNormalizer()
    heard = slm.transcribe("visit/neutral", clip)
    assert jiwer.wer(plain(said), plain(heard)) < 0.5, heard


def test_it_chooses_an_option(slm, example):
    options = {"A": "A visit to a hospital", "B": "A game of chess"}
    answer = slm.choose(ChoiceRequest("visit/1", example[0], "speaker_intent_recognition", "What is planned?", options))
    assert re.search(r"\bA\b", answer), answer
    assert "Choose the one option" not in answer, answer  # the prompt is not part of it


@pytest.mark.parametrize("condition", ["zero", "basic", "enhanced"])
def test_it_replies(slm, example, condition):
    system = system_prompt(condition, "family", PARALINGUISTIC)
    reply = slm.reply(ReplyRequest("visit/neutral", example[0], condition, "family", system))
    assert len(reply.text.split()) > 3, reply.text
    assert "You are in a spoken conversation" not in reply.text, reply.text
    if SPEECH:
        assert reply.audio is not None
        assert 1 < reply.audio.seconds < 81
