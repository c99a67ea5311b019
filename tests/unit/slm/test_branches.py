import copy

import pytest
import torch
from transformers import AutoModelForCausalLM, Qwen3Config

from echomind.slm import EchoMindConfig, EchoMindForConditionalGeneration
from echomind.slm.branches import Copied, Shared, SharedWeights
from tests.conftest import make_tiny_model

BEGUN = [1, 20, 30, 40, 50]
ROWS = [[21, 22, 23, 24], [31, 32, 33, 34], [41, 42, 43, 44]]


@pytest.fixture(params=[False, True], ids=["norms of one", "norms as trained"])
def model(request, processor):
    model = make_tiny_model(processor).eval()
    if request.param:  # a new norm's weights are all one, and would hide that they were forgotten
        generator = torch.Generator().manual_seed(1)
        for name, weight in model.language_model.named_parameters():
            if "norm" in name:
                weight.data = torch.rand(weight.shape, generator=generator) + 0.5
    return model


@pytest.fixture
def begun(model):
    with torch.inference_mode():
        yield model(input_ids=torch.tensor([BEGUN]), use_cache=True, logits_to_keep=1).past_key_values


def read_at_once(model, row):
    return model(input_ids=torch.tensor([[*BEGUN, *row]])).logits[0, len(BEGUN) :].float()


def steps(branches, rows):
    """Logits ``(rows, steps, vocab)``."""
    return torch.stack([branches.step(list(tokens)) for tokens in zip(*rows, strict=True)], dim=1)


def test_each_row_goes_on_as_if_it_were_alone(model, begun):
    for branches in (Shared(SharedWeights(model), begun, 3, 4), Copied(model, begun, 3)):
        found = steps(branches, ROWS)
        for row, logits in zip(ROWS, found, strict=True):
            assert logits.shape == (4, model.config.text_config.vocab_size)
            torch.testing.assert_close(logits, read_at_once(model, row), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("parts", [[[21]], [[21, 22, 23, 24]], [[21, 22], [23], [24]]])
def test_tokens_are_fed_as_the_model_reads_them(model, begun, parts):
    own, theirs, weights = copy.deepcopy(begun), copy.deepcopy(begun), SharedWeights(model)
    for tokens in parts:
        out = model(input_ids=torch.tensor([tokens]), past_key_values=theirs, use_cache=True, logits_to_keep=1)
        torch.testing.assert_close(weights.feed(own, tokens), out.logits[0, -1].float(), atol=1e-4, rtol=1e-4)
    assert own.get_seq_length() == theirs.get_seq_length() == len(BEGUN) + sum(map(len, parts))
    for one, other in zip(own.layers, theirs.layers, strict=True):
        torch.testing.assert_close(one.keys, other.keys, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(one.values, other.values, atol=1e-5, rtol=1e-4)


def test_the_beginning_is_only_read(model, begun):
    before = [(layer.keys.clone(), layer.values.clone()) for layer in begun.layers]
    for branches in (Shared(SharedWeights(model), begun, 3, 4), Copied(model, begun, 3)):
        steps(branches, ROWS)
        for layer, (keys, values) in zip(begun.layers, before, strict=True):
            assert torch.equal(layer.keys, keys)
            assert torch.equal(layer.values, values)


def test_two_that_began_alike_do_not_disturb_each_other(model, begun):
    weights = SharedWeights(model)
    one, other = Shared(weights, begun, 1, 4), Shared(weights, begun, 1, 4)
    found = [(one.step([a]), other.step([b])) for a, b in zip(ROWS[0], ROWS[1], strict=True)]
    alone = steps(Shared(weights, begun, 1, 4), ROWS[:1])
    assert torch.equal(torch.stack([logits for logits, _ in found], dim=1), alone)


def test_a_cache_of_expanded_keys_is_not_read(model, begun):
    weights = SharedWeights(model)
    assert weights.reads(begun)
    heads = model.config.text_config.num_attention_heads
    for layer in begun.layers:
        layer.keys, layer.values = (part.expand(-1, heads, -1, -1) for part in (layer.keys, layer.values))
    assert not weights.reads(begun)


def test_no_more_tokens_than_were_planned(model, begun):
    branches = Shared(SharedWeights(model), begun, 1, 2)
    steps(branches, [[21, 22]])
    with pytest.raises(IndexError):
        branches.step([23])


def test_which_decoders_it_fits(model):
    assert SharedWeights.fits(model)
    assert not SharedWeights.fits(model.to(torch.bfloat16))


@pytest.mark.parametrize(
    ("name", "value"),
    [("first_k_dense_replace", 1), ("q_lora_rank", None), ("rope_interleave", False), ("attention_bias", True)],
)
def test_a_decoder_that_computes_otherwise_is_left_to_transformers(model, name, value):
    setattr(model.config.text_config, name, value)
    assert not SharedWeights.fits(model)


def test_another_kind_of_decoder_is_left_to_transformers(model):
    text = Qwen3Config(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
    )
    config = EchoMindConfig(encoder_config=model.config.encoder_config, text_config=text)
    other = EchoMindForConditionalGeneration(config, AutoModelForCausalLM.from_config(text)).eval()
    assert not SharedWeights.fits(other)
    with torch.inference_mode():
        begun = other(input_ids=torch.tensor([BEGUN]), use_cache=True, logits_to_keep=1).past_key_values
        found = steps(Copied(other, begun, 3), ROWS)
        for row, logits in zip(ROWS, found, strict=True):
            torch.testing.assert_close(logits, read_at_once(other, row), atol=1e-4, rtol=1e-4)
