"""Any spoken language model that ``transformers`` has a class for, sitting the benchmark.

``families`` holds what differs between the models; here is what is the same for all: loading in plain words, one clip
in, words (and sound) out. No code of a checkpoint is ever run (``trust_remote_code`` stays off).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Self

from echomind.audio import SAMPLE_RATE, Clip, clip_from_array
from echomind.errors import AudioError, CheckpointError, ConfigurationError
from echomind.models.answering import ChoiceRequest, ReplyRequest, SpokenReply
from echomind.models.families import Decoding, Family, family_of
from echomind.models.prompts import question_prompt, transcription_prompt
from echomind.settings import get_settings

log = logging.getLogger(__name__)

MAX_NEW_TOKENS = 512  # a reply of about 350 words; the longest transcript of a 60 s clip has half of that
MAX_SPEECH_S = 80.0  # what ``transformers`` lets Qwen2.5-Omni's talker say unless told otherwise (4096 codes)
DTYPES = ("bfloat16", "float16", "float32")


class TransformersSLM:
    """A model of ``transformers`` as an ``AnsweringModel``; load it with ``TransformersSLM.load``.

    One call at a time (``concurrency`` 1). Calls are independent of each other and of their order: each starts from the
    same seed, which matters where something is sampled (a talker's speech always is). Replies have sound only when the
    model was loaded with ``speech``; transcripts and choices never do.
    """

    concurrency = 1

    def __init__(self, name: str, family: Family, decoding: Decoding, seed: int = 0) -> None:
        self.name, self.family, self.decoding, self.seed = name, family, decoding, seed

    @classmethod
    def load(
        cls,
        checkpoint: str | Path,
        *,
        device: str | None = None,
        dtype: str | None = None,
        speech: bool = False,
        voice: str | None = None,
        max_new_tokens: int = MAX_NEW_TOKENS,
        temperature: float = 0.0,
        max_speech_s: float = MAX_SPEECH_S,
        seed: int = 0,
    ) -> Self:
        """Load a checkpoint from a folder or the Hub.

        ``device``: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ..., or ``"auto"`` to spread the model over all GPUs; default:
        the setting ``ECHOMIND_DEVICE``. ``dtype``: bfloat16, float16 or float32; default: bfloat16 on a GPU, else
        float32. ``speech``: load what speaks as well and speak the replies in ``voice`` (default: the family's), at
        most ``max_speech_s`` seconds each. ``max_new_tokens``: 1 or more; ``temperature``: 0 (greedy) or more.
        Raises ``ConfigurationError`` for a model of no known family, an argument that cannot work or a model that
        cannot speak but should; ``CheckpointError`` when the checkpoint cannot be had, is incomplete or broken.
        """
        checkpoint = str(checkpoint)
        if max_new_tokens < 1 or temperature < 0 or max_speech_s <= 0:
            found = f"max_new_tokens {max_new_tokens}, temperature {temperature} and max_speech_s {max_speech_s}"
            raise ConfigurationError(
                f"model {checkpoint}: found {found}; expected 1 or more, 0 or more, and more than 0"
            )
        placement = _placement(checkpoint, device or get_settings().device, dtype)
        with _in_one_line(checkpoint):
            kind = family_of(_model_type(checkpoint), checkpoint)
            family = kind.load(checkpoint, speech=speech, voice=voice, **placement)
        model = family.model
        log.info(
            "%s: %s with %.1f M parameters on %s in %s, %s",
            checkpoint,
            type(model).__name__,
            sum(p.numel() for p in model.parameters()) / 1e6,
            placement["device_map"],
            str(placement["dtype"]).removeprefix("torch."),
            f"speaks as {family.voice}" if family.voice else "answers in text",
        )
        return cls(Path(checkpoint).name, family, Decoding(max_new_tokens, temperature, max_speech_s), seed)

    def transcribe(self, key: str, clip: Clip) -> str:
        """The words of the clip, as the model writes them."""
        inputs = self._inputs("", clip, transcription_prompt())
        with self._seeded():
            return self.family.transcript(self.family.answer(inputs, self.decoding))

    def choose(self, request: ChoiceRequest) -> str:
        """The model's answer in its own words."""
        inputs = self._inputs("", request.clip, question_prompt(request.question, request.options))
        with self._seeded():
            return self.family.words(self.family.answer(inputs, self.decoding))

    def reply(self, request: ReplyRequest) -> SpokenReply:
        """What the model would say to the speaker: the clip is all the user says, the request's system prompt the rest.

        A model that speaks but gets out no usable sound (under 0.1 s, or silence) has said its words only; the log
        tells.
        """
        inputs = self._inputs(request.system, request.clip, "")
        with self._seeded():
            if not self.family.voice:
                return SpokenReply(self.family.words(self.family.answer(inputs, self.decoding)))
            ids, wave, rate = self.family.speak(inputs, self.decoding)
        words, title = self.family.words(ids), f"reply to {request.clip.name}"
        try:
            sound = clip_from_array(rate, wave, max_seconds=math.inf, name=title)
        except AudioError as error:
            log.warning("%s: the reply stays without sound: %s", self.name, error)
            return SpokenReply(words)
        return SpokenReply(words, sound)

    def _inputs(self, system: str, clip: Clip, text: str) -> Any:
        """One turn as the model's input tensors."""
        if clip.seconds > (heard := self.family.hears_s):
            log.warning("%s: %s has %.1f s; the model hears the first %g s", self.name, clip.name, clip.seconds, heard)
        samples = clip.samples
        if self.family.sample_rate != SAMPLE_RATE:
            import soxr

            samples = soxr.resample(samples, SAMPLE_RATE, self.family.sample_rate)
        return self.family.prepare(system, samples, text)

    @contextmanager
    def _seeded(self) -> Iterator[None]:
        """From the model's seed; the caller's own random numbers go on as if nothing had happened."""
        import torch

        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            torch.manual_seed(self.seed)
            yield


def _placement(checkpoint: str, device: str, dtype: str | None) -> dict[str, Any]:
    """``device_map`` and ``dtype`` for ``from_pretrained``."""
    import torch

    gpus = torch.cuda.device_count()
    usable = ["cpu", "auto", *(["cuda"] if gpus else []), *(f"cuda:{i}" for i in range(gpus))]
    if torch.backends.mps.is_available():
        usable.append("mps")
    if device not in usable:
        raise ConfigurationError(
            f"model {checkpoint}: found the device {device!r}; expected one of {', '.join(usable)}"
        )
    dtype = dtype or ("float32" if device == "cpu" or (device == "auto" and not gpus) else "bfloat16")
    if dtype not in DTYPES:
        raise ConfigurationError(f"model {checkpoint}: found the dtype {dtype!r}; expected one of {', '.join(DTYPES)}")
    return {"device_map": device, "dtype": getattr(torch, dtype)}


def _model_type(checkpoint: str) -> object:
    """``model_type`` of ``config.json``, read as plain JSON: ``AutoConfig`` refuses types it does not know itself."""
    from transformers import PreTrainedConfig

    return PreTrainedConfig.get_config_dict(checkpoint)[0].get("model_type")


@contextmanager
def _in_one_line(checkpoint: str) -> Iterator[None]:
    """Whatever is wrong with a checkpoint, said in one line."""
    import torch
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    broken_files = (SafetensorError, StrictDataclassError, UnpicklingError, EOFError)
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ConfigurationError(
            f"model {checkpoint}: does not fit into the GPU's memory; expected more of it, several GPUs with the device"
            " 'auto', or a smaller model"
        ) from error
    except (OSError, ValueError, ImportError, RuntimeError, *broken_files) as error:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise CheckpointError(
            f"model {checkpoint}: cannot be loaded ({reason}); expected a folder or a Hub id with a complete checkpoint"
        ) from error
