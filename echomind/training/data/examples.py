"""The example clips of the talk page: three sentences, each in a target, a neutral and an alternative delivery.

``python -m echomind.training.data.examples --out assets/examples --seed 0`` makes them again from flite and festival.
The sentences occur in no training scenario. The same seed gives the same sound; the Ogg container carries a random
serial number.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from echomind.audio import SAMPLE_RATE
from echomind.errors import EchoMindError
from echomind.taxonomy import NEUTRAL
from echomind.training.data.augment import noise_floor
from echomind.training.data.background import BACKGROUNDS, mix
from echomind.training.data.delivery import DELIVERIES
from echomind.training.data.speech import VOICES, synthesise

BLOCK = 8192
EXAMPLE_SNR_DB = 13.0  # clearly heard, and the words still are


@dataclass(frozen=True)
class Example:
    """One clip to make. ``delivery`` is an attribute id or ``"neutral"``; ``rate`` the pace of the voice."""

    script: str
    text: str
    voice: str
    delivery: str
    title: str
    strength: float = 1.0
    rate: float = 1.0


_VISIT = (
    "visit",
    "We are going to visit my grandmother in the hospital this weekend.",
    "festival:cmu_us_slt_arctic_hts",
)
_PROJECT = ("project", "I have been working on this project since early this morning.", "flite:rms")
_WALK = ("walk", "I think we should start walking home before it gets dark.", "flite:awb")
EXAMPLES: tuple[Example, ...] = (
    Example(*_VISIT, "sobbing", "A hospital visit, sobbing", 0.5, 1.1),
    Example(*_VISIT, NEUTRAL, "A hospital visit, plainly said"),
    Example(*_VISIT, "happy", "A hospital visit, happy", 1.1),
    Example(*_PROJECT, "tired", "A long day of work, tired", 1.0, 1.15),
    Example(*_PROJECT, NEUTRAL, "A long day of work, plainly said"),
    Example(*_PROJECT, "laughter", "A long day of work, laughing"),
    Example(*_WALK, "thunderstorm", "The way home, in a thunderstorm"),
    Example(*_WALK, NEUTRAL, "The way home, plainly said"),
    Example(*_WALK, "whisper", "The way home, whispered"),
)


def make(example: Example, seed: int) -> np.ndarray:
    """Samples of one example, mono float32 at 16 kHz, with 0.25 s of air at both ends and a faint noise floor."""
    rng = np.random.default_rng([seed, *example.script.encode(), *example.delivery.encode()])
    speech = synthesise(example.text, VOICES[example.voice], rate=example.rate)
    if example.delivery in DELIVERIES:
        speech = DELIVERIES[example.delivery](speech, rng, example.strength)
    speech = np.pad(speech, SAMPLE_RATE // 4)
    if example.delivery in BACKGROUNDS:
        around = BACKGROUNDS[example.delivery](len(speech) / SAMPLE_RATE, rng)
        speech = mix(speech, around, EXAMPLE_SNR_DB, rng)
    return noise_floor(speech, rng)


def build(out: Path, seed: int = 0) -> list[dict[str, str]]:
    """Write the nine clips and ``examples.json`` into ``out``; returns the entries; ``DataError`` without voices."""
    out.mkdir(parents=True, exist_ok=True)
    entries = []
    for example in EXAMPLES:
        samples = make(example, seed)
        name = f"{example.script}_{example.delivery}.ogg"
        with soundfile.SoundFile(
            out / name, "w", SAMPLE_RATE, 1, format="OGG", subtype="VORBIS", compression_level=0.4
        ) as file:
            for start in range(0, len(samples), BLOCK):  # libsndfile's Vorbis writer is not safe with one long block
                file.write(samples[start : start + BLOCK])
        entries.append(
            {
                "file": name,
                "title": example.title,
                "transcript": example.text,
                "delivery": example.delivery,
                "script": example.script,
            }
        )
    (out / "examples.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    return entries


def main(arguments: list[str] | None = None) -> int:
    """Command line: prints one line a clip; 2 when the voices are missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("assets/examples"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        for entry in build(options.out, options.seed):
            size = (options.out / entry["file"]).stat().st_size
            sys.stdout.write(f"{entry['file']}: {size / 1024:.0f} KiB, {entry['delivery']}\n")
    except EchoMindError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
