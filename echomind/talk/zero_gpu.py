"""ZeroGPU, where a Space has it: a GPU is lent for the length of one call of a decorated function.

The package ``spaces`` is there on such Spaces only. The function runs in a process of its own, so what it takes and
gives must survive being copied there and back.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, TypeVar

from echomind.audio import Clip
from echomind.models.protocol import Perception, Thinking, Turn

PERCEIVE_S, REPLY_S = 10, 30  # for the longest clip and the longest reply of a large model

F = TypeVar("F", bound=Callable[..., Any])


def has_zero_gpu() -> bool:
    """Whether this is a Space with ZeroGPU."""
    return bool(os.environ.get("SPACES_ZERO_GPU")) and find_spec("spaces") is not None


def on_gpu(function: F, seconds: int) -> F:
    """``function`` with a GPU lent to it for at most so many seconds; itself where there is none to lend."""
    if not has_zero_gpu():
        return function
    decorated: F = importlib.import_module("spaces").GPU(duration=seconds)(function)
    return decorated


class WithLentGpu:
    """A model of ours whose every call is made with a GPU that is lent for it.

    What a call leaves on the GPU is gone with it, so a perception holds what was said to the model, and the reply
    begins by perceiving that again.
    """

    def __init__(self, model: Any) -> None:
        self.name, self._model = model.name, model

        def perceive(clip: Clip | None, words: str, topic: str, history: Sequence[Turn]) -> Perception:
            return replace(perceived(clip, words, topic, history), state=None)

        def reply(
            clip: Clip | None, words: str, topic: str, history: Sequence[Turn], seed: int
        ) -> Generator[Thinking | str, None, None]:
            yield from model.reply(perceived(clip, words, topic, history), seed=seed)

        def perceived(clip: Clip | None, words: str, topic: str, history: Sequence[Turn]) -> Perception:
            if clip is None:
                found: Perception = model.perceive_text(words, topic=topic, history=history)
            else:
                found = model.perceive(clip, words, topic=topic, history=history)
            return found

        self._perceive, self._reply = on_gpu(perceive, PERCEIVE_S), on_gpu(reply, REPLY_S)

    def perceive(self, clip: Clip, transcript: str, *, topic: str = "", history: Sequence[Turn] = ()) -> Perception:
        """As the model's own."""
        said = clip, transcript, topic, tuple(history)
        return replace(self._perceive(*said), state=said)

    def perceive_text(self, transcript: str, *, topic: str = "", history: Sequence[Turn] = ()) -> Perception:
        """As the model's own."""
        said = None, transcript, topic, tuple(history)
        return replace(self._perceive(*said), state=said)

    def reply(self, perception: Perception, *, seed: int = 0) -> Iterator[Thinking | str]:
        """As the model's own; whoever stops listening gives the GPU back."""
        words: Callable[..., Generator[Thinking | str, None, None]] = self._reply
        with closing(words(*perception.state, seed)) as items:
            yield from items

    def __getattr__(self, name: str) -> Any:
        """What else the model can do, without a GPU."""
        return getattr(self._model, name)
