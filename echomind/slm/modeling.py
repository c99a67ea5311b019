"""EchoMind's spoken language model: audio encoder, projector, causal decoder, cue heads, V-A-D head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, Cache, GenerationMixin, PreTrainedModel
from transformers.utils import ModelOutput

from echomind.slm.configuration import EchoMindConfig, EchoMindEncoderConfig
from echomind.slm.ears import build_encoder
from echomind.slm.encoder import CueHeads, EchoMindEncoder, EncoderOutput, frame_mask, initialise

VAD_TARGETS = 6  # speaker valence, arousal, dominance, then the listener's, on EmoBank's scale of 1 to 5


@dataclass
class EchoMindOutput(ModelOutput):
    """``loss`` (if labels), ``logits`` ``(B, T, vocab)``, ``vad`` ``(B, 6)`` (if asked), cache and hidden states."""

    loss: torch.Tensor | None = None
    logits: torch.Tensor | None = None
    vad: torch.Tensor | None = None
    past_key_values: Cache | None = None
    hidden_states: tuple[torch.Tensor, ...] | None = None


class CueEmbeddings(nn.Module):
    """Twelve audio tokens that carry the head probabilities: for each category, the mean of label vectors."""

    def __init__(self, config: EchoMindConfig) -> None:
        super().__init__()
        width = config.text_config.hidden_size
        self.tables = nn.ParameterDict(
            {name: nn.Parameter(torch.zeros(len(labels), width)) for name, labels in config.categories.items()}
        )

    def forward(self, probabilities: dict[str, torch.Tensor]) -> torch.Tensor:
        """Probabilities ``(B, labels)`` by category to ``(B, 12, width)``."""
        return torch.stack([probabilities[name] @ table for name, table in self.tables.items()], dim=1)


class Projector(nn.Module):
    """Stacks neighbouring frames and maps them, with the level vector, to the decoder's width."""

    def __init__(self, config: EchoMindConfig) -> None:
        super().__init__()
        encoder, width = config.encoder_config, config.text_config.hidden_size
        self.stack = config.frame_stack
        self.linear_1 = nn.Linear(encoder.hidden_size * self.stack + encoder.level_size, width)
        self.linear_2 = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, encoded: EncoderOutput) -> tuple[torch.Tensor, torch.Tensor]:
        """Encoder output to tokens ``(B, ceil(T'/stack), width)`` and their count ``(B,)``."""
        frames, lengths, level = encoded.last_hidden_state, encoded.lengths, encoded.level
        assert frames is not None and lengths is not None and level is not None  # noqa: S101 (tells mypy; always set)
        frames = nn.functional.pad(frames, (0, 0, 0, -frames.shape[1] % self.stack))
        stacked = frames.unflatten(1, (-1, self.stack)).flatten(2)
        level = level[:, None].expand(-1, stacked.shape[1], -1)
        x = self.linear_2(nn.functional.gelu(self.linear_1(torch.cat([stacked, level], dim=-1))))
        return self.norm(x), (lengths + self.stack - 1) // self.stack


class EchoMindPreTrainedModel(PreTrainedModel):
    """Loading, saving and initialisation."""

    config: EchoMindConfig
    config_class = EchoMindConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _supports_flash_attn = True

    def _init_weights(self, module: nn.Module) -> None:
        initialise(module, super()._init_weights)
        if isinstance(module, CueEmbeddings):
            for table in module.tables.values():
                nn.init.normal_(table, std=0.02)


class EchoMindForConditionalGeneration(EchoMindPreTrainedModel, GenerationMixin):
    """Hears, and answers: audio tokens stand where ``audio_token_id`` stands in ``input_ids``.

    The audio tokens of a clip are its projected frames (one per 0.32 s) followed by twelve cue tokens, one a category,
    that carry the cue heads' probabilities. ``num_audio_tokens`` gives their number. A ``language_model`` that is given
    is used as it is, weights and all; else one is made as ``config.text_config`` says.
    """

    _tied_weights_keys = {}

    def __init__(self, config: EchoMindConfig, language_model: PreTrainedModel | None = None) -> None:
        super().__init__(config)
        self.encoder = build_encoder(config.encoder_config)
        self.cue_heads = CueHeads(config)
        self.projector = Projector(config)
        self.cue_embeddings = CueEmbeddings(config)
        if language_model is None:
            self.language_model = AutoModelForCausalLM.from_config(config.text_config)
        self.vad_head = nn.Sequential(
            nn.Linear(config.text_config.hidden_size, 128), nn.GELU(), nn.Linear(128, VAD_TARGETS)
        )
        self.post_init()
        if language_model is not None:
            self.language_model = language_model  # after all weights were made: these have theirs

    def get_input_embeddings(self) -> nn.Module:
        """The decoder's token embeddings."""
        return self.language_model.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the decoder's token embeddings."""
        self.language_model.set_input_embeddings(value)

    def get_output_embeddings(self) -> nn.Module:
        """The decoder's output projection (tied to the input embeddings in the embedded configuration)."""
        return self.language_model.get_output_embeddings()

    def num_audio_tokens(self, feature_length: int) -> int:
        """Audio tokens of a clip of ``feature_length`` mel frames."""
        frames = (feature_length + 7) // 8
        return (frames + self.config.frame_stack - 1) // self.config.frame_stack + len(self.config.categories)

    def encode_audio(self, input_features: torch.Tensor, feature_lengths: torch.Tensor) -> EncoderOutput:
        """Encoder frames of a batch of log-mel features ``(B, T, bands)``."""
        return self.encoder(input_features, feature_lengths)

    def cue_logits(self, encoded: EncoderOutput) -> dict[str, torch.Tensor]:
        """Logits of the twelve heads, divided by each category's fitted temperature: what is shown to people."""
        return self.calibrated(self.cue_heads(encoded))

    def calibrated(self, logits: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The heads' own logits divided by each category's fitted temperature."""
        return {name: value / self.config.temperatures.get(name, 1.0) for name, value in logits.items()}

    def audio_embeddings(
        self, encoded: EncoderOutput, logits: dict[str, torch.Tensor] | None = None
    ) -> list[torch.Tensor]:
        """Audio tokens of each clip, a list of ``(num_audio_tokens, width)``.

        The decoder learnt to read the heads' own logits, and names emotions worse from calibrated ones.
        """
        logits = self.cue_heads(encoded) if logits is None else logits
        cues = self.cue_embeddings({name: value.softmax(-1) for name, value in logits.items()})
        tokens, counts = self.projector(encoded)
        return [torch.cat([t[: int(n)], c]) for t, n, c in zip(tokens, counts, cues, strict=True)]

    def embed(self, input_ids: torch.Tensor, audio: list[torch.Tensor] | None = None) -> torch.Tensor:
        """Token embeddings ``(B, T, width)`` with the audio tokens put in the places of ``audio_token_id``.

        Raises ``ValueError`` when a row has another number of places than its clip has tokens.
        """
        places = input_ids == self.config.audio_token_id
        embeddings = self.get_input_embeddings()(input_ids.masked_fill(places, 0))
        if audio is None:
            return embeddings
        flat = torch.cat(audio)
        if int(places.sum()) != len(flat):
            raise ValueError(f"{int(places.sum())} audio places in input_ids, but {len(flat)} audio tokens")
        return embeddings.masked_scatter(places[..., None], flat.to(embeddings.dtype))

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        input_features: torch.Tensor | None = None,
        feature_lengths: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        loss_weights: torch.Tensor | None = None,
        vad_positions: torch.Tensor | None = None,
        past_key_values: Cache | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        **kwargs: Any,
    ) -> EchoMindOutput:
        """Run the decoder over text and audio.

        ``labels`` ``(B, T)`` with -100 where nothing is learnt; ``loss_weights`` ``(B, T)`` weighs each label.
        ``vad_positions`` ``(B,)`` asks for V-A-D read off those positions (-1 to skip a row's position: then its last).
        """
        if inputs_embeds is None:
            if input_ids is None:
                raise ValueError("either input_ids or inputs_embeds is needed")
            audio = None
            if input_features is not None:
                if feature_lengths is None:
                    feature_lengths = torch.full((len(input_features),), input_features.shape[1])
                audio = self.audio_embeddings(self.encode_audio(input_features, feature_lengths))
            inputs_embeds = self.embed(input_ids, audio)
        base = self.language_model.get_decoder()
        out = base(
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            use_cache=use_cache,
            **kwargs,
        )
        hidden = out.last_hidden_state
        vad = None
        if vad_positions is not None:
            vad = self.read_vad(hidden[torch.arange(len(hidden), device=hidden.device), vad_positions])
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.get_output_embeddings()(hidden[:, kept])
        loss = None
        if labels is not None:
            loss = token_loss(logits, labels, loss_weights)
        return EchoMindOutput(
            loss=loss, logits=logits, vad=vad, past_key_values=out.past_key_values, hidden_states=(hidden,)
        )

    def read_vad(self, hidden: torch.Tensor) -> torch.Tensor:
        """Hidden states ``(B, width)`` to V-A-D ``(B, 6)``: speaker x3, listener x3, around EmoBank's neutral 3."""
        return 3.0 + self.vad_head(hidden.to(next(self.vad_head.parameters()).dtype))


def token_loss(logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """Weighted mean next-token cross-entropy; ``labels`` are aligned with ``logits`` and shifted here."""
    targets = labels[:, 1:].flatten()
    losses = nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1).float(), targets, ignore_index=-100, reduction="none"
    )
    weight = (targets != -100).to(losses.dtype)
    if weights is not None:
        weight = weight * weights[:, 1:].flatten().to(losses.dtype)
    return (losses * weight).sum() / weight.sum().clamp(min=1e-6)


AutoModel.register(EchoMindEncoderConfig, EchoMindEncoder)
AutoModel.register(EchoMindConfig, EchoMindForConditionalGeneration)
__all__ = ["AutoConfig", "EchoMindForConditionalGeneration", "EchoMindOutput", "frame_mask", "token_loss"]
