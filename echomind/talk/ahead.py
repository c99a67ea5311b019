"""An answer prepared ahead of the end of a turn, in a thread of its own, and thrown away when the speaker goes on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

from echomind.audio import Clip
from echomind.models.asr import Transcript
from echomind.models.protocol import Turn
from echomind.talk.engine import Engine
from echomind.talk.events import Event, Waiting
from echomind.talk.help_lines import INTERNATIONAL
from echomind.talk.speaking import AsSet, Speak
from echomind.talk.trajectory import Moment
from echomind.talk.turn import talk

Prepare = Callable[[Clip, Transcript, float], Generator[Event, None, None]]
TOLD_EVERY_S = 0.3  # how often a position in the queue is told, and looked whether the answer is still wanted


def answering(
    engine: Engine,
    topic: str = "",
    history: Sequence[Turn] = (),
    *,
    voice: Speak | AsSet | None = "as set",
    country: str = INTERNATIONAL,
    moments: Sequence[Moment] = (),
) -> Prepare:
    """How to answer in a conversation: from a clip, its words and the seconds they took to a turn's events.

    While all places are taken: ``Waiting``. Raises ``BusyError`` when none becomes free in time.
    """

    def prepare(clip: Clip, heard: Transcript, asr_s: float) -> Generator[Event, None, None]:
        ticket, waited = engine.ticket(), 0.0
        try:
            while not ticket.wait(TOLD_EVERY_S):
                waited += TOLD_EVERY_S
                if waited > engine.wait_s:
                    raise engine.busy()
                yield Waiting(ticket.position)
            models = engine.models()
            yield from talk(
                clip, models, topic, history, heard, voice=voice, asr_s=asr_s, country=country, moments=moments
            )
        finally:
            ticket.leave()

    return prepare


class Ahead:
    """Runs ``events`` in a thread and keeps what they tell for whoever asks."""

    def __init__(self, events: Generator[Event, None, None]) -> None:
        self._told: queue.SimpleQueue[Event | Exception | None] = queue.SimpleQueue()
        self._unwanted = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(events,), name="echomind-ahead", daemon=True)
        self._thread.start()

    def _run(self, events: Generator[Event, None, None]) -> None:
        try:
            with closing(events):
                for event in events:
                    if self._unwanted.is_set():
                        break
                    self._told.put(event)
        except Exception as error:  # whoever asks gets it
            self._told.put(error)
        self._told.put(None)

    def cancel(self) -> None:
        """It is not wanted any more: it ends at its next event."""
        self._unwanted.set()
        self._told.put(None)

    def __iter__(self) -> Iterator[Event]:
        """The events so far at once, then the others as they come; ends early when it is cancelled. To be read once."""
        while (event := self._told.get()) is not None and not self._unwanted.is_set():
            if isinstance(event, Exception):
                raise event
            yield event
