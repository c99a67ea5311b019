"""Clips spoken into an open turn in real time, as a browser sends them, with the times of what comes back."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from echomind.audio import SAMPLE_RATE, Clip, load_clip
from echomind.settings import Settings
from echomind.talk.engine import Engine
from echomind.talk.voice_activity import FRAME, FRAME_S, VoiceActivity
from echomind.ui.talk_live import LiveTurns
from echomind.ui.talk_session import Session
from echomind.ui.talk_turnstile import Turnstile

PIECE = SAMPLE_RATE // 10  # samples that the page sends at a time
BEFORE_S, AFTER_S = 1.0, 8.0  # quiet before and after the words
QUIET = 2e-4  # its noise, about -74 dB


@dataclass(frozen=True)
class Spoken:
    """A clip, its true words (empty where they are not known), and when its last word ends, in seconds."""

    clip: Clip
    words: str
    end: float


@dataclass
class Answered:
    """Seconds from the true end of speech; None for what did not come."""

    taken: float | None = None
    text: float | None = None
    sound: float | None = None
    heard: str = ""
    reply: str = ""
    error: str = ""
    clip: Clip | None = None
    done: threading.Event = field(default_factory=threading.Event)


def clips_of(folder: Path, limit: int | None = None) -> list[Spoken]:
    """All clips of a folder; ``clips.json`` may give the transcript of each ``file``."""
    listing = folder / "clips.json"
    known = {item["file"]: item["transcript"] for item in json.loads(listing.read_text())} if listing.exists() else {}
    files = sorted(path for path in folder.iterdir() if path.suffix in {".flac", ".wav", ".ogg"})[:limit]
    clips = [(load_clip(path), known.get(path.name, "")) for path in files]
    return [Spoken(clip, words, end_of_speech(clip)) for clip, words in clips]


def end_of_speech(clip: Clip) -> float:
    """When the last frame of speech of a clean clip ends."""
    activity = VoiceActivity()
    frames = range(0, len(clip.samples) - FRAME + 1, FRAME)
    speech = [activity.frame(clip.samples[at : at + FRAME]) > 0.5 for at in frames]
    return (len(speech) - speech[::-1].index(True)) * FRAME_S if any(speech) else clip.seconds


def plain(text: str) -> str:
    """Words in lower case without punctuation."""
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("’", "'")).split())


def around(clip: Clip) -> np.ndarray:
    """The clip with quiet before and after."""
    rng = np.random.default_rng(0)
    quiet = [rng.normal(0, QUIET, round(s * SAMPLE_RATE)).astype(np.float32) for s in (BEFORE_S, AFTER_S)]
    return np.concatenate([quiet[0], clip.samples, quiet[1]])


class Visitor:
    """One visitor with a conversation of their own."""

    def __init__(self, turns: LiveTurns) -> None:
        self._turns, self._gate, self.session = turns, Turnstile(), Session()

    def speak(self, spoken: Spoken, *, real_time: bool = True) -> Answered:
        """One turn, to the end of its answer."""
        begun = self._turns.begin("", self.session, self._gate)
        if begun.problem:
            return Answered(error=begun.problem)
        sound, found, reader = around(spoken.clip), Answered(), None
        zero = time.perf_counter()
        ended = zero + BEFORE_S + spoken.end
        for number, at in enumerate(range(0, len(sound), PIECE)):
            piece = sound[at : at + PIECE]
            if real_time:
                time.sleep(max(0.0, zero + (at + len(piece)) / SAMPLE_RATE - time.perf_counter()))
            pcm = base64.b64encode((piece * 32_767).astype("<i2").tobytes()).decode()
            told = self._turns.hear({"key": begun.key, "number": number, "rate": SAMPLE_RATE, "pcm": pcm})
            if "error" in told:
                return Answered(error=told["error"])
            going = reader is not None and reader.is_alive()
            if told["phase"] in ("answering", "over") and not going and not found.done.is_set():
                found = Answered(taken=time.perf_counter() - ended)
                reader = threading.Thread(target=self._read, args=(found, ended))
                reader.start()
            if told["phase"] == "over":
                break
        if reader is not None:
            reader.join()
        if not found.done.is_set() and not found.error:
            found.error = "no answer"
        return found

    def _read(self, found: Answered, ended: float) -> None:
        before = self.session
        for view, session in self._gate.pass_through(
            self._turns.answer("", before, self._gate, aloud=True), open_turn=True
        ):
            if "em-error" in view.status:
                found.error = str(view.status)
            if found.text is None and "em-reply-text" in view.reply:
                found.text = time.perf_counter() - ended
            if found.sound is None and "data-sentence" in view.voice:
                found.sound = time.perf_counter() - ended
            if session is not before:
                self.session = session
                last = session.last
                found.heard, found.reply, found.clip = (last.user, last.reply, session.clip) if last else ("", "", None)
                found.done.set()


def new_turns(settings: Settings | None = None) -> tuple[Engine, LiveTurns]:
    """An engine with recogniser and model loaded, and the open turns of a page."""
    settings = (settings or Settings()).model_copy(update={"turns_per_minute": 0})
    engine = Engine(settings)
    engine.models()
    return engine, LiveTurns(engine, settings)


def all_memory_mb() -> float:
    """What this process and those it started hold."""
    own = psutil.Process()
    held = own.memory_info().rss
    for child in own.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            held += child.memory_info().rss
    return held / 2**20
