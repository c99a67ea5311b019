"""What the answers for a board are compared with, where it is here: EchoMind-Mini always, the others by setting.

Read once in a process: the sets do not change while it runs.
"""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from pathlib import Path
from typing import Literal

from echomind.benchmark.items import BenchmarkSet
from echomind.benchmark.load import MINI, load_set
from echomind.benchmark.published import Voice as PublishedVoice
from echomind.errors import ConfigurationError, EchoMindError
from echomind.scoring.humdial_read import Dialogue, read_dialogues
from echomind.settings import Settings

log = logging.getLogger(__name__)
BoardId = Literal["echomind-mini", "echomind", "humdial"]
Voice = Literal["tts", "human"]
# Who speaks on each board, the default first.
VOICES: dict[BoardId, tuple[Voice, ...]] = {
    "echomind-mini": ("tts",),
    "echomind": ("tts", "human"),
    "humdial": ("human",),
}
_PUBLISHED: dict[Voice, PublishedVoice] = {"tts": "synthesis", "human": "human"}  # as the data set says it
_LOCK = threading.Lock()  # two checks at the same moment read a set once


class NotHere(EchoMindError):
    """The references of a board are not on this machine, so nothing sent to it can be checked or scored."""


def benchmark_of(board: BoardId, voice: Voice | None, settings: Settings) -> BenchmarkSet:
    """The set that answers for ``echomind-mini`` or ``echomind`` are compared with; default voice: synthetic.

    Raises ``NotHere`` where it cannot be had, or the board has no such voice.
    """
    voice = _voice(board, voice)
    if board == "echomind-mini":
        spec = str(settings.assets_dir / MINI)
        there = Path(spec).is_dir()
    else:
        spec, there = settings.echomind_set, bool(settings.echomind_set)
    if not there:
        raise _not_here(board)
    try:
        with _LOCK:
            found = _set(spec, voice)
    except EchoMindError as error:
        log.warning("the references of %s cannot be read: %s", board, error)
        # What a folder holds or where it lies is the operator's business; that the Hub is away is everybody's.
        why = str(error) if isinstance(error, ConfigurationError) and not Path(spec).exists() else "cannot be read now"
        raise _not_here(board, why) from error
    if found.id != board:
        log.warning("ECHOMIND_ECHOMIND_SET names the set %s, expected %s", found.id, board)
        raise _not_here(board, f"the set that is here is {found.id}")
    return found


def dialogues_of(settings: Settings) -> dict[str, Dialogue]:
    """HumDial's test set by dialogue id. Raises ``NotHere`` where it cannot be had."""
    if not settings.humdial_set:
        raise _not_here("humdial")
    try:
        with _LOCK:
            return _dialogues(settings.humdial_set)
    except EchoMindError as error:
        log.warning("the references of humdial cannot be read: %s", error)
        raise _not_here("humdial", "cannot be read now") from error


def _not_here(board: BoardId, why: str = "") -> NotHere:
    found = f"the board {board}, whose references are not available here{f' ({why})' if why else ''}"
    return NotHere(f"found {found}, expected one that can be scored here")


def _voice(board: BoardId, voice: Voice | None) -> Voice:
    if voice is None:
        return VOICES[board][0]
    if voice not in VOICES[board]:
        raise NotHere(f"found the voice {voice} for the board {board}, expected {' or '.join(VOICES[board])}")
    return voice


@lru_cache(maxsize=8)
def _set(spec: str, voice: Voice) -> BenchmarkSet:
    return load_set(spec, _PUBLISHED[voice], require_answers=False)


@lru_cache(maxsize=2)
def _dialogues(folder: str) -> dict[str, Dialogue]:
    return {dialogue.id: dialogue for dialogue in read_dialogues([Path(folder)]).dialogues}
