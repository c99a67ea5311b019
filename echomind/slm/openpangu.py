"""openPangu-Embedded (1B, 7B) as an ordinary Llama: configuration, weights, tokenizer; none of its own code is run.

The published model is a Llama in all but name: RMS norms before attention and MLP, rotary positions over whole heads,
grouped key and value heads, a gated SiLU MLP. What differs is a bias on the query, key, value and output projections
(``attention_bias``), and names of configuration keys. Tensors have Llama's names already; the checkpoint also stores
each layer's ``rotary_emb.inv_freq``, which follows from ``rope_theta`` and is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from transformers import AddedToken, LlamaConfig, LlamaForCausalLM, LlamaTokenizer, PreTrainedConfig
from transformers.models.auto.tokenization_auto import get_tokenizer_config

from echomind.errors import CheckpointError

MODEL_TYPE = "PanguEmbedded"
STORED_FREQUENCIES = re.compile(r"(^|\.)rotary_emb\.inv_freq$")
# Keys with the same meaning in both; what is in neither table may change what is computed, and is refused.
SAME = (
    *("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"),
    *("num_key_value_heads", "hidden_act", "max_position_embeddings", "rms_norm_eps", "rope_theta"),
    *("tie_word_embeddings", "attention_dropout", "initializer_range", "use_cache"),
    *("bos_token_id", "eos_token_id", "pad_token_id"),
)
ASIDE = (
    *("architectures", "auto_map", "model_type", "torch_dtype", "dtype", "transformers_version"),
    *("_name_or_path", "bias", "rope_parameters"),
)
# The family's own tokens for our places in a turn: its thinking lies between [unused16] and [unused17], a message ends
# with [unused10].
MARKERS = {
    "<pad>": "<unk>",
    "<unk>": "<unk>",
    "<bos>": "<s>",
    "<eos>": "[unused10]",
    "<think>": "[unused16]",
    "</think>": "[unused17]",
}
# Of its thirty-four reserved tokens, some that mean nothing in its chat template: what they mean here has to be learnt.
SPARE = {
    "<system>": "[unused20]",
    "<user>": "[unused21]",
    "<assistant>": "[unused22]",
    "<audio>": "[unused23]",
    "<cues>": "[unused24]",
    "<cause>": "[unused25]",
    "<confidence>": "[unused26]",
    "<question>": "[unused27]",
}


def is_openpangu(raw: Mapping[str, Any]) -> bool:
    """Whether a ``config.json`` is one of the openPangu-Embedded models."""
    return raw.get("model_type") == MODEL_TYPE


def llama_config(raw: Mapping[str, Any]) -> LlamaConfig:
    """The Llama configuration that computes what a ``config.json`` of openPangu-Embedded describes.

    Raises ``CheckpointError`` for a key whose meaning is not known here, such as those of the MLA relatives.
    """
    if unknown := sorted(set(raw) - {*SAME, *ASIDE}):
        raise CheckpointError(f"an openPangu configuration with {unknown}: expected the dense Embedded models' keys")
    if not is_openpangu(raw):
        raise CheckpointError(f"model_type {raw.get('model_type')!r}: expected {MODEL_TYPE!r}")
    bias = bool(raw.get("bias", True))
    return LlamaConfig(**{k: raw[k] for k in SAME if k in raw}, attention_bias=bias, mlp_bias=False)


def load_openpangu(path: str, *, dtype: torch.dtype = torch.bfloat16, revision: str = "main") -> LlamaForCausalLM:
    """The decoder of a folder or Hub id. Raises ``CheckpointError`` when a tensor is missing or left over."""
    raw, _ = PreTrainedConfig.get_config_dict(path, revision=revision)
    loaded: Any = LlamaForCausalLM.from_pretrained(
        path, config=llama_config(raw), dtype=dtype, revision=revision, output_loading_info=True
    )
    model, info = loaded
    found = {
        "missing": sorted(info["missing_keys"]),
        "left over": sorted(k for k in info["unexpected_keys"] if not STORED_FREQUENCIES.search(k)),
        "of another shape": sorted(str(k) for k in info["mismatched_keys"]),
    }
    for what, names in found.items():
        if names:
            raise CheckpointError(f"{path}: {len(names)} tensors {what}, the first {names[0]}; expected Llama's names")
    return model


def load_tokenizer(path: str, *, revision: str = "main") -> LlamaTokenizer:
    """Its SentencePiece vocabulary (``tokenizer.model``) in Llama's tokenizer, with its special tokens in their places.

    The published tokenizer is a Python file in the repository; what it does beside the vocabulary concerns spaces
    beside special tokens, of which texts here have none. Raises ``CheckpointError`` when one is not in its place.
    """
    described = get_tokenizer_config(path, revision=revision)
    special = {token["content"]: int(i) for i, token in described.get("added_tokens_decoder", {}).items()}
    ends: dict[str, Any] = {f"{name}_token": MARKERS[f"<{name}>"] for name in ("bos", "eos", "pad", "unk")}
    try:
        tokenizer = LlamaTokenizer.from_pretrained(path, revision=revision, **ends)
    except (OSError, ValueError, ImportError) as error:
        raise CheckpointError(
            f"cannot read the vocabulary of {path}: {error}; expected tokenizer.model, and the package sentencepiece"
        ) from error
    tokenizer.add_tokens([AddedToken(t, special=True, normalized=False) for t in special], special_tokens=True)
    moved = {t: tokenizer.convert_tokens_to_ids(t) for t in {*special, *MARKERS.values(), *SPARE.values()}}
    for token, found in sorted(moved.items()):
        if found != special.get(token, found) or found is None:
            raise CheckpointError(f"{path}: {token!r} is token {found}, expected {special.get(token)}")
    return tokenizer
