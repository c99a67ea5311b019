"""What the model would have answered had it only read the words: the same transcript, topic, history and seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from echomind.models.protocol import Perception, SpokenLanguageModel, Thinking, Turn


@runtime_checkable
class TextReader(Protocol):
    """A model that can also take words without a voice. Its perception is answered by its ``reply``."""

    def perceive_text(self, transcript: str, *, topic: str = "", history: Sequence[Turn] = ()) -> Perception:
        """As ``perceive``, with no cues, since nothing was heard."""


def reply_without_voice(
    model: SpokenLanguageModel, transcript: str, topic: str = "", history: Sequence[Turn] = (), *, seed: int = 0
) -> Iterator[str]:
    """The reply to the words alone, in pieces; nothing where the model cannot leave the sound out."""
    if not isinstance(model, TextReader):
        return
    source = model.reply(model.perceive_text(transcript, topic=topic, history=history), seed=seed)
    try:
        for item in source:
            if not isinstance(item, Thinking):
                yield item
    finally:
        close = getattr(source, "close", None)  # whoever stops listening stops the model
        if close is not None:
            close()
