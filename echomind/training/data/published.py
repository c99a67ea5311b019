"""Published corpora read from a data root: DREAM, RECCON, EmoBank. Nothing of them is stored in this repository.

Layout of the data root and where to get each set:
``dream/{train,dev,test}.json`` (github.com/nlpdata/dream, non-commercial research), ``reccon/dailydialog_*.json``
(github.com/declare-lab/RECCON, built on DailyDialog, CC BY-NC-SA 4.0), ``emobank/{emobank,reader,writer}.csv``
(github.com/JULIELab/EmoBank, CC BY-SA 4.0).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from echomind.errors import DataError

# RECCON's (DailyDialog's) emotion names to the words of the thinking block.
RECCON_EMOTIONS = {
    "neutral": "neutral",
    "happiness": "happy",
    "happines": "happy",  # as misspelt in the released files
    "happy": "happy",
    "sadness": "sad",
    "sad": "sad",
    "anger": "angry",
    "angry": "angry",
    "surprise": "surprise",
    "surprised": "surprise",
    "fear": "fear",
    "disgust": "disgust",
    "excited": "happy",
    "frustrated": "angry",
}
_SPACE_BEFORE = re.compile(r"\s+([.,!?;:])")
_CONTRACTION = re.compile(r"\s*['’]\s*(s|m|re|ve|ll|d|t)\b", re.IGNORECASE)


@dataclass(frozen=True)
class EmotionTurn:
    """One turn of RECCON with the emotion, the span that caused it, what came before and what was answered."""

    history: tuple[str, ...]
    text: str
    emotion: str
    cause: str
    answer: str


def _read(path: Path, hint: str) -> Any:
    if not path.is_file():
        raise DataError(f"{path} is missing: {hint}")
    return json.loads(path.read_text(encoding="utf-8"))


def tidy(text: str) -> str:
    """Undo the tokenised spacing of DailyDialog: ``"I don ' t know ."`` -> ``"I don't know."``."""
    return " ".join(_SPACE_BEFORE.sub(r"\1", _CONTRACTION.sub(r"'\1", text)).split())


def load_dream(root: Path, part: str = "train") -> list[list[str]]:
    """Dialogues of DREAM as lists of turns without the speaker letters."""
    rows = _read(root / "dream" / f"{part}.json", "get DREAM from github.com/nlpdata/dream")
    return [[turn.split(":", 1)[1].strip() if ":" in turn[:12] else turn for turn in row[0]] for row in rows]


def load_reccon(root: Path, part: str = "train") -> list[EmotionTurn]:
    """Turns of RECCON's DailyDialog part that have a next turn; ``cause`` is the annotated span or empty."""
    dialogues = _read(root / "reccon" / f"dailydialog_{part}.json", "get RECCON from github.com/declare-lab/RECCON")
    turns: list[EmotionTurn] = []
    for dialogue in dialogues.values():
        utterances = dialogue[0]
        texts = [tidy(u["utterance"]) for u in utterances]
        for i, u in enumerate(utterances[:-1]):
            spans = [s for s in u.get("expanded emotion cause span", []) if isinstance(s, str) and s != "b"]
            turns.append(
                EmotionTurn(
                    tuple(texts[max(0, i - 4) : i]),
                    texts[i],
                    RECCON_EMOTIONS.get(u["emotion"], "neutral"),
                    tidy(spans[0]) if spans else "",
                    texts[i + 1],
                )
            )
    return turns


def load_emobank(root: Path, part: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """EmoBank's official split: texts, targets ``(n, 6)`` (writer V A D, reader V A D), combined label ``(n, 3)``.

    Writer is read as the speaker (emotion expressed), reader as the listener (emotion evoked); scale 1 to 5
    (E17-2092). One sentence is the word "None", so missing values are not inferred.
    """
    folder = root / "emobank"
    if not (folder / "emobank.csv").is_file():
        raise DataError(f"{folder / 'emobank.csv'} is missing: get EmoBank from github.com/JULIELab/EmoBank")
    frame = pd.read_csv(folder / "emobank.csv", keep_default_na=False)
    frame = frame[frame["split"] == part].set_index("id")
    sides = []
    for side in ("writer", "reader"):
        ratings = pd.read_csv(folder / f"{side}.csv").set_index("id")[["V", "A", "D"]]
        sides.append(ratings.reindex(frame.index).to_numpy(np.float32))
    both = np.concatenate(sides, axis=1)
    known = ~np.isnan(both).any(axis=1)
    combined = frame[["V", "A", "D"]].to_numpy(np.float32)
    texts = [str(t) for t, keep in zip(frame["text"], known, strict=True) if keep]
    return texts, both[known], combined[known]
