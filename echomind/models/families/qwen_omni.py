"""The families that hear and speak: Qwen2.5-Omni and Qwen3-Omni.

Both have a *thinker*, which hears and writes, and a *talker*, which turns what the thinker wrote into speech at 24 kHz.
When no speech is wanted, only the thinker is loaded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np

from echomind.errors import ConfigurationError
from echomind.models.families.family import Decoding, Family, load_complete, require_chat_template

if TYPE_CHECKING:
    import torch

SPEECH_RATE = 24_000  # Hz; both vocoders are built for it, neither configuration says so


class _Omni(Family):
    """What the two have in common. ``codes_per_s``: how many codes the talker writes for a second of speech."""

    thinker_class: ClassVar[str]
    default_voice: ClassVar[str]
    codes_per_s: ClassVar[float]

    @classmethod
    def load(cls, checkpoint: str, *, speech: bool, voice: str | None, **placement: Any) -> Self:
        """See ``Family.load``. Without ``speech`` the talker's weights stay where they are."""
        import transformers

        config = transformers.AutoConfig.from_pretrained(checkpoint)
        processor = cls.load_processor(checkpoint)
        if not speech:
            if voice:
                raise ConfigurationError(f"model {checkpoint}: found the voice {voice!r} without speech; expected both")
            thinker = getattr(transformers, cls.thinker_class)
            return cls(load_complete(thinker, checkpoint, config=config.thinker_config, **placement), processor)
        if not config.enable_audio_output:
            raise ConfigurationError(
                f"model {checkpoint}: this checkpoint answers in text alone; expected no wish for speech"
            )
        wanted, voices = voice or cls.default_voice, cls.voices(checkpoint, config)
        known = {name.casefold(): name for name in voices}
        if wanted.casefold() not in known:
            raise ConfigurationError(
                f"model {checkpoint}: found the voice {wanted!r}; expected one of {', '.join(voices)}"
            )
        model = load_complete(getattr(transformers, cls.model_class), checkpoint, config=config, **placement)
        # The checkpoint's decoding settings are read for the whole model, but it is the thinker that decodes words.
        model.thinker.generation_config = model.generation_config
        return cls(model, processor, known[wanted.casefold()])

    @classmethod
    def load_processor(cls, checkpoint: str) -> Any:
        """The processor of the family for sound and text.

        The full one also wants processors of images and of videos, which cannot be loaded without ``torchvision`` and
        have nothing to do here. ``from_pretrained`` finds the parts by the names of the constructor's arguments.
        """
        import transformers

        full: Any = getattr(transformers, cls.processor_class)

        class SoundAndText(full):  # type: ignore[misc]
            def __init__(self, feature_extractor: Any, tokenizer: Any, chat_template: str | None = None) -> None:
                super(full, self).__init__(feature_extractor, tokenizer, chat_template=chat_template)
                self.audio_token, self.audio_token_id = tokenizer.audio_token, tokenizer.audio_token_id

            def validate_inputs(self, **inputs: Any) -> None:
                """Nothing to find: ``prepare`` puts one sound. The check would count a placeholder that was quoted."""

        return require_chat_template(SoundAndText.from_pretrained(checkpoint), checkpoint)

    @classmethod
    def voices(cls, checkpoint: str, config: Any) -> dict[str, Any]:
        """The voices of a checkpoint by name, as its class keeps them."""
        return dict(config.talker_config.speaker_id)

    def answer(self, inputs: Any, decoding: Decoding) -> torch.Tensor:
        """See ``Family.answer``: the thinker alone answers, also in a model that could speak."""
        thinker = self.model.thinker if self.voice else self.model
        return self.after_prompt(thinker.generate(**inputs, **decoding.arguments(self.stop_ids)), inputs)

    def speak(self, inputs: Any, decoding: Decoding) -> tuple[torch.Tensor, np.ndarray, int]:
        """See ``Family.speak``. The talker samples, as it was built to; only the thinker's words can be greedy."""
        words = {f"thinker_{name}": value for name, value in decoding.arguments(self.stop_ids).items()}
        sequences, wave = self.model.generate(
            **inputs,
            **words,
            speaker=self.voice,
            # ``generate`` of both classes breaks on an answer without a word and on speech without a code.
            thinker_min_new_tokens=1,
            talker_min_new_tokens=1,
            talker_max_new_tokens=math.ceil(decoding.max_speech_s * self.codes_per_s),
        )
        return self.after_prompt(sequences, inputs), wave.float().reshape(-1).cpu().numpy(), SPEECH_RATE


class Qwen25Omni(_Omni):
    """Qwen2.5-Omni (arXiv 2503.20215). It hears 5 minutes.

    It speaks reliably only with the system prompt it was trained with (its model card), so that one opens every system
    prompt here. In the zero condition it stands alone, which EchoMind's code calls ``qwen25omni_default``; in the other
    conditions the condition's prompt follows it.
    """

    model_type = "qwen2_5_omni"
    example = "Qwen/Qwen2.5-Omni-7B"
    model_class = "Qwen2_5OmniForConditionalGeneration"
    thinker_class = "Qwen2_5OmniThinkerForConditionalGeneration"
    processor_class = "Qwen2_5OmniProcessor"
    own_system = (
        "You are Qwen, a virtual human developed by the Qwen Team, Alibaba Group, capable of perceiving auditory and"
        " visual inputs, as well as generating text and speech."
    )
    default_voice = "Chelsie"
    codes_per_s = 50.0  # 2 frames a code (``repeats``), 240 samples a frame (``upsample_rates``), at 24 kHz

    @classmethod
    def load(cls, checkpoint: str, *, speech: bool, voice: str | None, **placement: Any) -> Self:
        """See ``Family.load``; the voices lie beside the weights."""
        family = super().load(checkpoint, speech=speech, voice=voice, **placement)
        if speech:
            family.model.speaker_map = cls.voices(checkpoint, family.model.config)
        return family

    @classmethod
    def voices(cls, checkpoint: str, config: Any) -> dict[str, Any]:
        """The voices of a checkpoint, which are tensors in a file of their own."""
        import torch
        from transformers.utils import cached_file

        file = cast(str, cached_file(checkpoint, "spk_dict.pt"))  # or an error, never None
        return dict(torch.load(file, weights_only=True))


class Qwen3Omni(_Omni):
    """Qwen3-Omni (arXiv 2509.17765), a mixture of experts. No clip is too long for it."""

    model_type = "qwen3_omni_moe"
    example = "Qwen/Qwen3-Omni-30B-A3B-Instruct"
    model_class = "Qwen3OmniMoeForConditionalGeneration"
    thinker_class = "Qwen3OmniMoeThinkerForConditionalGeneration"
    processor_class = "Qwen3OmniMoeProcessor"
    default_voice = "Ethan"
    codes_per_s = 12.5  # 1920 samples a code (``upsampling_ratios`` and ``upsample_rates``), at 24 kHz

    @property
    def hears_s(self) -> float:
        """Longest clip that is heard whole, seconds: its processor cuts nothing off."""
        return math.inf
