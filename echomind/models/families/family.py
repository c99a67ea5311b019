"""What the families of spoken language models have in common, and where one may differ from another.

A family is one generation class of ``transformers`` with its processor. Those classes do the work; here stands how they
are loaded whole, in which words they are addressed and which part of their output is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from echomind.errors import CheckpointError, ConfigurationError

if TYPE_CHECKING:
    import torch

END_OF_TURN = "<|im_end|>"  # of ChatML, which all these families speak; not every checkpoint names it as its end


@dataclass(frozen=True)
class Decoding:
    """How words are chosen: at most ``max_new_tokens``, greedily at ``temperature`` 0, sampled above it.

    ``max_speech_s``: where their speech is cut off, in seconds.
    """

    max_new_tokens: int
    temperature: float
    max_speech_s: float

    def arguments(self, stop_ids: list[int]) -> dict[str, Any]:
        """Arguments of ``generate``; they overrule the sampling settings that a checkpoint brings along.

        A checkpoint's repetition penalty stays: it belongs to how it is meant to be decoded, greedily too.
        """
        sample = self.temperature > 0
        return {
            "do_sample": sample,
            "temperature": self.temperature if sample else None,
            "top_k": None,
            "top_p": None,
            "max_new_tokens": self.max_new_tokens,
            "eos_token_id": stop_ids,
            "pad_token_id": stop_ids[0],
        }


class Family:
    """A loaded model of one family. Subclasses name the classes of ``transformers`` and override what is different.

    ``model_type`` is what ``config.json`` calls it, ``example`` a Hub id; ``own_system`` opens every system prompt of
    checkpoints that were trained with one. ``voice`` is the voice replies are spoken in, "" when they are not.
    """

    model_type: ClassVar[str]
    example: ClassVar[str]
    model_class: ClassVar[str]
    processor_class: ClassVar[str]
    own_system: ClassVar[str] = ""

    def __init__(self, model: Any, processor: Any, voice: str = "") -> None:
        self.model, self.processor, self.voice = model, processor, voice
        config = getattr(model.config, "thinker_config", model.config)
        if processor.audio_token_id != config.audio_token_id:
            raise CheckpointError(
                f"model {model.name_or_path}: found {processor.audio_token_id} as the tokenizer's token for sound,"
                f" {config.audio_token_id} as the model's; expected the tokenizer of this checkpoint, whole"
            )
        tokenizer, stops = processor.tokenizer, model.generation_config.eos_token_id
        ids = [tokenizer.get_vocab().get(END_OF_TURN), tokenizer.eos_token_id, *np.atleast_1d(stops if stops else [])]
        self.stop_ids = list(dict.fromkeys(int(i) for i in ids if i is not None))

    @classmethod
    def load(cls, checkpoint: str, *, speech: bool, voice: str | None, **placement: Any) -> Self:
        """Load model and processor. ``placement``: ``device_map`` and ``dtype`` of ``from_pretrained``.

        Raises what ``transformers`` raises, ``CheckpointError`` when the checkpoint lacks weights or a chat template,
        ``ConfigurationError`` when it cannot speak but should, or not in this voice.
        """
        if speech or voice:
            raise ConfigurationError(
                f"model {checkpoint}: {cls.model_type} answers in text alone; expected no wish for speech"
            )
        import transformers

        model = load_complete(getattr(transformers, cls.model_class), checkpoint, **placement)
        return cls(model, cls.load_processor(checkpoint))

    @classmethod
    def load_processor(cls, checkpoint: str) -> Any:
        """The processor; ``CheckpointError`` when it cannot put a conversation into tokens."""
        import transformers

        return require_chat_template(getattr(transformers, cls.processor_class).from_pretrained(checkpoint), checkpoint)

    @property
    def sample_rate(self) -> int:
        """What the processor expects, Hz."""
        return int(self.processor.feature_extractor.sampling_rate)

    @property
    def hears_s(self) -> float:
        """Longest clip that is heard whole, seconds; the processor drops what follows."""
        return float(self.processor.feature_extractor.chunk_length)

    def prepare(self, system: str, samples: np.ndarray, text: str) -> Any:
        """Token ids and features of one turn: the system prompt, then the clip, then the text; "" leaves a part out.

        ``samples``: float32 ``(n,)`` at ``sample_rate``. What looks like a control token in ``system`` or ``text`` is
        put as plain text: it cannot end a turn or stand for sound.
        """
        system = "\n\n".join(part for part in (self.own_system, system) if part)
        conversation: list[dict[str, Any]] = []
        if system:
            conversation.append({"role": "system", "content": [{"type": "text", "text": system}]})
        turn: list[dict[str, Any]] = [{"type": "audio", "audio": samples}]
        if text:
            turn.append({"type": "text", "text": text})
        conversation.append({"role": "user", "content": turn})
        inputs = self.processor.apply_chat_template(
            conversation,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            sanitize_control_tokens=True,
        )
        return inputs.to(self.model.device, dtype=self.model.dtype)

    def answer(self, inputs: Any, decoding: Decoding) -> torch.Tensor:
        """Ids of the answer ``(tokens,)``, without those of the prompt."""
        return self.after_prompt(self.model.generate(**inputs, **decoding.arguments(self.stop_ids)), inputs)

    @staticmethod
    def after_prompt(sequences: torch.Tensor, inputs: Any) -> torch.Tensor:
        """``(1, prompt + tokens)`` to ``(tokens,)``: what was generated."""
        return sequences[0, inputs["input_ids"].shape[1] :]

    def speak(self, inputs: Any, decoding: Decoding) -> tuple[torch.Tensor, np.ndarray, int]:
        """As ``answer``, and its sound: float32 ``(n,)``, and the sample rate in Hz."""
        raise ConfigurationError(f"{self.model_type} answers in text alone")

    def words(self, ids: torch.Tensor) -> str:
        """The answer's text, without control tokens and without the thinking that some checkpoints write before it."""
        text = self.processor.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text.rpartition("</think>")[2].strip()

    def transcript(self, ids: torch.Tensor) -> str:
        """The answer's text when words were asked for."""
        return self.words(ids)


def load_complete(model_class: Any, checkpoint: str, **placement: Any) -> Any:
    """A model in evaluation mode, all of whose weights come from the checkpoint.

    ``transformers`` fills the gaps of a checkpoint with random numbers and only warns; such a model would be measured
    as if it were the real one. Raises ``CheckpointError`` instead.
    """
    # The class itself, not an override: Qwen2.5-Omni's own ``from_pretrained`` cannot hand on the loading information.
    from transformers import PreTrainedModel

    load = PreTrainedModel.from_pretrained.__func__  # type: ignore[attr-defined]
    model, info = load(model_class, checkpoint, output_loading_info=True, **placement)
    missing = sorted(set(info["missing_keys"]) & {name for name, _ in model.named_parameters()})
    if missing:
        raise CheckpointError(
            f"model {checkpoint}: {len(missing)} weights of {model_class.__name__} are missing, such as {missing[0]};"
            " expected a complete checkpoint"
        )
    return model.eval()


def require_chat_template(processor: Any, checkpoint: str) -> Any:
    """The processor, if it has a chat template; ``CheckpointError`` else: a base model cannot be talked to."""
    if processor.chat_template is None:
        raise CheckpointError(f"model {checkpoint}: found no chat template; expected a checkpoint tuned to converse")
    return processor
