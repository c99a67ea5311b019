"""Which turn of a visitor may go on, and how many a minute. No gradio here."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any, TypeVar

from echomind.talk.engine import BusyError
from echomind.words import t

T = TypeVar("T")


class Turnstile:
    """Which turn of one visitor may go on: the latest, until it is stopped. Shared by all events of the visitor."""

    def __init__(self) -> None:
        self._latest = 0
        self._begun: deque[float] = deque()
        self._release: Callable[[], None] | None = None
        self.held = ""  # the key of the open turn
        self.last_word: Any = None  # what the visitor's own stop has shown; nothing since another turn began
        self._passing, self._answered = 0, False  # turns under way; whether the open turn has had an answer
        self.overtakes = False  # what was sent before the turn under way began may still arrive after it

    def stop(self, last_word: Any = None) -> None:
        """Let no turn go on that is under way, and release what an open one holds.

        ``last_word``: what is shown now. What a turn had sent may arrive after that: so the turn says it again.
        """
        self._latest += 1
        if self._release is not None:
            self._release()
        self._release, self.held, self.last_word = None, "", last_word

    def hold(self, release: Callable[[], None], key: str) -> None:
        """Remember the ``key`` of the open turn; ``release`` is called when it is stopped or another begins."""
        self._release, self.held, self._answered = release, key, False

    def admit(self, per_minute: int) -> None:
        """Count a new turn. Raises ``BusyError`` for more than ``per_minute`` (0: any number) within a minute."""
        now = time.monotonic()
        while self._begun and now - self._begun[0] > 60:
            self._begun.popleft()
        if per_minute and len(self._begun) >= per_minute:
            wait = 60 - (now - self._begun[0])
            raise BusyError(
                t(
                    "found {n} turns within a minute, as many as one visitor may have; please go on in {wait:.0f} s",
                    n=len(self._begun),
                    wait=wait,
                )
            )
        self._begun.append(now)

    def pass_through(self, steps: Generator[T, None, None], *, open_turn: bool = False) -> Iterator[T]:
        """The steps of a new turn, up to where it is stopped or another begins; then it is closed at once.

        ``open_turn``: they answer the turn that is open, which goes on.
        """
        if open_turn:
            self._latest += 1
        else:
            self.stop()
        mine = self._latest
        self.overtakes = self._passing > 0 or (open_turn and self._answered)
        self._answered = open_turn
        self._passing += 1
        try:
            with closing(steps):
                for step in steps:
                    if self._latest != mine:
                        return
                    yield step
        finally:
            self._passing -= 1
