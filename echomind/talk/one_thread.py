"""Our own model with all that it computes in one thread of its own, whoever asks.

OpenMP keeps workers for every thread that has ever computed. Where they are more than the cores, libgomp no longer lets
them wait awake, and each small product costs up to a tenth of a millisecond more: a step of sixteen rows takes 14 ms in
place of 8 on two cores. Two turns at a time take their steps in turn here, a sentence or less each.

With more than one thread (``settings.threads``) every small product also waits for the slowest core. Measured on two,
which the recogniser's processes share: alone a reply begins equally fast with one thread and with two; of four people
at once the last waits 1.5 s with one and 4 s with two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from echomind.audio import Clip
from echomind.models.protocol import Cue, Perception, Thinking, Turn

P = ParamSpec("P")
R = TypeVar("R")


class OnOneThread:
    """The model that ``load`` gives, which runs in that thread as well; what it raises is raised here."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="echomind-model")
        self._model = self._run(load)
        self.name: str = self._model.name

    def _run(self, call: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
        return self._thread.submit(call, *given, **named).result()

    def hear(self, clip: Clip) -> Mapping[str, Cue]:
        """As the model's own."""
        return self._run(self._model.hear, clip)

    def perceive(self, clip: Clip, transcript: str, *, topic: str = "", history: Sequence[Turn] = ()) -> Perception:
        """As the model's own."""
        return self._run(self._model.perceive, clip, transcript, topic=topic, history=history)

    def perceive_text(self, transcript: str, *, topic: str = "", history: Sequence[Turn] = ()) -> Perception:
        """As the model's own."""
        return self._run(self._model.perceive_text, transcript, topic=topic, history=history)

    def reply(self, perception: Perception, *, seed: int = 0) -> Iterator[Thinking | str]:
        """As the model's own; between two pieces others may be answered."""
        pieces = self._model.reply(perception, seed=seed)
        try:
            while (piece := self._run(next, pieces, None)) is not None:
                yield piece
        finally:
            self._run(pieces.close)

    def choose(
        self, clip: Clip, question: str, options: Mapping[str, str], *, transcript: str = ""
    ) -> dict[str, float]:
        """As the model's own."""
        return self._run(self._model.choose, clip, question, options, transcript=transcript)

    def choose_text(self, question: str, options: Mapping[str, str], *, transcript: str) -> dict[str, float]:
        """As the model's own."""
        return self._run(self._model.choose_text, question, options, transcript=transcript)
