"""Hearing the words: PocketSphinx by default, Whisper where a checkpoint is at hand.

PocketSphinx carries its English model in its wheel, so it works offline on any machine. On real benchmark clips of
neutral speech about one word in nine comes out wrong, of expressive speech about one in three: its transcript is a
draft that the speaker can correct. Whisper is the better ear wherever its weights and the computing time are there.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from echomind.audio import Clip
from echomind.errors import CheckpointError, EchoMindError

POCKETSPHINX = "pocketsphinx"


class RecognitionError(EchoMindError):
    """The recogniser could not be brought to answer."""


@dataclass(frozen=True)
class Word:
    """One recognised word with its start and end in seconds from the beginning of the clip."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Transcript:
    """What was said. ``text`` is empty when no word was heard, ``words`` when the recogniser gives no times."""

    text: str
    words: tuple[Word, ...] = ()

    def later(self, seconds: float) -> Transcript:
        """The same in a clip that begins so much earlier."""
        moved = (replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words)
        return replace(self, words=tuple(moved))


class Recognizer(Protocol):
    """Turns a clip into words; safe to call from several threads."""

    name: str

    def transcribe(self, clip: Clip) -> Transcript:
        """The words of ``clip``, with times where the recogniser has them."""


@runtime_checkable
class StreamingRecognizer(Recognizer, Protocol):
    """A recogniser that works while the speaker speaks."""

    def listen(self) -> Hearing:
        """A new utterance, nothing heard yet."""


class Hearing(Protocol):
    """The words of one utterance while it is being spoken. One thread feeds, another may ask; its owner closes it."""

    @property
    def so_far(self) -> str:
        """The words recognised so far, which may still change. Never waits."""

    def feed(self, samples: np.ndarray) -> None:
        """What was said next: mono float32 in [-1, 1] at 16 kHz. Returns at once."""

    def words(self) -> Transcript:
        """All words of what was fed, as good as they get. Waits for them; the utterance may go on afterwards."""

    def never_mind(self) -> None:
        """Nobody waits for ``words`` any more; whoever still does gets ``RecognitionError``. Returns at once."""

    def close(self) -> None:
        """Give back what it holds; nothing may be fed or asked afterwards."""


class Gathered:
    """An utterance for a recogniser that only reads whole clips: decoded when its words are asked for."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer, self._parts = recognizer, list[np.ndarray]()
        self._decoded, self._found = 0, Transcript("")

    @property
    def so_far(self) -> str:
        """The words of when they were last asked for."""
        return self._found.text

    def feed(self, samples: np.ndarray) -> None:
        """Keep them for later."""
        self._parts.append(samples)

    def words(self) -> Transcript:
        """Decode all that was fed, unless that was done before."""
        parts = self._parts[:]  # another thread may feed meanwhile
        if parts and len(parts) != self._decoded:
            self._found = self._recognizer.transcribe(Clip(np.concatenate(parts)))
            self._decoded = len(parts)
        return self._found

    def never_mind(self) -> None:
        """Too late: words are decoded while they are asked for."""

    def close(self) -> None:
        """Forget the sound."""
        self._parts.clear()


def listen_with(recognizer: Recognizer) -> Hearing:
    """A new utterance for any recogniser."""
    return recognizer.listen() if isinstance(recognizer, StreamingRecognizer) else Gathered(recognizer)


class WhisperRecognizer:
    """Any Whisper checkpoint through ``transformers``, from a folder or the Hub.

    Gives times of words where the checkpoint names its alignment heads.
    Raises ``CheckpointError`` when the checkpoint cannot be had or is not Whisper's.
    """

    def __init__(self, checkpoint: str, device: str = "cpu") -> None:
        from transformers import AutoConfig, WhisperForConditionalGeneration, WhisperProcessor, pipeline

        try:
            kind = AutoConfig.from_pretrained(checkpoint).model_type
            if kind != "whisper":
                raise CheckpointError(f"speech recogniser {checkpoint}: found a {kind!r} model; expected Whisper")
            processor = WhisperProcessor.from_pretrained(checkpoint)
            model = WhisperForConditionalGeneration.from_pretrained(checkpoint)
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CheckpointError(
                f"speech recogniser {checkpoint}: cannot be loaded ({reason}); expected {POCKETSPHINX!r},"
                " a Whisper folder or a Hub id"
            ) from error
        self.name = f"Whisper ({Path(checkpoint).name})"
        self._asr: Any = pipeline(
            "automatic-speech-recognition",
            model=model,
            tokenizer=processor.tokenizer,
            feature_extractor=processor.feature_extractor,
            device=device,
        )
        config = model.generation_config
        # Timestamps of some kind are needed anyway: they are how Whisper reads past its window of 30 s.
        self._times: bool | str = "word" if getattr(config, "alignment_heads", None) else True
        multilingual = getattr(config, "is_multilingual", False)
        self._generate = {"language": "en", "task": "transcribe"} if multilingual else {}
        self._lock = threading.Lock()  # a pipeline keeps state between calls

    def transcribe(self, clip: Clip) -> Transcript:
        """English words as Whisper writes them, with its punctuation."""
        with self._lock:
            found = self._asr(clip.samples.copy(), return_timestamps=self._times, generate_kwargs=dict(self._generate))
        words: tuple[Word, ...] = ()
        if self._times == "word":
            words = tuple(
                Word(chunk["text"].strip(), float(start), float(clip.seconds if end is None else end))
                for chunk in found["chunks"]
                if (start := chunk["timestamp"][0]) is not None
                for end in [chunk["timestamp"][1]]
            )
        return Transcript(found["text"].strip(), words)


def sentence_case(words: Iterable[str]) -> str:
    """Lower-case words as a sentence: a capital first letter and capital *I*. No word and no punctuation is changed."""
    text = " ".join(words)
    text = re.sub(r"\bi\b", "I", text)
    return text[:1].upper() + text[1:]


_lock = threading.Lock()
_loaded: dict[tuple[str, str], Recognizer] = {}


def load_recognizer(name: str = POCKETSPHINX, device: str = "cpu") -> Recognizer:
    """The recogniser of that name, loaded at the first call and kept; another name replaces it in memory.

    ``name``: ``"pocketsphinx"``, or a Whisper folder or Hub id. Raises ``CheckpointError``.
    """
    from echomind.models.pocketsphinx_pool import PocketSphinxRecognizer

    key = (name, device)
    with _lock:
        if key not in _loaded:
            _loaded.clear()  # first, so that two never stand in memory together
            _loaded[key] = PocketSphinxRecognizer() if name == POCKETSPHINX else WhisperRecognizer(name, device)
        return _loaded[key]
