"""Multiple choice on EchoMind-Mini: the scripts that the rule was chosen on, and apart from them all others."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from echomind.audio import load_clip
from echomind.benchmark.items import Question
from echomind.benchmark.load import MINI, load_set
from echomind.benchmark.question_types import LEVELS
from echomind.models.asr import POCKETSPHINX, load_recognizer
from echomind.models.own import AT_ONCE, HeardWords
from echomind.models.slm import EchoMindSLM

CHOSEN_ON = 3  # one script in so many was looked at when the rule was chosen
RESAMPLES, SEED = 2_000, 0


def chosen_on(script: str) -> bool:
    """Whether a script of Mini is one of the third on which ``models.choosing`` was settled (by a hash of its id)."""
    return int(hashlib.sha256(script.encode()).hexdigest(), 16) % CHOSEN_ON == 0


def accuracy(answered: list[tuple[Question, bool]]) -> dict[str, Any]:
    """Share right by level with a 95 % bootstrap interval over scripts, and by question type."""
    found: dict[str, Any] = {}
    for level in LEVELS:
        scripts: dict[str, list[bool]] = {}
        types: dict[str, list[bool]] = {}
        for question, right in answered:
            if question.level == level:
                scripts.setdefault(question.script, []).append(right)
                types.setdefault(question.type.id, []).append(right)
        counts = np.array([(sum(rights), len(rights)) for rights in scripts.values()])
        rng = np.random.default_rng(SEED)
        drawn = counts[rng.integers(0, len(counts), (RESAMPLES, len(counts)))].sum(1)
        low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
        right, n = counts.sum(0)
        found[level] = {
            "value": round(float(right / n), 3),
            "interval": [round(float(low), 3), round(float(high), 3)],
            "n": int(n),
            "unit": "questions",
            "types": {name: {"value": round(float(np.mean(v)), 3), "n": len(v)} for name, v in types.items()},
        }
    return found


def measure_choices(slm: EchoMindSLM, root: Path) -> dict[str, Any]:
    """Mini's questions, by our model and the words that it recognises; Mini lies in the repository, not in ``root``."""
    return right_in_mini(slm, HeardWords(load_recognizer(POCKETSPHINX)))


def right_in_mini(slm: EchoMindSLM, words: HeardWords) -> dict[str, Any]:
    """How many of Mini's questions are answered right, by :func:`accuracy`."""
    questions = load_set(MINI).questions
    clips = {path: load_clip(path) for path in {question.audio for question in questions}}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(words.of, clips.values()))  # several at once; each is remembered
    answered: dict[bool, list[tuple[Question, bool]]] = {True: [], False: []}
    for question in questions:
        clip = clips[question.audio]
        shares = slm.choose(clip, question.question, question.options, transcript=words.of(clip))
        best = max(shares, key=lambda letter: shares[letter])
        answered[chosen_on(question.script)].append((question, best == question.answer))
    return {"chosen_on": accuracy(answered[True]), "held_out": accuracy(answered[False])}
