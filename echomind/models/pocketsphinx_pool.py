"""PocketSphinx for many speakers at once: a few processes (see ``pocketsphinx_process``), lent out in turn."""

from __future__ import annotations

import json
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.asr import RecognitionError, Transcript, Word, sentence_case
from echomind.models.pocketsphinx_process import END, FEED, HEADER, PEEK, WHOLE
from echomind.settings import ROOT
from echomind.words import t

PCM_PEAK = 32_767
PROCESSES = 4  # utterances decoded at a time; each takes about 0.2 of a core and 100 MB
START_S, SLOWEST = 60.0, 10.0  # patience: to load, and as a multiple of the sound's length (0.2 is usual)
NO_ANSWER = t("the speech recogniser gave no answer; please try again")


class DecoderProcess:
    """One process and its pipes."""

    def __init__(self, command: list[str] | None = None) -> None:
        command = command or [sys.executable, "-m", "echomind.models.pocketsphinx_process"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        self.pid = self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, what: bytes, pcm: bytes = b"", seconds: float | None = None) -> Any:
        """Its answer. ``seconds`` of sound it may have to work through (default: those of ``pcm``).

        Raises ``RecognitionError`` after ending a process that died over it or takes far longer than it should.
        """
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise RuntimeError("the recogniser's process was started without pipes")
        seconds = len(pcm) / 2 / SAMPLE_RATE if seconds is None else seconds
        try:
            requests.write(HEADER.pack(what, len(pcm)) + pcm)
            requests.flush()
        except (BrokenPipeError, ValueError):  # ValueError: closed already
            line = b""
        else:
            ready = select.select([answers], [], [], START_S + SLOWEST * seconds)[0]
            line = answers.readline() if ready else b""
        if not line.endswith(b"\n") or (what == PEEK and line == b"null\n"):
            self.end()
            raise RecognitionError(NO_ANSWER)
        return json.loads(line)

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # what it did not read any more
                    continue


class Lent:
    """A place in the pool: a process, started when it is first needed and again when it has died."""

    def __init__(self, process: DecoderProcess | None) -> None:
        self.process = process

    def alive(self) -> DecoderProcess:
        """A process that can be asked."""
        if self.process is None or not self.process.alive:
            self.process = DecoderProcess()
        return self.process


class PocketSphinxRecognizer:
    """PocketSphinx 5 with the US English model of its wheel. Thread-safe.

    One process is started with the object, others when they are needed, each again should it have died; all end with
    this process.
    """

    name = "PocketSphinx (en-us)"

    def __init__(self, processes: int = PROCESSES) -> None:
        self._free: queue.LifoQueue[DecoderProcess | None] = queue.LifoQueue()  # the one used last is lent first
        for _ in range(processes - 1):
            self._free.put(None)
        self._free.put(DecoderProcess())

    @contextmanager
    def lent(self) -> Iterator[Lent]:
        """One of the processes, to oneself; waits for one to be free."""
        lent = Lent(self._free.get())
        try:
            yield lent
        finally:
            self._free.put(lent.process)

    def transcribe(self, clip: Clip) -> Transcript:
        """Words with times, written as a sentence without punctuation; about 0.2 x real time on one core.

        Raises ``RecognitionError`` when the process dies over this clip or takes far longer than it should.
        """
        with self.lent() as lent:
            try:
                return _transcript(lent.alive().ask(WHOLE, pcm_of(clip.samples)))
            except RecognitionError as error:
                raise RecognitionError(t("{name}: {problem}", name=clip.name, problem=error.args[0])) from error

    def listen(self) -> StreamedUtterance:
        """An utterance that is decoded while it is spoken."""
        return StreamedUtterance(self)


class StreamedUtterance:
    """One utterance (see ``asr.Hearing``), decoded by a thread and a process of its own from its first sound on.

    All processes taken, the sound is kept until one is free. Should the process die, another starts from the beginning,
    once.
    """

    def __init__(self, recognizer: PocketSphinxRecognizer) -> None:
        self._recognizer = recognizer
        self._inbox: queue.SimpleQueue[bytes | Future[Transcript] | None] = queue.SimpleQueue()
        self._heard, self._text, self._deaths = bytearray(), "", 0
        self._told: DecoderProcess | None = None
        self._asked: Future[Transcript] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def so_far(self) -> str:
        """The words of the first pass, which may still change."""
        return self._text

    def feed(self, samples: np.ndarray) -> None:
        """What was said next: mono float32 in [-1, 1] at 16 kHz."""
        self._send(pcm_of(samples))

    def words(self) -> Transcript:
        """All words of what was fed.

        Raises ``RecognitionError`` when two processes died over it, it was closed, or nobody waits any more.
        """
        asked: Future[Transcript] = Future()
        self._asked = asked
        self._send(asked)
        try:
            return asked.result()
        except CancelledError:
            raise RecognitionError("nobody waits for these words any more") from None

    def never_mind(self) -> None:
        """The last passes over words that nobody waits for are not begun: they take the time of others."""
        if self._asked is not None:
            self._asked.cancel()

    def close(self) -> None:
        """Let the process go on to someone else; whoever waits for words is told."""
        self._closed = True
        self._inbox.put(None)

    def _send(self, item: bytes | Future[Transcript]) -> None:
        self._inbox.put(item)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="echomind-hearing", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        with self._recognizer.lent() as lent:
            while not self._closed:
                item = self._inbox.get()
                if isinstance(item, bytes):
                    self._take_in(lent, item)
                elif item is not None:
                    self._answer(lent, item)
            if self._told is not None and self._told.alive:
                with suppress(RecognitionError):  # it has been ended, and the next speaker gets another
                    self._told.ask(END, seconds=len(self._heard) / 2 / SAMPLE_RATE)
        while not self._inbox.empty():
            if isinstance(item := self._inbox.get(), Future) and item.set_running_or_notify_cancel():
                item.set_exception(RecognitionError("the utterance was closed"))

    def _take_in(self, lent: Lent, pcm: bytes) -> None:
        self._heard += pcm
        with suppress(RecognitionError):  # kept for whoever asks for the words
            self._text = sentence_case(self._ask(lent, FEED, pcm).split())

    def _answer(self, lent: Lent, asked: Future[Transcript]) -> None:
        if not asked.set_running_or_notify_cancel():
            return
        try:
            asked.set_result(_transcript(self._ask(lent, PEEK, b"")))
        except Exception as error:  # whoever asked gets it
            asked.set_exception(error)

    def _ask(self, lent: Lent, what: bytes, pcm: bytes) -> Any:
        """The process's answer. One that does not know this utterance yet is given all of it."""
        seconds = len(self._heard) / 2 / SAMPLE_RATE
        while self._deaths < 2:
            process = lent.alive()
            if process is not self._told:
                self._told, pcm = process, bytes(self._heard)
            try:
                return process.ask(what, pcm, seconds)
            except RecognitionError:
                self._deaths += 1
        raise RecognitionError(NO_ANSWER)


def pcm_of(samples: np.ndarray) -> bytes:
    """Float samples as the process takes them."""
    return (np.clip(samples, -1, 1) * PCM_PEAK).astype("<i2").tobytes()


def _transcript(words: list[list[Any]]) -> Transcript:
    found = tuple(Word(word, start, end) for word, start, end in words)
    return Transcript(sentence_case(word.text for word in found), found)
