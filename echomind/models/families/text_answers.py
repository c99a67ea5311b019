"""The families that hear and answer in text: Qwen2-Audio and Audio Flamingo 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echomind.models.families.family import Family

if TYPE_CHECKING:
    import torch


class Qwen2Audio(Family):
    """Qwen2-Audio (arXiv 2407.10759). It hears the first 30 s of a clip."""

    model_type = "qwen2_audio"
    example = "Qwen/Qwen2-Audio-7B-Instruct"
    model_class = "Qwen2AudioForConditionalGeneration"
    processor_class = "Qwen2AudioProcessor"


class AudioFlamingo3(Family):
    """Audio Flamingo 3 (arXiv 2507.08128) in its layout for ``transformers``. It hears 10 minutes, 30 s at a time."""

    model_type = "audioflamingo3"
    example = "nvidia/audio-flamingo-3-hf"
    model_class = "AudioFlamingo3ForConditionalGeneration"
    processor_class = "AudioFlamingo3Processor"

    @property
    def hears_s(self) -> float:
        """Longest clip that is heard whole, seconds."""
        return float(self.processor.max_audio_len)

    def transcript(self, ids: torch.Tensor) -> str:
        """Words without the sentence that frames them ('The spoken content of the audio is "..."').

        The checkpoints were trained to write that frame around transcriptions, and their processor takes it off.
        """
        decoded: list[str] = self.processor.batch_decode([ids], skip_special_tokens=True, strip_prefix=True)
        return decoded[0]
