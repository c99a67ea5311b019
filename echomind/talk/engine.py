"""The recogniser and the model of this process: loaded at first use, once, and shared by every turn."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from echomind.errors import CheckpointError, EchoMindError
from echomind.models.asr import Recognizer, load_recognizer
from echomind.models.protocol import SpokenLanguageModel
from echomind.settings import Settings, get_settings
from echomind.talk.neural_voice import Voice
from echomind.talk.one_thread import OnOneThread
from echomind.talk.overhearing import Ears
from echomind.talk.places import Places, Ticket
from echomind.talk.turn import Models
from echomind.talk.zero_gpu import WithLentGpu, has_zero_gpu
from echomind.words import t

log = logging.getLogger(__name__)
TURNS_AT_ONCE = 2  # more would only make each other slower on the two cores this is built for
WAIT_S = 120.0  # for a free place; the page's queue keeps visitors from ever waiting that long here
RETRY_S = 60.0  # a Hub that is out of reach is not asked again before


class BusyError(EchoMindError):
    """Too many turns are going on and none ended in time."""


class Engine:
    """Loads lazily and thread-safely, and lets a bounded number of turns run at once."""

    def __init__(self, settings: Settings, *, turns_at_once: int = TURNS_AT_ONCE, wait_s: float = WAIT_S) -> None:
        self.settings = settings
        self._places = Places(turns_at_once)
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self.ears = Ears(lambda: self._model, lambda: self._places.taken)
        self.voice = Voice(settings.voice_model, settings.device)
        self._model: SpokenLanguageModel | None = None
        self._missing, self._failed_at = "", float("-inf")

    def models(self) -> Models:
        """The recogniser and the model. Where the model's checkpoint cannot be had, ``model`` is None, ``missing`` why.

        Raises ``CheckpointError`` when the recogniser named in the settings cannot be had.
        """
        recognizer = self.recognizer()
        with self._lock:
            if self._model is None and time.monotonic() - self._failed_at > RETRY_S:
                self._load_model()
            return Models(recognizer, self._model, "" if self._model else self._missing, self.voice)

    def recognizer(self) -> Recognizer:
        """The recogniser alone. Raises ``CheckpointError``."""
        return load_recognizer(self.settings.asr, self.settings.device)

    def _load_model(self) -> None:
        import torch

        from echomind.models.slm import load_slm

        def load() -> Any:
            torch.set_num_threads(self.settings.threads)
            return load_slm(self.settings.model_path, self.settings.device)

        try:
            self._model = WithLentGpu(load()) if has_zero_gpu() else OnOneThread(load)
        except CheckpointError as error:
            self._missing, self._failed_at = str(error), time.monotonic()
            log.warning("no reply model: %s", error)

    @contextmanager
    def turn(self) -> Iterator[Models]:
        """The models, with a place held for one turn. Raises ``BusyError`` when none becomes free in time."""
        ticket = self.ticket()
        try:
            if not ticket.wait(self._wait_s):
                raise self.busy()
            yield self.models()
        finally:
            ticket.leave()

    def ticket(self) -> Ticket:
        """Stand in line for a place, for whoever shows a position meanwhile; ``turn`` does so for those who do not."""
        return self._places.ticket()

    def busy(self) -> BusyError:
        """What is raised when no place became free in time."""
        return BusyError(
            t("all places are taken and none became free within {s:g} s; please try again", s=self._wait_s)
        )

    @property
    def wait_s(self) -> float:
        """How long to stand in line before giving up."""
        return self._wait_s

    def warm(self) -> None:
        """Start loading in the background, so that it is done when a speaker has finished speaking."""
        threading.Thread(target=self._load_quietly, name="echomind-warm", daemon=True).start()

    def _load_quietly(self) -> None:
        try:
            self.models()
        except EchoMindError as error:  # the turn that needs it will meet and show the same error
            log.warning("warming up: %s", error)


def model_is_here(settings: Settings) -> bool:
    """Whether the model can be expected to load: a Hub id, or a folder with a configuration. Loads nothing."""
    path = Path(settings.model_path)
    return (path / "config.json").is_file() if not settings.model or path.is_absolute() or path.exists() else True


@lru_cache(maxsize=1)
def get_engine() -> Engine:
    """The engine of this process, from its settings."""
    return Engine(get_settings())
