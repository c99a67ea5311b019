"""Labelled recordings for the cue heads: RAVDESS and ESC-10 from a data root, our synthetic clips; cached features.

Labels are given for every category that is known and ``None`` where nobody can say (an acted shout of anger may or may
not count as shouting); an unknown label is left out of the loss.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from echomind.audio import SAMPLE_RATE
from echomind.errors import DataError
from echomind.slm.features import EchoMindFeatureExtractor
from echomind.taxonomy import CATEGORIES, CATEGORY_OF, NONE
from echomind.training.data.background import ESC10, ESC10_NONE, TRAIN_FOLDS, recordings, sounding

log = logging.getLogger(__name__)

# RAVDESS file names: modality-channel-emotion-intensity-statement-take-actor (Livingstone and Russo 2018).
# "calm" is a second neutral here, since EchoMind has no calm; that leaves 7 classes: none and the six emotions.
RAVDESS_EMOTIONS = {
    "01": NONE,
    "02": NONE,
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fear",
    "07": "disgust",
    "08": "surprise",
}
RAVDESS_STATEMENTS = {"01": "Kids are talking by the door.", "02": "Dogs are sitting by the door."}
TRAIN_ACTORS, TEST_ACTORS = range(1, 17), range(17, 21)
SAME_THROAT = 0.1  # a clip played at most this much slower or faster still tells whether a man or a woman speaks


@dataclass(frozen=True)
class Recording:
    """One labelled clip. ``labels`` maps category id to label or ``None``; ``domain`` names where it comes from."""

    path: Path
    transcript: str
    labels: dict[str, str | None]
    domain: str
    speaker: str
    script: str = ""
    style: str = ""
    pace: float = 1.0  # the clip's length against the file's, played slower or faster: pitch and formants move too


def ravdess(root: Path, actors: Sequence[int]) -> list[Recording]:
    """RAVDESS speech of some actors. Raises ``DataError`` when the folder of an actor is not there."""
    found: list[Recording] = []
    for actor in actors:
        folder = root / "ravdess" / f"Actor_{actor:02d}"
        files = sorted(folder.glob("*.flac")) or sorted(folder.glob("*.wav"))
        if not files:
            raise DataError(f"no clips in {folder}: get RAVDESS speech (zenodo 1188976), one folder an actor")
        for path in files:
            _, _, emotion, intensity, statement, _, who = path.stem.split("-")
            label = RAVDESS_EMOTIONS[emotion]
            labels: dict[str, str | None] = {c.id: c.absent for c in CATEGORIES}
            labels["gender"] = "male" if int(who) % 2 else "female"
            labels["emotion"] = label
            # Strong acted anger, fear and joy are often shouted, strong sadness sobbed: nobody labelled that.
            if intensity == "02" and label in ("angry", "fear", "happy", "surprise"):
                labels["volume"] = None
            if label in ("sad", "fear", "disgust"):
                labels["physiological"] = labels["nve"] = None
            labels["speed"] = None if label != NONE else NONE
            found.append(Recording(path, RAVDESS_STATEMENTS[statement], labels, "ravdess", f"actor-{who}"))
    return found


def made_speakers(clips: Sequence[Recording], paces: Sequence[float]) -> list[Recording]:
    """Clips as other throats would have spoken them: each one at each pace, pitch and formants moving along.

    How fast they speak is no longer known, nor, beyond ``SAME_THROAT``, whether they are a man or a woman.
    """
    return [
        replace(
            clip,
            labels=clip.labels | {"speed": None} | ({"gender": None} if abs(pace - 1) > SAME_THROAT else {}),
            speaker=f"{clip.speaker}@{pace}",
            pace=pace,
        )
        for pace in paces
        for clip in clips
    ]


def surroundings(root: Path, folds: Sequence[int] = TRAIN_FOLDS) -> list[Recording]:
    """ESC-10 rain, waves and dogs, and sounds outside the 39 attributes, of some folds; no one speaks in them.

    Labels hold what is heard alone. Raises ``DataError`` when a class is not there.
    """
    return [
        Recording(path, "", {CATEGORY_OF[ESC10[name]]: ESC10[name]} if name in ESC10 else {}, "esc10", name)
        for name in (*ESC10, *ESC10_NONE)
        for path in recordings(root, name, folds)
    ]


def samples_of(recording: Recording) -> np.ndarray:
    """The samples of a recording at its pace, mono float32 at 16 kHz; raises ``DataError`` for another kind of file."""
    if recording.domain == "esc10":
        return sounding(recording.path)
    samples, rate = soundfile.read(recording.path, dtype="float32")
    if rate != SAMPLE_RATE or samples.ndim != 1:
        raise DataError(f"{recording.path}: expected mono at {SAMPLE_RATE} Hz, found {rate} Hz, {samples.shape}")
    if recording.pace != 1.0:
        samples = soxr.resample(samples, rate, rate * recording.pace).astype(np.float32)
    return samples


def synthetic(folder: Path) -> list[Recording]:
    """Clips of our own making from ``manifest.jsonl`` (written by ``echomind.training.data.clips``)."""
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        raise DataError(f"{manifest} is missing: run python -m echomind.training.data.clips --out {folder}")
    rows: list[dict[str, Any]] = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [
        Recording(
            folder / row["audio"],
            row["transcript"],
            row["labels"],
            row["domain"],
            row["voice"],
            row.get("script", ""),
            row.get("style", ""),
        )
        for row in rows
    ]


class FeatureStore:
    """Log-mel features of recordings, computed once and kept as one float16 array with offsets."""

    def __init__(self, recordings: Sequence[Recording], extractor: EchoMindFeatureExtractor, cache: Path) -> None:
        self.recordings = list(recordings)
        key = hashlib.sha256()
        for r in self.recordings:
            pace = "" if r.pace == 1.0 else f" {r.pace}"
            key.update(f"{r.path.name} {r.path.stat().st_size}{pace}\n".encode())
        key.update(json.dumps(extractor.to_dict(), sort_keys=True, default=str).encode())
        self._path = cache / f"features-{key.hexdigest()[:16]}.npz"
        if not self._path.is_file():
            self._compute(extractor)
        with np.load(self._path) as stored:
            self._frames, self._offsets = stored["frames"], stored["offsets"]

    def _compute(self, extractor: EchoMindFeatureExtractor) -> None:
        def one(recording: Recording) -> np.ndarray:
            return extractor.extract(samples_of(recording)).astype(np.float16)

        log.info("features of %d recordings", len(self.recordings))
        with ThreadPoolExecutor(2) as pool:
            parts = list(pool.map(one, self.recordings))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial.npz")
        offsets = np.cumsum([0, *map(len, parts)])
        np.savez(partial, frames=np.concatenate(parts), offsets=offsets)
        partial.rename(self._path)

    def __len__(self) -> int:
        return len(self.recordings)

    def __getitem__(self, index: int) -> np.ndarray:
        """Features ``(frames, columns)`` of a recording, float32."""
        return self._frames[self._offsets[index] : self._offsets[index + 1]].astype(np.float32)


class LabelIds:
    """Labels of the twelve categories as ids, -100 where unknown."""

    def __init__(self, categories: dict[str, list[str]]) -> None:
        self._ids = {c: {label: i for i, label in enumerate(labels)} for c, labels in categories.items()}

    def __call__(self, labels: dict[str, str | None]) -> dict[str, int]:
        """Ids by category."""
        return {c: -100 if labels.get(c) is None else ids[str(labels[c])] for c, ids in self._ids.items()}
