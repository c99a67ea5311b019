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
    """One layer's weights, with the weights of the norms before them taken in.

    ``down``, ``query``, ``output`` and ``mlp_down`` are ``(in, out)``, ``gates`` ``(out, in)``: what MKL multiplies
    soonest with 16 rows. ``down`` gives the query's latent, the latent, the key to rotate and the same turned by a
    quarter (``turned``); ``query`` the same two kinds for each head.
    """

    def __init__(self, layer: Any) -> None:
        attention, mlp, config = layer.self_attn, layer.mlp, layer.self_attn.config
        heads, nope, rank = config.num_attention_heads, config.qk_nope_head_dim, config.kv_lora_rank
        latent, key = attention.kv_a_proj_with_mqa.weight.split((rank, config.qk_rope_head_dim))
        down = torch.cat([attention.q_a_proj.weight, latent, turned(key)]) * layer.input_layernorm.weight
        query = (attention.q_b_proj.weight * attention.q_a_layernorm.weight).unflatten(0, (heads, -1))
        expand = attention.kv_b_proj.weight.unflatten(0, (heads, -1))  # (heads, nope + value, rank)
        absorbed = torch.einsum("hnr,hnq->hrq", expand[:, :nope], query[:, :nope])
        query = torch.cat([absorbed, turned(query[:, nope:])], dim=1).flatten(0, 1) * attention.scaling
        output = attention.o_proj.weight.unflatten(1, (heads, -1))
        output = torch.einsum("ohv,hvr->ohr", output, expand[:, nope:]).flatten(1)
        gates = torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight]) * layer.post_attention_layernorm.weight
        self.down, self.query, self.output = (w.t().contiguous() for w in (down, query, output))
        self.gates, self.mlp_down = gates.contiguous(), mlp.down_proj.weight.t().contiguous()
        self.rank, self.width, self.eps = rank, rank + config.qk_rope_head_dim, config.rms_norm_eps
        self.split = (config.q_lora_rank, rank, 2 * config.qk_rope_head_dim)
        self.latent_norm = attention.kv_a_layernorm.weight.detach()

    def read(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Queries ``(rows, heads, width)`` and what is kept of the rows, ``(rows, width)``: latent and rotated key."""
        query, latent, key = (norm(x, self.eps) @ self.down).split(self.split, dim=-1)
        query = (norm(query, self.eps) @ self.query).unflatten(-1, (-1, self.rank + self.split[2]))
        rotate(query[..., self.rank :], cos[..., None, :], sin[..., None, :])
        kept = torch.cat([norm(latent, self.eps) * self.latent_norm, rotate(key, cos, sin)], dim=-1)
        return query[..., : self.width], kept

    def mlp(self, x: torch.Tensor) -> torch.Tensor:
        """What the feed-forward part adds."""
        gate, up = (self.gates @ norm(x, self.eps).t()).chunk(2)
        return (nn.functional.silu(gate) * up).t() @ self.mlp_down


def turned(weight: torch.Tensor) -> torch.Tensor:
    """Weights ``(..., size, in)`` of interleaved pairs as those of the pairs and of the pairs turned by a quarter.

    ``(..., 2 * size, in)``; in each half all first ones come before all second ones, as transformers caches them. A
    rotation by an angle is then the first half times its cosine and the second times its sine.
    """
    first, second = weight[..., 0::2, :], weight[..., 1::2, :]
    return torch.cat([first, second, -second, first], dim=-2)


class SharedWeights:
    """What the rows of ``Shared`` compute with, prepared once for one model. ``fits`` tells whether it can be."""

    @torch.no_grad()
    def __init__(self, model: EchoMindForConditionalGeneration) -> None:
        decoder: Any = model.language_model.get_decoder()
        self.config = model.config.text_config
        self.layers = [Layer(layer) for layer in decoder.layers]
        words: Any = model.get_input_embeddings()
        self.embeddings = words.weight.detach()
        self.logits = model.get_output_embeddings().weight * decoder.norm.weight
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

    def turns(self, x: torch.Tensor, positions: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosine and sine of each position's angles, ``(positions, size)``."""
        cos, sin = self.rotary(x, torch.tensor([positions]))
        return cos[0], sin[0]

    def next(self, x: torch.Tensor) -> torch.Tensor:
        """Logits ``(rows, vocab)`` of what follows states ``(rows, hidden)``."""
        return (self.logits @ norm(x, self.config.rms_norm_eps).t()).t().contiguous()

    def feed(self, cache: Any, tokens: Sequence[int]) -> torch.Tensor:
        """Read tokens into ``cache``; the logits ``(vocab,)`` of the next. Like the model, in half the time."""
        x, begun = self.embeddings[torch.tensor(tokens)], cache.get_seq_length()
        end = begun + len(tokens)
        cos, sin = self.turns(x, range(begun, end))
        later = torch.full((len(tokens), end), float("-inf")).triu(begun + 1)[:, None]
        for number, layer in enumerate(self.layers):
            query, kept = layer.read(x, cos, sin)
            parts = kept[None, None].split((layer.rank, layer.width - layer.rank), dim=-1)
            known = torch.cat(cache.update(*parts, number), dim=-1)[0, 0]
            latents = (query @ known.t() + later).softmax(-1) @ known[:, : layer.rank]
            x = x + latents.flatten(1) @ layer.output
            x = x + layer.mlp(x)
        return self.next(x[-1:])[0]


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
        cos, sin = weights.turns(x, [len(self._begun[0]) + self._taken])
        for layer, begun, own in zip(weights.layers, self._begun, self._own, strict=True):
            query, own[:, self._taken] = layer.read(x, cos, sin)
            x = x + attended(query, begun, own[:, : self._taken + 1], layer.rank).flatten(1) @ layer.output
            x = x + layer.mlp(x)
        self._taken += 1
        return weights.next(x)


def attended(query: torch.Tensor, begun: torch.Tensor, own: torch.Tensor, rank: int) -> torch.Tensor:
    """Latents ``(rows, heads, rank)``: of the beginning that all rows share ``(T, width)`` and of each row's own."""
    scores = torch.cat([query @ begun.t(), query @ own.transpose(1, 2)], dim=-1)
    of_begun, of_own = scores.softmax(-1).split((len(begun), own.shape[1]), dim=-1)
    return of_begun @ begun[:, :rank] + of_own @ own[..., :rank]


def norm(x: torch.Tensor, eps: float) -> torch.Tensor:
    """RMSNorm without a weight."""
    return nn.functional.rms_norm(x, x.shape[-1:], eps=eps)


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """The first half of ``x``, in place: pairs as ``turned`` lays them out, by angles ``(size,)``."""
    pairs, quarter = x.chunk(2, dim=-1)
    return pairs.mul_(cos).addcmul_(quarter, sin)
