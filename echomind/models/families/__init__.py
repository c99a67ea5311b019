"""Which spoken language models of ``transformers`` can be asked, by the ``model_type`` in their ``config.json``."""

from __future__ import annotations

from echomind.errors import ConfigurationError
from echomind.models.families.family import Decoding, Family
from echomind.models.families.qwen_omni import Qwen3Omni, Qwen25Omni
from echomind.models.families.text_answers import AudioFlamingo3, Qwen2Audio

FAMILIES: dict[str, type[Family]] = {
    family.model_type: family for family in (Qwen25Omni, Qwen3Omni, Qwen2Audio, AudioFlamingo3)
}

__all__ = ["FAMILIES", "Decoding", "Family", "family_of"]


def family_of(model_type: object, checkpoint: str) -> type[Family]:
    """The family that loads and prompts checkpoints of this type; ``ConfigurationError`` names all when it is none."""
    family = FAMILIES.get(model_type) if isinstance(model_type, str) else None
    if family is None:
        supported = ", ".join(f"{name} (e.g. {family.example})" for name, family in sorted(FAMILIES.items()))
        raise ConfigurationError(f"model {checkpoint}: found the type {model_type!r}; expected one of {supported}")
    return family
