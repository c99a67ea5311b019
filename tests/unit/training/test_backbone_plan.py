"""The formulas of LARGE.md against models: tensors counted, operations counted, saved activations measured."""

from __future__ import annotations

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen3Config

from echomind.slm.backbone import LoraSettings
from echomind.training import backbone_plan as plan

SIZES = {
    "vocab_size": 160,
    "hidden_size": 64,
    "intermediate_size": 200,
    "num_hidden_layers": 3,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "head_dim": 16,
}
LLAMA = LlamaConfig(**SIZES, attention_bias=True)
QWEN3 = Qwen3Config(**SIZES, tie_word_embeddings=True)
LORA = LoraSettings(rank=4, dropout=0.0)
TOKENS, BATCH = 48, 2


def model(config, lora=None, dtype=torch.float32):
    torch.manual_seed(0)
    made = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=dtype)
    if lora is not None:
        targets = list(lora.targets)
        get_peft_model(made, LoraConfig(r=lora.rank, target_modules=targets, lora_dropout=lora.dropout))
    return made.train()


@pytest.mark.parametrize("config", [LLAMA, QWEN3])
def test_parameters_are_those_of_the_classes(config):
    shape = plan.shape_of(config)
    assert shape.parameters == sum(p.numel() for p in model(config).parameters())
    learnt = sum(p.numel() for p in model(config, LORA).parameters() if p.requires_grad)
    assert shape.adapter(LORA, 0) == learnt


@pytest.mark.parametrize("config", [LLAMA, QWEN3])
@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("lora", [None, LORA])
def test_operations_are_those_that_are_made(config, lora, checkpointing):
    made = model(config, lora)
    if checkpointing:
        made.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    embedded = torch.randn(BATCH, TOKENS, 64, requires_grad=True)
    with FlopCounterMode(display=False) as counted:
        made(inputs_embeds=embedded, use_cache=False).logits.float().square().mean().backward()
    expected = BATCH * plan.step_operations(plan.shape_of(config), TOKENS, lora, checkpointing)
    assert counted.get_total_flops() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("wide", [200, 64])
def test_a_layer_keeps_no_more_than_is_planned(wide):
    config = LlamaConfig(**SIZES | {"intermediate_size": wide}, attention_bias=True)
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    made = model(config, LoraSettings(rank=4, dropout=0.05), torch.bfloat16)
    made.set_attn_implementation("sdpa")  # what a card computes keeps no table of all pairs
    weights = {p.untyped_storage().data_ptr() for p in made.parameters()}
    embedded = torch.randn(BATCH, TOKENS, 64, dtype=torch.bfloat16, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        out = made.model(inputs_embeds=embedded, use_cache=False).last_hidden_state
    measured = sum(size for place, size in kept.items() if place not in weights)
    planned = BATCH * TOKENS * plan.layer_bytes(plan.shape_of(config)) * config.num_hidden_layers
    assert out.requires_grad
    assert measured <= planned <= 2 * measured, (measured, planned)


def test_openpangu_has_eight_billion_parameters_and_its_known_cache():
    shape = plan.DECODERS["openPangu-Embedded-7B"]
    assert shape.parameters == pytest.approx(8.03e9, rel=1e-3)
    assert shape.parameters - 2 * shape.table == pytest.approx(6.77e9, rel=1e-3)
    assert shape.cache() == 139_264


def test_the_document_holds_what_is_computed():
    text = plan.DOCUMENT.read_text(encoding="utf-8")
    assert text == plan.document(text), "run python -m echomind.training.backbone_plan --write"
    assert plan.tables() in text
