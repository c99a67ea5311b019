"""Measures a build of EchoMind-Mini: are the words readable, are the cues there, do the options give themselves away?

``python -m bench.mini_quality assets/mini [--write]`` prints the figures as JSON; ``--write`` keeps them as
``figures.json`` in the set's folder and puts them on its card. About ten minutes, most of it PocketSphinx.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from echomind.audio import SAMPLE_RATE, load_clip
from echomind.benchmark.items import STYLES, BenchmarkSet
from echomind.benchmark.load import load_set
from echomind.benchmark.mini_build import write_card
from echomind.benchmark.question_types import LEVELS
from echomind.models.asr import load_recognizer
from echomind.scoring.text_guessers import against_chance, credits_of
from echomind.scoring.wer import word_errors
from echomind.taxonomy import ATTRIBUTES
from echomind.training.data.background import BACKGROUNDS
from echomind.training.data.psola import f0_track
from echomind.training.data.speech import active_dbfs

FRAME = SAMPLE_RATE // 50
HEARD_DBFS = -45.0  # 19 dB under the words; far above the room's floor at -62 to -72


def transcripts(items: BenchmarkSet) -> dict[str, float]:
    """Corpus word error rate by style."""
    recogniser = load_recognizer()
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, (script, delivery) in enumerate(items.deliveries(), 1):
        said[delivery.style].append((script.text, recogniser.transcribe(load_clip(delivery.audio)).text))
        if number % 50 == 0:
            sys.stderr.write(f"{number} clips read\n")
    return {style: word_errors(*zip(*said[style], strict=True)).corpus for style in STYLES}


def _sound(samples: np.ndarray) -> dict[str, float]:
    f0 = f0_track(samples)
    return {
        "level": active_dbfs(samples),
        "seconds": len(samples) / SAMPLE_RATE,
        "voiced": float((f0 > 0).mean()),
        "f0": float(np.median(f0[f0 > 0])) if np.any(f0 > 0) else float("nan"),
    }


def _heard_s(samples: np.ndarray, neutral: np.ndarray) -> float:
    """Seconds in which the surroundings alone (the difference to the same words in quiet) are over ``HEARD_DBFS``."""
    n = min(len(samples), len(neutral)) // FRAME * FRAME
    power = ((samples[:n] - neutral[:n]) ** 2).reshape(-1, FRAME).mean(axis=1)
    return float((10 * np.log10(power + 1e-12) > HEARD_DBFS).sum() * FRAME / SAMPLE_RATE)


def cues(items: BenchmarkSet) -> dict[str, dict[str, Any]]:
    """By cue, against the neutral delivery of the same script: medians, and for surroundings the least time heard."""
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    heard: dict[str, list[float]] = defaultdict(list)
    for script in items.scripts:
        neutral = load_clip(script.deliveries["neutral"].audio).samples
        plain = _sound(neutral)
        for delivery in script.deliveries.values():
            samples = load_clip(delivery.audio).samples
            here = _sound(samples)
            rows[delivery.cue].append(
                (
                    here["level"] - plain["level"],
                    here["seconds"] / plain["seconds"],
                    here["f0"] / plain["f0"],
                    here["voiced"],
                )
            )
            if delivery.cue in BACKGROUNDS:
                heard[delivery.cue].append(_heard_s(samples, neutral))
    found = {}
    for cue in ATTRIBUTES:
        level, duration, pitch, voiced = np.nanmedian(np.array(rows[cue]), axis=0).round(3).tolist()
        found[cue] = {"n": len(rows[cue]), "level_db": level, "duration": duration, "pitch": pitch, "voiced": voiced}
        if cue in heard:
            found[cue]["heard_s"] = round(min(heard[cue]), 2)
    return found


def guessers(items: BenchmarkSet) -> dict[str, dict[str, Any]]:
    """Guessers that see only words, by level and by type."""
    found: dict[str, dict[str, Any]] = {}
    for name, credit in credits_of(items).items():
        found[name] = {}
        for part in (*LEVELS, *dict.fromkeys(q.type.id for q in items.questions)):
            places = [i for i, q in enumerate(items.questions) if part in (q.level, q.type.id)]
            guess = against_chance([items.questions[i] for i in places], credit[places])
            found[name][part] = {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(guess).items()}
    return found


def main() -> None:
    """Print the figures; with ``--write`` keep them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    summary = json.loads((options.folder / "mini.json").read_bytes())
    items = load_set(f"{options.folder.resolve()}", check_audio=True)
    figures = {
        "digest": summary["digest"],
        "audio_digest": summary["audio_digest"],
        "recogniser": load_recognizer().name,
        "wer": {style: round(rate, 4) for style, rate in transcripts(items).items()},
        "cues": cues(items),
        "guessers": guessers(items),
    }
    print(json.dumps(figures, indent=1))
    if options.write:
        (options.folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        write_card(options.folder, summary)


if __name__ == "__main__":
    main()
