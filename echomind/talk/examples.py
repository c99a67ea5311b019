"""The example clips that come with the app: the same words in several deliveries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path


@dataclass(frozen=True)
class Example:
    """One clip of ``assets/examples``; clips of one ``script`` say the same words in another ``delivery``."""

    path: Path
    title: str
    transcript: str
    delivery: str
    script: str


def read_examples(folder: Path) -> tuple[Example, ...]:
    """The clips that ``examples.json`` lists, in its order; none where there is no such file."""
    listing = folder / "examples.json"
    if not listing.is_file():
        return ()
    rows = json.loads(listing.read_text(encoding="utf-8"))
    return tuple(Example(folder / r["file"], r["title"], r["transcript"], r["delivery"], r["script"]) for r in rows)


def by_script(examples: tuple[Example, ...]) -> tuple[tuple[Example, ...], ...]:
    """Examples in groups of the same words."""
    return tuple(tuple(group) for _, group in groupby(examples, key=lambda example: example.script))
