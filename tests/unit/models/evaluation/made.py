"""Sets with sound, and models whose answers are known, for tests of the evaluation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from echomind.audio import SAMPLE_RATE, Clip
from echomind.benchmark.items import BenchmarkSet
from echomind.errors import EchoMindError
from echomind.models.answering import SpokenReply
from tests.unit.scoring.made_sets import made_set


def heard_set(folder: Path, scripts: int = 2, questions: int = 9) -> BenchmarkSet:
    """A made set whose clips are tones of 0.2 s, each of its own pitch, in ``folder/audio/{target cue}``."""
    benchmark = made_set(scripts, questions_per_script=questions)
    moved, made = {}, []
    for script in benchmark.scripts:
        deliveries = {}
        for style, delivery in script.deliveries.items():
            path = folder / "audio" / script.target / delivery.audio.name
            path.parent.mkdir(parents=True, exist_ok=True)
            tone = np.sin(2 * np.pi * (200 + 20 * len(moved)) * np.arange(SAMPLE_RATE // 5) / SAMPLE_RATE)
            soundfile.write(path, 0.3 * tone, SAMPLE_RATE)
            moved[delivery.audio] = path
            deliveries[style] = replace(delivery, audio=path)
        made.append(replace(script, deliveries=deliveries))
    questions_made = tuple(replace(question, audio=moved[question.audio]) for question in benchmark.questions)
    return replace(benchmark, scripts=tuple(made), questions=questions_made)


class SaysItsKey:
    """Answers every item with words made of its key, counts what it was asked, and fails where it is told to."""

    name, concurrency = "made/model 1", 3

    def __init__(self, fails: set[str] | None = None, speaks: bool = False) -> None:
        self.fails, self.speaks, self.asked = fails or set(), speaks, Counter()

    def _ask(self, key: str) -> None:
        self.asked[key] += 1
        if key in self.fails:
            raise EchoMindError(f"no answer\nfor {key}")

    def transcribe(self, key, clip):
        self._ask(f"asr {key}")
        return f"words of {key}, said in {len(clip.samples)} samples"

    def choose(self, request):
        self._ask(request.key)
        return f"The answer is: {list(request.options)[-1]}"

    def reply(self, request):
        self._ask(f"reply {request.key}")
        audio = Clip(request.clip.samples[:1600]) if self.speaks else None
        return SpokenReply(f"{request.condition} “{request.topic}” {request.key}", audio)
