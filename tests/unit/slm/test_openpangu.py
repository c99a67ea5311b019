"""openPangu through Llama classes: the same logits as its block written out, and only what is known is loaded."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional
from transformers import LlamaForCausalLM

from echomind.errors import CheckpointError
from echomind.slm.backbone import family_of, load_decoder
from echomind.slm.openpangu import MARKERS, SPARE, llama_config, load_openpangu, load_tokenizer
from echomind.training.data.corpus import scenarios_of
from tests.unit.slm.made_backbones import TINY, published, tensors, write_vocabulary


def reference(config: dict, w: dict[str, torch.Tensor], ids: list[int]) -> torch.Tensor:
    """Logits ``(T, vocab)`` of one sequence, written out head by head and place by place."""
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    size = config["hidden_size"] // heads

    def norm(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return x / torch.sqrt(x.square().mean(-1, keepdim=True) + config["rms_norm_eps"]) * weight

    def rotated(x: torch.Tensor) -> torch.Tensor:
        """Each pair (i, i + size/2) of a head turned by place / theta^(2i / size)."""
        out = x.clone()
        for place in range(len(x)):
            for i in range(size // 2):
                angle = place / config["rope_theta"] ** (2 * i / size)
                a, b = x[place, i], x[place, i + size // 2]
                out[place, i] = a * math.cos(angle) - b * math.sin(angle)
                out[place, i + size // 2] = b * math.cos(angle) + a * math.sin(angle)
        return out

    x = w["model.embed_tokens.weight"][ids]
    causal = torch.full((len(ids), len(ids)), float("-inf")).triu(1)
    for i in range(config["num_hidden_layers"]):
        at = f"model.layers.{i}."
        y = norm(x, w[at + "input_layernorm.weight"])
        q, k, v = (
            functional.linear(y, w[f"{at}self_attn.{n}_proj.weight"], w[f"{at}self_attn.{n}_proj.bias"]) for n in "qkv"
        )
        read = []
        for head in range(heads):
            shared = head // (heads // groups)
            query = rotated(q[:, head * size : (head + 1) * size])
            key = rotated(k[:, shared * size : (shared + 1) * size])
            share = (query @ key.T / math.sqrt(size) + causal).softmax(-1)
            read.append(share @ v[:, shared * size : (shared + 1) * size])
        o = functional.linear(torch.cat(read, -1), w[at + "self_attn.o_proj.weight"], w[at + "self_attn.o_proj.bias"])
        x = x + o
        y = norm(x, w[at + "post_attention_layernorm.weight"])
        gate = y @ w[at + "mlp.gate_proj.weight"].T
        up = y @ w[at + "mlp.up_proj.weight"].T
        x = x + (gate * gate.sigmoid() * up) @ w[at + "mlp.down_proj.weight"].T
    return norm(x, w["model.norm.weight"]) @ w["lm_head.weight"].T


def test_logits_are_those_of_the_block_written_out(tmp_path):
    model = load_openpangu(str(published(tmp_path)), dtype=torch.float32).eval()
    ids = [1, 5, 90, 33, 33, 12, 64, 2, 71, 20]
    with torch.no_grad():
        found = model(torch.tensor([ids])).logits[0]
    expected = reference(TINY, tensors(TINY), ids)
    assert expected.std() > 0.5  # logits that differ: the comparison can fail
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("key", "value"), [("bias", False), ("rope_theta", 10_000.0), ("rms_norm_eps", 0.05), ("num_key_value_heads", 8)]
)
def test_parity_hangs_on_each_part_of_the_shape(key, value):
    """The reference with one part changed gives other logits: parity says something about that part."""
    w, ids = tensors(TINY), [1, 5, 90, 33, 33, 12, 64, 2]
    changed = TINY | {key: value}
    if key == "bias":
        w_changed = {n: v * 0 if n.endswith(".bias") else v for n, v in w.items()}
    elif key == "num_key_value_heads":
        w_changed = {
            n: v.repeat(4, *[1] * (v.ndim - 1)) if ".k_proj" in n or ".v_proj" in n else v for n, v in w.items()
        }
    else:
        w_changed = w
    difference = (reference(TINY, w, ids) - reference(changed, w_changed, ids)).abs().max()
    assert difference > 1e-2


def test_the_configuration_is_that_of_the_published_seven_billion():
    seven = TINY | {
        "hidden_size": 4096,
        "intermediate_size": 12800,
        "num_attention_heads": 32,
        "num_hidden_layers": 34,
        "num_key_value_heads": 8,
        "vocab_size": 153376,
        "eos_token_id": 45892,
    }
    config = llama_config(seven)
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    names = set(model.state_dict())
    assert len(names) == 445  # 445 of the 479 published names; the other 34 are the stored frequencies
    assert {n for n in names if n.endswith(".bias")} == {
        f"model.layers.{i}.self_attn.{p}_proj.bias" for i in range(34) for p in "qkvo"
    }
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(8.03e9, rel=1e-3)
    assert (config.head_dim, config.rope_parameters["rope_theta"], config.rms_norm_eps) == (128, 16e6, 1e-5)


def test_a_tensor_that_is_missing_or_left_over_is_named(tmp_path):
    lacking = published(tmp_path / "lacking", drop="model.layers.1.self_attn.o_proj.bias")
    with pytest.raises(CheckpointError, match=r"missing, the first model\.layers\.1\.self_attn\.o_proj\.bias"):
        load_openpangu(str(lacking))
    more = published(tmp_path / "more", **{"model.layers.0.mlp.experts.0.weight": torch.zeros(2, 2)})
    with pytest.raises(CheckpointError, match=r"left over, the first model\.layers\.0\.mlp\.experts"):
        load_openpangu(str(more))


def test_a_relative_with_other_keys_is_refused(tmp_path):
    """The larger ones have multi-head latent attention, which Llama's classes do not compute."""
    with pytest.raises(CheckpointError, match=r"qk_rope_dim"):
        load_openpangu(str(published(tmp_path, TINY | {"qk_rope_dim": 64})))


def test_it_is_known_by_its_published_configuration(tmp_path):
    folder = str(published(tmp_path))
    decoder = load_decoder(folder)
    assert isinstance(decoder, LlamaForCausalLM)
    assert decoder.dtype == torch.bfloat16
    assert family_of(folder) == "PanguEmbedded"


def test_the_tokenizer_is_read_without_its_code(tmp_path):
    published(tmp_path)
    reader = write_vocabulary(tmp_path)
    tokenizer = load_tokenizer(str(tmp_path))
    texts = [u for s in scenarios_of("test")[:40] for u in s.utterances]
    for text in [*texts, "émigré 日本語", "12345 a1b2", "neutral", "it's — odd…"]:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert ids == reader.encode(text)
        assert tokenizer.decode(ids) == text
    for own in {*MARKERS.values(), *SPARE.values()}:
        assert tokenizer.convert_tokens_to_ids(own) == reader.piece_to_id(own)


def test_a_tokenizer_whose_special_tokens_moved_is_refused(tmp_path):
    published(tmp_path)
    write_vocabulary(tmp_path, moved=True)
    with pytest.raises(CheckpointError, match=r"is token \d+, expected \d+"):
        load_tokenizer(str(tmp_path))
