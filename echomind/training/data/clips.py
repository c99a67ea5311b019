"""Labelled training clips: synthesised speech, deliveries, surroundings, recording conditions; FLAC with a manifest.

``python -m echomind.training.data.clips --out DIR --count N --seed S`` writes ``DIR/audio/*.flac`` and
``DIR/manifest.jsonl``. A clip is named by its recipe and written under another name first, so a file that is there is
whole and is not made again; the manifest is derived from the recipes of the files that are there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from echomind.audio import SAMPLE_RATE
from echomind.errors import DataError, EchoMindError
from echomind.taxonomy import NEUTRAL
from echomind.training.data.augment import margins, recorded_speech
from echomind.training.data.background import BACKGROUNDS, ESC10, mix, recorded, recordings
from echomind.training.data.corpus import Scenario, scenarios_of
from echomind.training.data.crowd import chatter, children
from echomind.training.data.delivery import DELIVERIES, other_gender, plain
from echomind.training.data.recipes import ENGINE_SHARES, Recipe, recipe
from echomind.training.data.spectral import tilted
from echomind.training.data.speech import VOICES, available, synthesise

CROWD_TEXTS = 40  # sentences kept for babble in the background
CROWD_VOICES = ("flite:rms", "flite:slt", "flite:awb", "flite:kal16")
# dB an octave: small synthesisers are 3 to 5 dB darker above 1 kHz than close microphones hear people.
BRIGHTER_DB = (0.0, 3.0)
CHUNK = 20  # clips handed to a worker at a time
MANIFEST_EVERY = 25  # chunks; training can start on what there is


@dataclass(frozen=True)
class Workshop:
    """Where a set is made: its folder, the scenarios' part, and recordings if there are any."""

    out: Path
    seed: int
    part: str = "train"
    data_root: Path | None = None
    engines: tuple[tuple[str, float], ...] = tuple(ENGINE_SHARES.items())

    def recipes(self, count: int) -> Iterator[Recipe]:
        """The first ``count`` recipes."""
        scenarios = _without_examples(scenarios_of(self.part))
        for index in range(count):
            yield recipe(index, self.seed, scenarios, recordings=self.data_root is not None, engines=dict(self.engines))

    def path(self, made: Recipe) -> Path:
        """Where the clip of a recipe lies."""
        return self.out / "audio" / made.name


def _without_examples(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    from echomind.training.data.examples import (
        EXAMPLES,
    )  # late: the examples need voices, training sets need the sentences

    shown = {example.text for example in EXAMPLES}
    return tuple(s for s in scenarios if not shown & set(s.utterances))


def spoken(text: str, voice_id: str, folder: Path) -> np.ndarray:
    """Plain speech of a sentence by a voice, kept as 16-bit FLAC in ``folder`` so that it is synthesised once."""
    path = folder / f"{hashlib.sha256(f'{voice_id} {text}'.encode()).hexdigest()[:20]}.flac"
    if not path.is_file():
        _write(path, synthesise(text, VOICES[voice_id]))
    samples, _ = soundfile.read(path, dtype="float32")
    return samples


def _write(path: Path, samples: np.ndarray) -> None:
    """16-bit FLAC, renamed into place when whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    soundfile.write(part, np.clip(samples, -1, 1), SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    part.replace(path)


@lru_cache(maxsize=4)
def crowd(workshop: Workshop) -> tuple[np.ndarray, ...]:
    """Sentences of several voices for babble, the same for every clip of a set."""
    rng = np.random.default_rng([workshop.seed, 999_999_937])
    scenarios = scenarios_of(workshop.part)
    texts = [str(rng.choice(scenarios[int(rng.integers(len(scenarios)))].utterances)) for _ in range(CROWD_TEXTS)]
    usable = [v for v in CROWD_VOICES if VOICES[v].engine in dict(workshop.engines)] or list(CROWD_VOICES)
    return tuple(spoken(t, usable[i % len(usable)], workshop.out / "voices") for i, t in enumerate(texts))


def surroundings(made: Recipe, seconds: float, workshop: Workshop, rng: np.random.Generator) -> np.ndarray:
    """The background of a recipe, synthesised or recorded."""
    if made.recorded:
        if workshop.data_root is None:
            raise DataError(f"clip {made.name} needs recordings, and no data root was given")
        by_attribute = {attribute: folder for folder, attribute in ESC10.items()}
        folder = (
            made.background.removeprefix("noise:")
            if made.background.startswith("noise:")
            else by_attribute[made.background]
        )
        files = recordings(workshop.data_root, folder)
        return recorded(files[int(rng.integers(len(files)))], seconds, rng)
    with_voices = {"chatter": chatter, "children": children}
    if made.background in with_voices:
        return with_voices[made.background](seconds, rng, crowd(workshop))
    return BACKGROUNDS[made.background](seconds, rng)


def render(made: Recipe, workshop: Workshop) -> np.ndarray:
    """The samples of a recipe, mono float32 at 16 kHz: voice, speaker, delivery, surroundings, then recording."""
    rng = np.random.default_rng([made.seed, made.index, 1])
    speech = spoken(made.transcript, made.voice, workshop.out / "voices")
    if made.swap:
        speech = other_gender(speech, rng)
    if made.vary == "full":
        speech = plain(speech, rng)
    elif made.vary == "quick":
        speech = soxr.resample(speech, SAMPLE_RATE, SAMPLE_RATE * rng.uniform(0.93, 1.07)).astype(np.float32)
    speech = tilted(speech, rng.uniform(*BRIGHTER_DB))
    if made.delivery != NEUTRAL:
        speech = DELIVERIES[made.delivery](speech, rng, made.strength)
    speech = margins(speech, rng)
    if made.background:
        speech = mix(speech, surroundings(made, len(speech) / SAMPLE_RATE, workshop, rng), made.snr_db, rng)
    return recorded_speech(speech, rng)


def row(made: Recipe, workshop: Workshop) -> dict[str, Any]:
    """Manifest line of a recipe; ``audio`` is relative to the manifest."""
    return {
        "audio": str(workshop.path(made).relative_to(workshop.out)),
        "transcript": made.transcript,
        "labels": made.labels(),
        "voice": made.voice,
        "domain": VOICES[made.voice].engine,
        "script": made.script,
        "style": made.style,
        "topic": made.topic,
        "cues": list(made.cues),
        "snr_db": made.snr_db if made.background else None,
    }


def write_manifest(workshop: Workshop, count: int) -> list[dict[str, Any]]:
    """Write ``manifest.jsonl`` for those of the first ``count`` recipes whose clip is there; returns its rows."""
    rows = [row(made, workshop) for made in workshop.recipes(count) if workshop.path(made).is_file()]
    part = workshop.out / "manifest.jsonl.part"
    part.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    part.replace(workshop.out / "manifest.jsonl")
    return rows


def _make(workshop: Workshop, todo: Sequence[Recipe]) -> int:
    for made in todo:
        _write(workshop.path(made), render(made, workshop))
    return len(todo)


def build_speech_set(
    out_dir: Path,
    *,
    count: int,
    seed: int = 0,
    workers: int = 1,
    part: str = "train",
    data_root: Path | None = None,
    engines: dict[str, float] | None = None,
) -> list[dict[str, Any]]:
    """Make (or complete) a set of ``count`` labelled clips in ``out_dir``; returns the manifest's rows.

    ``part``: ``"train"`` or ``"test"`` scenarios. ``data_root``: a folder that holds ``esc10/``; without it all
    surroundings are synthesised. ``engines``: share of each speech program. Raises ``DataError`` when a program or a
    recording is missing.
    """
    shares = engines or ENGINE_SHARES
    for engine in shares:
        if not available(engine):
            raise DataError(f"the speech engine {engine!r} is not installed; install it or give other engines")
    if data_root is not None:
        for folder in ESC10:
            recordings(data_root, folder)
    workshop = Workshop(out_dir, seed, part, data_root, tuple(shares.items()))
    (out_dir / "audio").mkdir(parents=True, exist_ok=True)
    todo = [made for made in workshop.recipes(count) if not workshop.path(made).is_file()]
    chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
    started, done = time.perf_counter(), 0
    crowd(workshop)  # once, before the workers would each do it
    for number, finished in enumerate(_finished(workshop, chunks, workers), 1):
        done += finished
        sys.stderr.write(f"{done}/{len(todo)} clips, {done / (time.perf_counter() - started):.1f} a second\n")
        if number % MANIFEST_EVERY == 0:
            write_manifest(workshop, count)
    return write_manifest(workshop, count)


def _finished(workshop: Workshop, chunks: Sequence[Sequence[Recipe]], workers: int) -> Iterator[int]:
    """Sizes of chunks as they are done, here or in worker processes."""
    if workers <= 1:
        yield from (_make(workshop, chunk) for chunk in chunks)
        return
    with ProcessPoolExecutor(workers) as pool:
        for future in as_completed([pool.submit(partial(_make, workshop), chunk) for chunk in chunks]):
            yield future.result()


def main(arguments: list[str] | None = None) -> int:
    """Command line: progress on stderr, one summary line on stdout; 2 for bad input."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--part", choices=("train", "test"), default="train")
    parser.add_argument("--data-root", type=Path, help="folder with esc10/<class>/*.ogg")
    options = parser.parse_args(arguments)
    try:
        rows = build_speech_set(
            options.out,
            count=options.count,
            seed=options.seed,
            workers=options.workers,
            part=options.part,
            data_root=options.data_root,
        )
    except EchoMindError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sys.stdout.write(f"{len(rows)} clips in {options.out / 'manifest.jsonl'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
