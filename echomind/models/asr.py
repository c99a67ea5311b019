"""Hearing the words: PocketSphinx by default, Whisper where a checkpoint is at hand.

PocketSphinx carries its English model in its wheel, so it works offline on any machine. On real benchmark clips of
neutral speech about one word in nine comes out wrong, of expressive speech about one in three: its transcript is a
draft that the speaker can correct. Whisper is the better ear wherever its weights and the computing time are there.
"""

from __future__ import annotations

import json
import re
import select
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from echomind.audio import Clip
from echomind.errors import CheckpointError, EchoMindError
from echomind.models.pocketsphinx_process import HEADER
from echomind.settings import ROOT

POCKETSPHINX = "pocketsphinx"
PCM_PEAK = 32_767
START_S, SLOWEST = 60.0, 10.0  # patience: to load, and as a multiple of the clip's length (0.2 is usual)


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


class Recognizer(Protocol):
    """Turns a clip into words; safe to call from several threads."""

    name: str

    def transcribe(self, clip: Clip) -> Transcript:
        """The words of ``clip``, with times where the recogniser has them."""


class PocketSphinxRecognizer:
    """PocketSphinx 5 with the US English model of its wheel, in a process of its own (see ``pocketsphinx_process``).

    The process is started with the object and again should it have died; it ends with this one.
    """

    name = "PocketSphinx (en-us)"

    def __init__(self) -> None:
        self._lock = threading.Lock()  # one process decodes one clip at a time
        self._process = self._start()

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "echomind.models.pocketsphinx_process"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)

    def transcribe(self, clip: Clip) -> Transcript:
        """Words with times, written as a sentence without punctuation; about 0.2 x real time on one core.

        Raises ``RecognitionError`` when the process dies over this clip or takes far longer than it should.
        """
        pcm = (np.clip(clip.samples, -1, 1) * PCM_PEAK).astype("<i2").tobytes()
        with self._lock:
            if self._process.poll() is not None:
                self._process = self._start()
            answer = self._ask(pcm, START_S + SLOWEST * clip.seconds)
        if answer is None:
            raise RecognitionError(f"{clip.name}: the speech recogniser gave no answer; please try again")
        words = tuple(Word(_plain(word), start, end) for word, start, end in json.loads(answer))
        return Transcript(sentence_case(word.text for word in words), words)

    def _ask(self, pcm: bytes, timeout_s: float) -> bytes | None:
        """One line of answer, or None after ending a process that gave none."""
        clips, answers = self._process.stdin, self._process.stdout
        if clips is None or answers is None:
            raise RuntimeError("the recogniser's process was started without pipes")
        try:
            clips.write(HEADER.pack(len(pcm)) + pcm)
            clips.flush()
        except BrokenPipeError:
            line = b""
        else:
            line = answers.readline() if select.select([answers], [], [], timeout_s)[0] else b""
        if not line.endswith(b"\n"):
            self._process.kill()
            self._process.wait()
            return None
        return line


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


def _plain(word: str) -> str:
    """A dictionary entry without its variant number: ``the(2)`` is ``the``."""
    return re.sub(r"\(\d+\)$", "", word)


_lock = threading.Lock()
_loaded: dict[tuple[str, str], Recognizer] = {}


def load_recognizer(name: str = POCKETSPHINX, device: str = "cpu") -> Recognizer:
    """The recogniser of that name, loaded at the first call and kept; another name replaces it in memory.

    ``name``: ``"pocketsphinx"``, or a Whisper folder or Hub id. Raises ``CheckpointError``.
    """
    key = (name, device)
    with _lock:
        if key not in _loaded:
            _loaded.clear()  # first, so that two never stand in memory together
            _loaded[key] = PocketSphinxRecognizer() if name == POCKETSPHINX else WhisperRecognizer(name, device)
        return _loaded[key]
