"""Several continuations of one beginning, a token of each at a time.

``Copied`` lets transformers do it, for any decoder: each row has a copy of the whole cache. ``Shared`` is for the dense
DeepSeek-V3 decoder of the embedded model on a CPU: the rows share the beginning, and the latents of multi-head latent
attention are attended to as they are, with the up-projections absorbed into the query and output projections
(DeepSeek-V2, arXiv 2405.04434, section 2.1.2); transformers 5.23 expands the keys and values of all tokens of all rows
again at each step. The same numbers but for rounding; ``bench.decoder_steps`` measures what it saves.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import nn

from echomind.slm.modeling import EchoMindForConditionalGeneration


class Branches(Protocol):
    """Rows that have begun with the same tokens."""

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        """Feed each row its next token; returns the logits of the one after, float32 ``(rows, vocab)``."""


class Copied:
    """Rows of any decoder, through transformers."""

    def __init__(self, model: EchoMindForConditionalGeneration, cache: Any, rows: int) -> None:
        self._model, self._cache = model, copy.deepcopy(cache)
        self._cache.batch_repeat_interleave(rows)

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        """As ``Branches``."""
        ids = torch.tensor(tokens, device=self._model.device)[:, None]
        out = self._model(input_ids=ids, past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        self._cache = out.past_key_values
        return out.logits[:, -1].float()


class Layer:
    """One layer's weights, ``(in, out)`` each, with the weights of the norms before them taken in."""

    def __init__(self, layer: Any) -> None:
        attention, mlp, config = layer.self_attn, layer.mlp, layer.self_attn.config
        heads, nope, rank = config.num_attention_heads, config.qk_nope_head_dim, config.kv_lora_rank
        down = (
            torch.cat([attention.q_a_proj.weight, attention.kv_a_proj_with_mqa.weight]) * layer.input_layernorm.weight
        )
        query = (attention.q_b_proj.weight * attention.q_a_layernorm.weight).unflatten(0, (heads, -1))
        expand = attention.kv_b_proj.weight.unflatten(0, (heads, -1))  # (heads, nope + value, rank)
        absorbed = torch.einsum("hnr,hnq->hrq", expand[:, :nope], query[:, :nope])
        query = torch.cat([absorbed, query[:, nope:]], dim=1).flatten(0, 1) * attention.scaling
        output = attention.o_proj.weight.unflatten(1, (heads, -1))
        output = torch.einsum("ohv,hvr->ohr", output, expand[:, nope:]).flatten(1)
        gates = torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight]) * layer.post_attention_layernorm.weight
        self.down, self.query, self.output = (w.t().contiguous() for w in (down, query, output))
        self.gates, self.mlp_down = gates.t().contiguous(), mlp.down_proj.weight.t().contiguous()
        self.split = (config.q_lora_rank, rank, config.qk_rope_head_dim)
        self.latent_norm = attention.kv_a_layernorm.weight.detach()


class SharedWeights:
    """What the rows of ``Shared`` compute with, prepared once for one model. ``fits`` tells whether it can be."""

    @torch.no_grad()
    def __init__(self, model: EchoMindForConditionalGeneration) -> None:
        decoder: Any = model.language_model.get_decoder()
        self.config = model.config.text_config
        self.layers = [Layer(layer) for layer in decoder.layers]
        words: Any = model.get_input_embeddings()
        self.embeddings = words.weight.detach()
        self.logits = (model.get_output_embeddings().weight * decoder.norm.weight).t().contiguous()
        self.rotary = decoder.rotary_emb

    @staticmethod
    def fits(model: EchoMindForConditionalGeneration) -> bool:
        """Whether the model's decoder is one of those, on a CPU, in float32."""
        config, embeddings = model.config.text_config, model.get_input_embeddings().weight
        return (
            config.model_type == "deepseek_v3"
            and config.first_k_dense_replace >= config.num_hidden_layers
            and config.q_lora_rank is not None
            and config.num_key_value_heads == config.num_attention_heads
            and config.rope_interleave
            and not config.attention_bias
            and config.hidden_act == "silu"
            and embeddings.device.type == "cpu"
            and embeddings.dtype == torch.float32
        )

    def reads(self, cache: Any) -> bool:
        """Whether a cache holds latents and rotated keys: other versions of transformers keep expanded keys there."""
        sizes = self.config.kv_lora_rank, self.config.qk_rope_head_dim
        return all(
            (part.shape[1], part.shape[-1]) == (1, size)
            for layer in cache.layers
            for part, size in zip((layer.keys, layer.values), sizes, strict=True)
        )

    def norm(self, x: torch.Tensor) -> torch.Tensor:
        """RMSNorm without a weight."""
        return nn.functional.rms_norm(x, x.shape[-1:], eps=self.config.rms_norm_eps)


class Shared:
    """``rows`` continuations, of at most ``limit`` tokens each, of what ``cache`` holds; the cache is only read.

    ``weights`` must be able to read the cache (``SharedWeights.reads``).
    """

    def __init__(self, weights: SharedWeights, cache: Any, rows: int, limit: int) -> None:
        self._weights = weights
        self._begun = [torch.cat([layer.keys[0, 0], layer.values[0, 0]], dim=-1) for layer in cache.layers]
        width = self._begun[0].shape[-1]  # a latent and a rotated key, for all heads
        self._own = [torch.zeros(rows, limit, width) for _ in self._begun]
        self._taken = 0

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        """As ``Branches``."""
        weights = self._weights
        x = weights.embeddings[torch.tensor(tokens)]
        position = torch.tensor([[len(self._begun[0]) + self._taken]])
        cos, sin = (part[0, 0, : part.shape[-1] // 2] for part in weights.rotary(x, position))
        for layer, begun, own in zip(weights.layers, self._begun, self._own, strict=True):
            x = x + self._attend(layer, weights.norm(x), begun, own, cos, sin)
            gate, up = (weights.norm(x) @ layer.gates).chunk(2, dim=-1)
            x = x + (nn.functional.silu(gate) * up) @ layer.mlp_down
        self._taken += 1
        return weights.norm(x) @ weights.logits

    def _attend(
        self,
        layer: Layer,
        x: torch.Tensor,
        begun: torch.Tensor,
        own: torch.Tensor,
        cos: torch.Tensor,
        sin: torch.Tensor,
    ) -> torch.Tensor:
        norm, rank = self._weights.norm, layer.split[1]
        query, latent, key = (x @ layer.down).split(layer.split, dim=-1)
        query = (norm(query) @ layer.query).unflatten(-1, (-1, begun.shape[-1]))  # (rows, heads, width)
        query[..., rank:] = rotated(query[..., rank:], cos, sin)
        own[:, self._taken, :rank] = norm(latent) * layer.latent_norm
        own[:, self._taken, rank:] = rotated(key, cos, sin)
        own = own[:, : self._taken + 1]
        scores = torch.cat([query @ begun.t(), query @ own.transpose(1, 2)], dim=-1)
        of_begun, of_own = scores.softmax(-1).split((len(begun), own.shape[1]), dim=-1)
        return (of_begun @ begun[:, :rank] + of_own @ own[..., :rank]).flatten(1) @ layer.output


def rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary positions of interleaved pairs, laid out as transformers caches them: all first ones, then all second."""
    first, second = x[..., 0::2], x[..., 1::2]
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)
