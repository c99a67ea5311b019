"""A data root in the published layouts, with sentences and tones of our own making."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import soundfile

from echomind.training.data.background import ESC10, ESC10_NONE, TEST_FOLD, TRAIN_FOLDS
from echomind.training.data.corpus import scenarios_of
from echomind.training.data.recipes import recipe

WORDS = (
    "the",
    "cat",
    "sat",
    "on",
    "a",
    "warm",
    "mat",
    "and",
    "we",
    "all",
    "went",
    "home",
    "to",
    "sleep",
    "after",
    "the",
    "long",
    "day",
)


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def write_texts(root: Path) -> None:
    """DREAM, RECCON and EmoBank of a few rows each."""
    rng = np.random.default_rng(0)
    say = lambda: " ".join(rng.choice(WORDS, 6))  # noqa: E731
    for part in ("train", "dev", "test"):
        dialogues = [[[f"M: {say()}", f"W: {say()}"], [], f"{part}-{i}"] for i in range(4)]
        _write(root / "dream" / f"{part}.json", dialogues)
    turn = lambda i, emotion: {  # noqa: E731
        "turn": i,
        "utterance": f"{say()} , it ' s fine .",
        "emotion": emotion if i % 2 else "neutral",
        "expanded emotion cause span": ["it ' s fine ."] if i % 2 else [],
    }
    emotions = ("happiness", "sadness", "surprise", "anger", "fear", "disgust")
    for part in ("train", "valid", "test"):
        dialogues = {f"tr_{k}": [[turn(i, emotion) for i in range(4)]] for k, emotion in enumerate(emotions)}
        _write(root / "reccon" / f"dailydialog_{part}.json", dialogues)
    emobank = root / "emobank"
    emobank.mkdir(parents=True)
    rows = [(f"id{i}", ("train", "dev", "test")[i % 3], say() if i else "None") for i in range(30)]
    with (emobank / "emobank.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "split", "V", "A", "D", "text"])
        writer.writerows([i, part, *(3 + rng.normal(size=3) * 0.3).round(2), text] for i, part, text in rows)
    for side in ("reader", "writer"):
        with (emobank / f"{side}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "V", "A", "D", "stdV", "stdA", "stdD", "N"])
            writer.writerows([i, *(3 + rng.normal(size=3) * 0.3).round(2), 0, 0, 0, 5] for i, _, _ in rows)


def _tone(seconds: float, pitch: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int(16_000 * seconds)) / 16_000
    return (0.2 * np.sin(2 * np.pi * pitch * t) + 0.005 * rng.normal(size=len(t))).astype(np.float32)


def write_ravdess(root: Path, actors: range) -> None:
    """One tone an actor and emotion, named as RAVDESS names its clips; the pitch tells the emotion."""
    rng = np.random.default_rng(1)
    for actor in actors:
        folder = root / "ravdess" / f"Actor_{actor:02d}"
        folder.mkdir(parents=True)
        for emotion in range(1, 9):
            name = f"03-01-{emotion:02d}-01-01-01-{actor:02d}.flac"
            soundfile.write(folder / name, _tone(0.6, 100.0 * emotion, rng), 16_000)


def write_speech(folder: Path, count: int = 12) -> None:
    """Tones with the manifest that the clip maker writes."""
    rng = np.random.default_rng(2)
    (folder / "audio").mkdir(parents=True)
    lines = []
    for index in range(count):
        made = recipe(index, 0, scenarios_of("train"))
        soundfile.write(folder / "audio" / made.name, _tone(0.7, 150.0 + 40 * index, rng), 16_000)
        lines.append(
            {
                "audio": f"audio/{made.name}",
                "transcript": made.transcript,
                "labels": made.labels(),
                "voice": made.voice,
                "domain": made.voice.split(":")[0],
                "script": made.script,
                "style": made.style,
            }
        )
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_esc10(root: Path) -> None:
    """Half a second of noise for every class and fold that is used, each class with another colour."""
    rng = np.random.default_rng(3)
    for number, name in enumerate((*ESC10, *ESC10_NONE)):
        folder = root / "esc10" / name
        folder.mkdir(parents=True)
        for fold in (*TRAIN_FOLDS, TEST_FOLD):
            noise = np.cumsum(rng.normal(size=8_000)) if number % 2 else rng.normal(size=8_000)
            soundfile.write(folder / f"{fold}-{number}-A.ogg", 0.1 * noise / np.abs(noise).max(), 16_000)
