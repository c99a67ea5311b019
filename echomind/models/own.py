"""Our own model as a contestant: it hears the words with its recogniser, never reads the set's own text of them.

A clip is recognised once; transcription, questions and reply all use those words. The safety net of the talk page
(``talk.care``) is not part of the model and is left out.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from functools import lru_cache
from typing import Protocol, cast

from echomind.audio import Clip, load_clip
from echomind.models.answering import ChoiceRequest, ReplyRequest, SpokenReply
from echomind.models.asr import Recognizer, load_recognizer
from echomind.models.protocol import Perception, Thinking
from echomind.models.slm import EchoMindSLM, load_slm
from echomind.models.writing import VERSION
from echomind.settings import Settings, get_settings

AT_ONCE = 2  # the recogniser works in a process of its own, so that one clip is heard while another is thought about
LONGEST_SPEECH_S = 300.0  # a reply of 65 words takes half a minute


class Spoken(Protocol):
    """A spoken reply, such as ``talk.speak.Speech``."""

    @property
    def wav(self) -> bytes:
        """The sound as a WAV file."""


Speak = Callable[[str, str], Spoken]  # from a reply's words and the emotion it answers


class HeardWords:
    """What the recogniser heard, by the sound of the clip; each clip is recognised once, however many threads ask."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self._lock = threading.Lock()
        self._heard: dict[bytes, Future[str]] = {}

    def of(self, clip: Clip) -> str:
        """The words of ``clip``. Raises what the recogniser raises; then the next call tries again."""
        key = _digest(clip)
        with self._lock:
            first = key not in self._heard
            words = self._heard.setdefault(key, Future())
        if first:
            try:
                words.set_result(self.recognizer.transcribe(clip).text)
            except BaseException as error:
                with self._lock:
                    del self._heard[key]
                words.set_exception(error)
        return words.result()

    def remember(self, clip: Clip, words: str) -> None:
        """Take ``words`` as what was heard in ``clip``, from an earlier run."""
        known: Future[str] = Future()
        known.set_result(words)
        with self._lock:
            self._heard.setdefault(_digest(clip), known)


@lru_cache(maxsize=1)
def _words_of(recognizer: Hashable) -> HeardWords:
    """What a recogniser heard in this process, shared by all models that use it."""
    return HeardWords(cast(Recognizer, recognizer))


class OwnModel:
    """``EchoMindSLM`` behind the protocol of the benchmark.

    ``version`` names weights and recogniser: answers of two versions are never mixed. ``speak`` makes the sound of a
    reply; None for text alone.
    """

    concurrency = AT_ONCE

    def __init__(self, slm: EchoMindSLM, recognizer: Recognizer, *, speak: Speak | None = None, name: str = "") -> None:
        self.slm, self.words, self.speak = slm, _words_of(cast(Hashable, recognizer)), speak
        self.name = name or slm.name
        options = "" if slm.options is None else f", options {slm.options.digest}"
        temperatures = "".join(f", {name} at {t}" for name, t in sorted(slm.model.config.temperatures.items()))
        made = f"weights {weights_digest(slm)}{temperatures}{options}, writing {VERSION}"
        self.version = f"{made}, recogniser {recognizer.name}"

    def remember(self, clip: Clip, words: str) -> None:
        """Take ``words`` as what was heard in ``clip``, from an earlier run."""
        self.words.remember(clip, words)

    def transcribe(self, key: str, clip: Clip) -> str:
        """The recognised words; "" where none was heard."""
        return self.words.of(clip)

    def choose(self, request: ChoiceRequest) -> str:
        """``"The answer is: B"``: the likeliest option (the first of equals)."""
        shares = self._shares(request, self.words.of(request.clip))
        return f"The answer is: {max(shares, key=lambda letter: shares[letter])}"

    def reply(self, request: ReplyRequest) -> SpokenReply:
        """The reply alone, without the thinking. Our model takes the topic but no instruction in words."""
        topic = "" if request.condition == "zero" else request.topic
        perception = self._perceive(request, self.words.of(request.clip), topic)
        emotion, pieces = "", []
        for part in self.slm.reply(perception, seed=seed_of(request.key)):
            if isinstance(part, Thinking):
                emotion = part.emotion
            else:
                pieces.append(part)
        text = "".join(pieces).strip()
        if self.speak is None or not text:
            return SpokenReply(text)
        wav = self.speak(text, emotion).wav
        return SpokenReply(text, load_clip(wav, max_seconds=LONGEST_SPEECH_S, name=f"reply to {request.key}"))

    def _shares(self, request: ChoiceRequest, words: str) -> Mapping[str, float]:
        return self.slm.choose(request.clip, request.question, request.options, transcript=words)

    def _perceive(self, request: ReplyRequest, words: str, topic: str) -> Perception:
        return self.slm.perceive(request.clip, words, topic=topic)


class TranscriptOnly(OwnModel):
    """The floor of the deaf reader: our decoder reads the recognised words and hears nothing of the voice.

    What it scores is what the words alone give away; only what a model scores above it was heard. The decoder is the
    same one, asked without audio tokens, so the difference to ``OwnModel`` is what its ears are worth.
    """

    def _shares(self, request: ChoiceRequest, words: str) -> Mapping[str, float]:
        return self.slm.choose_text(request.question, request.options, transcript=words)

    def _perceive(self, request: ReplyRequest, words: str, topic: str) -> Perception:
        return self.slm.perceive_text(words, topic=topic)


def load_own(path: str = "", *, speak: Speak | None = None, settings: Settings | None = None) -> OwnModel:
    """Our model from a folder or a Hub id (default: the settings' checkpoint), hearing with the settings' recogniser.

    Raises ``CheckpointError`` for either.
    """
    slm, recognizer = _load(path, settings or get_settings())
    return OwnModel(slm, recognizer, speak=speak)


def load_transcript_only(path: str = "", *, settings: Settings | None = None) -> TranscriptOnly:
    """The deaf reader with the decoder of a checkpoint; its replies are text. Raises ``CheckpointError``."""
    slm, recognizer = _load(path, settings or get_settings())
    return TranscriptOnly(slm, recognizer, name="transcript-only")


def _load(path: str, settings: Settings) -> tuple[EchoMindSLM, Recognizer]:
    import torch

    torch.set_num_threads(settings.threads)
    slm = load_slm(path or settings.model_path, settings.device)
    return slm, load_recognizer(settings.asr, settings.device)


def seed_of(key: str) -> int:
    """A seed from an item's key, the same on every machine."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")


def weights_digest(slm: EchoMindSLM) -> str:
    """The first 12 hexadecimal digits of SHA-256 over names and values of all weights, tower and judge among them."""
    import torch

    weights = dict(slm.model.state_dict())
    if slm.tower is not None:
        weights |= {f"tower.{name}": value for name, value in slm.tower.tower.state_dict().items()}
    if slm.judge is not None:
        weights |= {f"judge.{name}": value for name, value in slm.judge.model.state_dict().items()}
    digest = hashlib.sha256()
    for name, value in sorted(weights.items()):
        digest.update(name.encode())
        digest.update(value.detach().contiguous().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]


def _digest(clip: Clip) -> bytes:
    return hashlib.sha256(clip.samples.tobytes()).digest()
