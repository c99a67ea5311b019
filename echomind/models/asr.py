"""Hearing the words: PocketSphinx by default, Whisper where a checkpoint is at hand.

PocketSphinx carries its English model in its wheel, so it works offline on any machine. On real benchmark clips of
neutral speech about one word in nine comes out wrong, of expressive speech about one in three: its transcript is a
draft that the speaker can correct. Whisper is the better ear wherever its weights and the computing time are there.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from echomind.audio import SAMPLE_RATE, Clip
from echomind.errors import CheckpointError

POCKETSPHINX = "pocketsphinx"
FRAMES_PER_SECOND = 100  # PocketSphinx's frame rate
PCM_PEAK = 32_767


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
    """PocketSphinx 5 with the US English model of its wheel.

    The whole clip is decoded at once (``full_utt``): fed as a stream, its cepstral mean starts wrong and the word error
    rate on expressive speech rises by 4 points. ``bestpathlw=11`` took neutral real clips from 12.5 to 10.2 % WER;
    ``remove_dc`` changes nothing there and helps sound cards that add an offset.
    """

    name = "PocketSphinx (en-us)"

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(samprate=SAMPLE_RATE, loglevel="ERROR", remove_dc=True, bestpathlw=11)
        self._lock = threading.Lock()  # one decoder holds one utterance

    def transcribe(self, clip: Clip) -> Transcript:
        """Words with times, written as a sentence without punctuation; about 0.2 x real time on one core."""
        pcm = (np.clip(clip.samples, -1, 1) * PCM_PEAK).astype("<i2").tobytes()
        with self._lock:
            self._decoder.start_utt()
            try:
                self._decoder.process_raw(pcm, no_search=False, full_utt=True)
            finally:
                self._decoder.end_utt()
            segments = [(s.word, s.start_frame, s.end_frame) for s in self._decoder.seg() or ()]
        words = tuple(
            Word(_plain(word), start / FRAMES_PER_SECOND, (end + 1) / FRAMES_PER_SECOND)
            for word, start, end in segments
            if not word.startswith(("<", "[", "++"))  # <s>, <sil>, [NOISE], ++UM++: no words
        )
        return Transcript(sentence_case(word.text for word in words), words)


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
