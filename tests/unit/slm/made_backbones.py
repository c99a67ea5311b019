"""Tiny decoders in the published layouts of openPangu-Embedded and Qwen3, weights random, tokenizers of their own."""

from __future__ import annotations

import io
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from echomind.slm.configuration import CONFIDENCES, THINKING_EMOTIONS
from echomind.training.data.corpus import scenarios_of

# The published keys and values of openPangu-Embedded-7B, but small: 8 query heads share 2 key and value heads.
TINY = {
    "architectures": ["PanguEmbeddedForCausalLM"],
    "auto_map": {"AutoModelForCausalLM": "modeling_openpangu_dense.PanguEmbeddedForCausalLM"},
    "bias": True,
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "pad_token_id": 0,
    "eos_token_id": 7,
    "hidden_act": "silu",
    "hidden_size": 64,
    "initializer_range": 0.02,
    "intermediate_size": 200,
    "max_position_embeddings": 512,
    "model_type": "PanguEmbedded",
    "num_attention_heads": 8,
    "num_hidden_layers": 3,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-05,
    "rope_theta": 16000000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "transformers_version": "4.53.2",
    "use_cache": True,
    "vocab_size": 96,
}


def tensors(config: dict) -> dict[str, torch.Tensor]:
    """Random weights under the published names, the stored rotary frequencies among them."""
    made = torch.Generator().manual_seed(0)
    width, wide, head = config["hidden_size"], config["intermediate_size"], 8
    few = config["num_key_value_heads"] * head

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=made) * 0.15

    found = {"model.embed_tokens.weight": normal(config["vocab_size"], width)}
    for i in range(config["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        for name, rows in (("q", width), ("k", few), ("v", few), ("o", width)):
            found[f"{layer}self_attn.{name}_proj.weight"] = normal(rows, width)
            found[f"{layer}self_attn.{name}_proj.bias"] = normal(rows)
        found[f"{layer}self_attn.rotary_emb.inv_freq"] = torch.ones(head // 2)
        for name, shape in (("gate", (wide, width)), ("up", (wide, width)), ("down", (width, wide))):
            found[f"{layer}mlp.{name}_proj.weight"] = normal(*shape)
        for name in ("input_layernorm", "post_attention_layernorm"):
            found[f"{layer}{name}.weight"] = 1 + normal(width)
    return found | {"model.norm.weight": 1 + normal(width), "lm_head.weight": normal(config["vocab_size"], width)}


def published(folder: Path, config: dict = TINY, drop: str = "", **more: torch.Tensor) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    kept = {name: value for name, value in (tensors(config) | more).items() if name != drop}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def write_vocabulary(folder: Path, moved: bool = False) -> SentencePieceProcessor:
    """A small SentencePiece model with the family's special tokens, as ``tokenizer.model``."""
    special = [f"[unused{i}]" for i in range(34)]
    made = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(texts()),
        model_writer=made,
        vocab_size=700,
        model_type="bpe",
        byte_fallback=True,
        user_defined_symbols=special,
        pad_id=-1,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        normalization_rule_name="identity",
        minloglevel=2,
    )
    (folder / "tokenizer.model").write_bytes(made.getvalue())
    reader = SentencePieceProcessor(model_proto=made.getvalue())
    places = {
        str(reader.piece_to_id(t) + moved): {"content": t, "special": True} for t in ["<unk>", "<s>", "</s>", *special]
    }
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"added_tokens_decoder": places, "tokenizer_class": "PanguTokenizer"})
    )
    return reader


def texts() -> list[str]:
    """Some of our own sentences, and the words of the thinking block often enough to become pieces."""
    own = [u for s in scenarios_of("train")[:60] for u in s.utterances]
    return own + [*THINKING_EMOTIONS, *CONFIDENCES] * 200


def pangu(folder: Path) -> Path:
    """A decoder with its tokenizer, as openPangu-Embedded is published."""
    published(folder, TINY | {"vocab_size": 704})
    write_vocabulary(folder)
    return folder


def qwen3(folder: Path, dtype: torch.dtype = torch.bfloat16) -> Path:
    """A decoder with its tokenizer, as Qwen3 is published: more rows than tokens, ``<think>`` an ordinary token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts(), trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<|endoftext|>", eos_token="<|im_end|>")
    fast.add_tokens([AddedToken("<|im_start|>", special=True)], special_tokens=True)
    fast.add_tokens([AddedToken(t, special=False, normalized=False) for t in ("<think>", "</think>")])
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(fast) + 4,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        tie_word_embeddings=True,
    )
    Qwen3ForCausalLM(config).to(dtype).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
