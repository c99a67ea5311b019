"""What a model answered, as plain values: raw texts by item. Readers fill this; metrics only ever see this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from echomind.benchmark.items import Style
from echomind.benchmark.question_types import Level

ItemKey = tuple[str, Style]  # script id, style


@dataclass(frozen=True)
class Predictions:
    """Raw answers. An item that is absent was not answered; an empty text is a failed call. Both count as failed.

    ``transcripts``, ``replies`` and ``reply_audio`` by (script id, style); ``answers`` by level, then question id.
    ``model`` and ``prompt`` are what the files say, "" where they do not.
    """

    model: str = ""
    prompt: str = ""
    transcripts: Mapping[ItemKey, str] = field(default_factory=dict)
    answers: Mapping[Level, Mapping[str, str]] = field(default_factory=dict)
    replies: Mapping[ItemKey, str] = field(default_factory=dict)
    reply_audio: Mapping[ItemKey, Path] = field(default_factory=dict)
