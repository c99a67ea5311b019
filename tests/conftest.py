"""Fixtures for the whole suite: a tiny but real model of our own, made here."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a test that asks the Hub is a defect; fail at once instead of retrying
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import pytest


def pytest_collection_finish() -> None:
    """A million objects stay until the end: looking through them again and again takes a twentieth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def processor():
    from echomind.slm import EchoMindFeatureExtractor, EchoMindProcessor
    from echomind.training.data.corpus import load_scenarios
    from echomind.training.tokenizer import train_tokenizer

    texts = [u for s in load_scenarios()[:40] for u in s.utterances]
    return EchoMindProcessor(EchoMindFeatureExtractor(), train_tokenizer(texts, vocab_size=600))


def make_tiny_model(processor, seed: int = 0):
    import torch

    from echomind.slm import EchoMindConfig, EchoMindEncoderConfig, EchoMindForConditionalGeneration, tiny_mla_config

    torch.manual_seed(seed)
    text = tiny_mla_config(
        vocab_size=len(processor.tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        q_lora_rank=32,
        kv_lora_rank=16,
        qk_nope_head_dim=16,
        qk_rope_head_dim=8,
        v_head_dim=16,
    )
    encoder = EchoMindEncoderConfig(conv_channels=[8, 8, 16], hidden_size=32, intermediate_size=64, level_size=8)
    return EchoMindForConditionalGeneration(EchoMindConfig(encoder_config=encoder, text_config=text))


@pytest.fixture
def tiny_model(processor):
    return make_tiny_model(processor).eval()


@pytest.fixture(scope="session")
def tiny_checkpoint(processor, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint") / "tiny"
    make_tiny_model(processor).save_pretrained(folder)
    processor.save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory):
    """The folder of a BERT of two thin layers with MiniLM's own word pieces."""
    folder = tmp_path_factory.mktemp("tiny-bert")
    make_tiny_bert(folder)
    return folder


def make_tiny_bert(folder, seed: int = 0, layers: int = 2) -> None:
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    from echomind.slm.delta import minilm

    torch.manual_seed(seed)
    shape = BertConfig(hidden_size=24, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=48)
    BertModel(shape).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(minilm())).save_pretrained(folder)
