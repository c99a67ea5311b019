"""Answers to EchoMind-Mini, whole or in part: chosen at random with a seed, so that they differ and score something."""

from __future__ import annotations

import json
import random

from echomind.benchmark.items import BenchmarkSet
from echomind.scoring.item_keys import item_key


def random_answers(benchmark: BenchmarkSet, seed: int, questions: int | None = None) -> bytes:
    """JSON Lines: transcripts, replies and all choices; with ``questions`` only so many choices and nothing else."""
    chance = random.Random(seed)
    rows: list[tuple[str, str]] = []
    if questions is None:
        for script, delivery in benchmark.deliveries():
            heard = script.text if chance.random() < 0.7 else script.text.rpartition(" ")[0]
            reply = delivery.reference if chance.random() < 0.3 else f"That sounds like a lot. {chance.random():.4f}"
            rows.append((item_key("asr", script.id, delivery.style), heard))
            rows.append((item_key("reply", script.id, delivery.style), reply))
    for question in benchmark.questions[:questions]:
        rows.append((item_key(question.level, question.id), chance.choice(list(question.options))))
    return "".join(json.dumps({"key": key, "pred": text}, ensure_ascii=False) + "\n" for key, text in rows).encode()
