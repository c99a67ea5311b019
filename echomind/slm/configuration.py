"""Configuration of the EchoMind spoken language model: audio encoder, projector, decoder, heads."""

from __future__ import annotations

from typing import Any

from transformers import CONFIG_MAPPING, AutoConfig, PreTrainedConfig

from echomind.taxonomy import CATEGORIES

# Emotion words that the thinking block may start with: neutral, the six emotions of EchoMind, and two states that a
# listener would name as readily: worn out, and physically unwell (hoarse, coughing, out of breath).
THINKING_EMOTIONS = ("neutral", "happy", "sad", "surprise", "angry", "fear", "disgust", "tired", "unwell")
# Which of these a vocal cue speaks for; cues that are not here (a place, a pace, an age) speak for none.
EMOTION_OF_CUE = {
    **dict.fromkeys(("happy", "laughter"), "happy"),
    **dict.fromkeys(("sad", "sobbing", "sigh"), "sad"),
    **dict.fromkeys(("angry", "shout"), "angry"),
    **dict.fromkeys(("tired", "yawn"), "tired"),
    **dict.fromkeys(("hoarse", "breath", "cough", "moan"), "unwell"),
    "fear": "fear",
    "disgust": "disgust",
    "surprise": "surprise",
}
# Where an emotion lies in valence, arousal, dominance around neutral: Russell and Mehrabian (1977) to one decimal;
# ``tired`` and ``unwell`` are our own reading of their low-arousal terms.
EMOTION_NORMS: dict[str, tuple[float, float, float]] = {
    "neutral": (0.0, 0.0, 0.0),
    "happy": (0.8, 0.5, 0.4),
    "sad": (-0.6, -0.3, -0.3),
    "surprise": (0.4, 0.7, -0.1),
    "angry": (-0.5, 0.6, 0.3),
    "fear": (-0.6, 0.6, -0.4),
    "disgust": (-0.6, 0.4, 0.1),
    "tired": (-0.2, -0.6, -0.3),
    "unwell": (-0.4, -0.3, -0.4),
}
CONFIDENCES = ("low", "medium", "high")
CONFIDENCE_VALUES = (0.3, 0.6, 0.9)  # centres of the three thirds of (0.15, 1.05): what the words stand for as numbers


class EchoMindEncoderConfig(PreTrainedConfig):
    """Shape of the audio encoder.

    ``num_mel_bins`` bands at ``100`` frames a second go in; ``hidden_size`` values at 12.5 frames a second come out (8x
    subsampling by three strided convolutions). ``level_size`` is the width of the embedding of absolute band levels.
    ``encoder_kind`` names the class: ``"attention"`` (the first one, bands alone) or ``"prosodic"`` (bands and a pitch
    track, see ``ears.py``); the attention's fields mean nothing to the second, ``pitch_channels`` nothing to the first.
    """

    model_type = "echomind_encoder"

    def __init__(
        self,
        num_mel_bins: int = 64,
        conv_channels: tuple[int, int, int] | list[int] = (32, 48, 96),
        hidden_size: int = 192,
        intermediate_size: int = 384,
        num_hidden_layers: int = 2,
        num_attention_heads: int = 4,
        positional_kernel: int = 15,
        level_size: int = 32,
        dropout: float = 0.1,
        encoder_kind: str = "attention",
        pitch_channels: tuple[int, int, int] | list[int] = (32, 48, 64),
        **kwargs: Any,
    ) -> None:
        self.num_mel_bins = num_mel_bins
        self.conv_channels = list(conv_channels)
        self.hidden_size = hidden_size
        self.intermediate_size = intermediate_size
        self.num_hidden_layers = num_hidden_layers
        self.num_attention_heads = num_attention_heads
        self.positional_kernel = positional_kernel
        self.level_size = level_size
        self.dropout = dropout
        self.encoder_kind = encoder_kind
        self.pitch_channels = list(pitch_channels)
        super().__init__(**kwargs)


class EchoMindConfig(PreTrainedConfig):
    """Configuration of :class:`EchoMindForConditionalGeneration`.

    ``encoder_config`` shapes the ears; ``text_config`` is any causal language model of ``transformers`` (the embedded
    one is a dense MLA decoder in DeepSeek-V3 classes; a 7B one loads through Llama classes). ``frame_stack`` encoder
    frames make one audio token (4 frames = 0.32 s). ``category_labels`` fixes the order of the twelve cue heads and of
    their labels, so that a checkpoint can be read without this package's taxonomy. ``backbone`` says where a large
    decoder's weights lie, which are not in this checkpoint (see :mod:`echomind.slm.backbone`); None: they are in it.
    """

    model_type = "echomind"
    sub_configs = {"encoder_config": EchoMindEncoderConfig, "text_config": AutoConfig}

    def __init__(
        self,
        encoder_config: EchoMindEncoderConfig | dict[str, Any] | None = None,
        text_config: PreTrainedConfig | dict[str, Any] | None = None,
        audio_token_id: int = 7,
        frame_stack: int = 4,
        category_labels: list[list[Any]] | None = None,
        temperatures: dict[str, float] | None = None,
        emotion_prior: dict[str, float] | None = None,
        backbone: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if encoder_config is None:
            encoder_config = EchoMindEncoderConfig()
        elif isinstance(encoder_config, dict):
            encoder_config = EchoMindEncoderConfig(**encoder_config)
        if text_config is None:
            text_config = tiny_mla_config()
        elif isinstance(text_config, dict):
            text_config = CONFIG_MAPPING[text_config["model_type"]](**text_config)
        self.encoder_config = encoder_config
        self.text_config = text_config
        self.audio_token_id = audio_token_id
        self.frame_stack = frame_stack
        # Pairs, not a mapping: configurations are written with sorted keys, and the heads are read by position.
        self.category_labels = category_labels or [[c.id, list(c.labels)] for c in CATEGORIES]
        # One temperature a category, fitted on held-out clips after training (1.0 = as trained).
        self.temperatures = temperatures or {}
        # Share of each word of THINKING_EMOTIONS among the clips that the decoder was trained on; equal when unknown.
        self.emotion_prior = emotion_prior or dict.fromkeys(THINKING_EMOTIONS, 1 / len(THINKING_EMOTIONS))
        self.backbone = backbone
        kwargs.setdefault("tie_word_embeddings", getattr(text_config, "tie_word_embeddings", False))
        super().__init__(**kwargs)
        for name in ("pad_token_id", "bos_token_id", "eos_token_id"):
            setattr(self, name, getattr(text_config, name, None))

    @property
    def categories(self) -> dict[str, list[str]]:
        """Labels of each category in head order."""
        return {name: list(labels) for name, labels in self.category_labels}


def tiny_mla_config(vocab_size: int = 4096, **overrides: Any) -> PreTrainedConfig:
    """The embedded decoder: a dense tiny decoder with multi-head latent attention (MLA).

    DeepSeek-V3 classes with ``first_k_dense_replace >= num_hidden_layers``, so that no layer is a mixture of experts;
    the routing fields keep small legal values because the class reads them all the same.
    """
    from transformers import DeepseekV3Config

    values: dict[str, Any] = {
        "vocab_size": vocab_size,
        "hidden_size": 256,
        "intermediate_size": 704,
        "num_hidden_layers": 5,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "q_lora_rank": 128,
        "kv_lora_rank": 96,
        "qk_nope_head_dim": 48,
        "qk_rope_head_dim": 16,
        "v_head_dim": 64,
        "first_k_dense_replace": 64,
        "n_routed_experts": 2,
        "num_experts_per_tok": 1,
        "n_group": 1,
        "topk_group": 1,
        "moe_intermediate_size": 64,
        "num_mtp_layers": 0,
        "max_position_embeddings": 2048,
        "tie_word_embeddings": True,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    return DeepseekV3Config(**(values | overrides))


AutoConfig.register("echomind_encoder", EchoMindEncoderConfig)
AutoConfig.register("echomind", EchoMindConfig)
