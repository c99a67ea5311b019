import pytest
import torch
from transformers import AutoConfig, AutoModel, LlamaConfig

from echomind.slm import EchoMindConfig, EchoMindForConditionalGeneration
from echomind.slm.modeling import token_loss


@pytest.fixture
def prompt(processor, tiny_model):
    features, lengths = torch.randn(1, 120, 64) * 0.2, torch.tensor([120])
    ids = processor.prompt("the dog is outside", topic="pets", audio_tokens=tiny_model.num_audio_tokens(120))
    return torch.tensor([ids]), features, lengths


def test_saved_in_small_shards_and_loaded_by_the_auto_class(tiny_model, prompt, tmp_path):
    ids, features, lengths = prompt
    tiny_model.save_pretrained(tmp_path, max_shard_size="100KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert isinstance(AutoConfig.from_pretrained(tmp_path), EchoMindConfig)
    again = AutoModel.from_pretrained(tmp_path).eval()
    assert list(again.config.categories.items()) == list(tiny_model.config.categories.items())
    with torch.no_grad():
        first = tiny_model(input_ids=ids, input_features=features, feature_lengths=lengths)
        second = again(input_ids=ids, input_features=features, feature_lengths=lengths)
        cues = [m.cue_logits(m.encode_audio(features, lengths)) for m in (tiny_model, again)]
    torch.testing.assert_close(first.logits, second.logits)
    torch.testing.assert_close(cues[0], cues[1])


def test_the_cache_changes_nothing(tiny_model, prompt):
    ids, features, lengths = prompt
    with torch.no_grad():
        whole = tiny_model(input_ids=ids, input_features=features, feature_lengths=lengths, use_cache=False).logits
        first = tiny_model(input_ids=ids[:, :-1], input_features=features, feature_lengths=lengths, use_cache=True)
        last = tiny_model(input_ids=ids[:, -1:], past_key_values=first.past_key_values, use_cache=True).logits
    torch.testing.assert_close(last[:, -1], whole[:, -1], atol=1e-4, rtol=1e-4)


def test_what_is_heard_changes_what_is_said(tiny_model, prompt):
    ids, features, lengths = prompt
    with torch.no_grad():
        one = tiny_model(input_ids=ids, input_features=features, feature_lengths=lengths).logits[:, -1]
        other = tiny_model(input_ids=ids, input_features=-features, feature_lengths=lengths).logits[:, -1]
    assert (one - other).abs().max() > 1e-4


def test_audio_places_must_fit_the_clip(tiny_model, prompt):
    ids, features, lengths = prompt
    with pytest.raises(ValueError, match="audio places in input_ids"):
        tiny_model(input_ids=torch.where(ids == 7, 8, ids)[:, :-1], input_features=features, feature_lengths=lengths)


def test_every_weight_learns(tiny_model, prompt):
    ids, features, lengths = prompt
    out = tiny_model.train()(
        input_ids=ids,
        input_features=features,
        feature_lengths=lengths,
        labels=ids.masked_fill(ids == 7, -100),
        vad_positions=torch.tensor([ids.shape[1] - 1]),
    )
    cues = sum(v.square().sum() for v in tiny_model.cue_logits(tiny_model.encode_audio(features, lengths)).values())
    (out.loss + out.vad.square().sum() + cues).backward()
    assert [n for n, p in tiny_model.named_parameters() if p.grad is None] == []


def test_a_llama_decoder_fits_as_well(processor):
    text = LlamaConfig(
        vocab_size=len(processor.tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=2,
        attention_bias=True,
    )
    model = EchoMindForConditionalGeneration(EchoMindConfig(text_config=text)).eval()
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([processor.prompt("good morning")])).logits
    assert logits.shape[-1] == len(processor.tokenizer)


def test_token_loss_is_the_weighted_mean_of_next_token_losses():
    logits = torch.zeros(1, 3, 5)
    logits[0, 0, 2] = 4.0  # sure of token 2 next, rightly
    labels = torch.tensor([[0, 2, 3]])
    right = -torch.log_softmax(logits[0, 0], -1)[2]
    chance = torch.log(torch.tensor(5.0))
    torch.testing.assert_close(token_loss(logits, labels), (right + chance) / 2)
    weights = torch.tensor([[1.0, 3.0, 1.0]])
    torch.testing.assert_close(token_loss(logits, labels, weights), (3 * right + chance) / 4)
    masked = labels.masked_fill(labels == 3, -100)
    torch.testing.assert_close(token_loss(logits, masked), right)
