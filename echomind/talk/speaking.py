"""A reply spoken sentence by sentence while it is still being written: sound starts after the first sentence."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Literal

from echomind.errors import VoiceError
from echomind.models.protocol import Cue
from echomind.talk.events import Cared, Event, ReplyPiece, Spoken, Thought, Timings
from echomind.talk.prosody import CALM, PLAIN, Prosody, prosody_for
from echomind.talk.sentences import Sentences
from echomind.talk.speak import Speech

Speak = Callable[[str, Prosody], Speech]
AsSet = Literal["as set"]  # with the voice that the settings name


class Speaking:
    """Speaks what it is fed in one background thread, in order. To be used as a context: leaving it stops the rest.

    After a voice has failed it is not asked again in this turn: the failure is said once, with its sentence.
    ``seconds``: what the voice took in all so far, None while nothing has been spoken.
    """

    def __init__(self, speak: Speak) -> None:
        self.delivery = PLAIN
        self.seconds: float | None = None
        self._speak, self._sentences = speak, Sentences()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="echomind-voice")
        self._waiting: deque[tuple[str, Future[tuple[Speech, float]]]] = deque()
        self._failed = False

    def __enter__(self) -> Speaking:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def feed(self, piece: str) -> Iterator[Spoken]:
        """Take the next piece of the reply; gives what has been spoken by now."""
        self._say(self._sentences.feed(piece))
        while self._waiting and self._waiting[0][1].done():
            yield from self._next()

    def finish(self) -> Iterator[Spoken]:
        """The reply is whole: speak its end, and give everything that was not given yet, waiting for it."""
        self._say(self._sentences.finish())
        while self._waiting:
            yield from self._next()

    def _say(self, sentences: list[str]) -> None:
        for sentence in sentences:
            if any(c.isalnum() for c in sentence):
                self._waiting.append((sentence, self._thread.submit(self._timed, sentence, self.delivery)))

    def _timed(self, sentence: str, delivery: Prosody) -> tuple[Speech, float]:
        at = time.perf_counter()
        speech = self._speak(sentence, delivery)
        return speech, time.perf_counter() - at

    def _next(self) -> Iterator[Spoken]:
        sentence, coming = self._waiting.popleft()
        try:
            speech, seconds = coming.result()
        except VoiceError as error:
            for _, other in self._waiting:
                other.cancel()
            self._waiting.clear()
            if not self._failed:
                self._failed = True
                yield Spoken(None, error.args[0], sentence, self.delivery)
            return
        if not self._failed:
            self.seconds = (self.seconds or 0.0) + seconds
            yield Spoken(speech, "", sentence, self.delivery)


def spoken_along(events: Iterator[Event], speak: Speak, cues: Mapping[str, Cue], timings: Timings) -> Iterator[Event]:
    """The events of a reply, with ``Spoken`` put in where a sentence has been spoken.

    The delivery is chosen when the emotion is known, from it and the speaker's ``cues``; help lines are said calmly.
    """
    with Speaking(speak) as voice:
        for event in events:
            yield event
            match event:
                case Thought(thinking=thinking):
                    voice.delivery = prosody_for(thinking.emotion, cues)
                case Cared():
                    voice.delivery = CALM
                case ReplyPiece(text=piece):
                    yield from voice.feed(piece)
        yield from voice.finish()
        timings.voice = voice.seconds
