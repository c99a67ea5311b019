"""What there is to compare: the app's example clips and EchoMind-Mini, each script in three deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from echomind.benchmark.items import STYLES, BenchmarkSet, Style
from echomind.talk.examples import by_script, read_examples
from echomind.taxonomy import NEUTRAL

PLAIN_FIRST: tuple[Style, ...] = ("neutral", "target", "alternative")


@dataclass(frozen=True)
class Recording:
    """One delivery of a script: what was meant by it (an attribute id or ``"neutral"``), and its clip."""

    style: str
    cue: str
    path: Path


@dataclass(frozen=True)
class Material:
    """One sentence in several deliveries, the neutral one first."""

    id: str
    words: str
    recordings: tuple[Recording, ...]


def of_examples(folder: Path) -> tuple[Material, ...]:
    """The example clips of ``assets/examples``, those scripts that are there neutrally and in another delivery."""
    found = []
    for group in by_script(read_examples(folder)):
        plain = [clip for clip in group if clip.delivery == NEUTRAL]
        others = [clip for clip in group if clip.delivery != NEUTRAL]
        if plain and others:
            chosen = zip(PLAIN_FIRST, [plain[0], *others[:2]], strict=False)
            recordings = tuple(Recording(style, clip.delivery, clip.path) for style, clip in chosen)
            found.append(Material(f"example-{group[0].script}", group[0].transcript, recordings))
    return tuple(found)


def of_set(found: BenchmarkSet) -> tuple[Material, ...]:
    """The scripts of a benchmark set whose three deliveries are on this disk."""
    material = []
    for script in found.scripts:
        deliveries = [script.deliveries[style] for style in PLAIN_FIRST if style in script.deliveries]
        if len(deliveries) == len(STYLES) and script.text and all(d.audio.is_file() for d in deliveries):
            recordings = tuple(Recording(d.style, d.cue, d.audio) for d in deliveries)
            material.append(Material(script.id, script.text, recordings))
    return tuple(material)
