"""A made-up submission of the size of the published set, scored: processor time and memory.

    python -m bench.full_size [--neural]

1,137 scripts, 3,356 deliveries, 4,576 + 4,747 questions, 3,356 transcripts and replies; every script's reasoning
questions of one type are asked of all its deliveries, so that style sensitivity has its work too.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import replace

from echomind.benchmark.items import STYLES, BenchmarkSet, Question
from echomind.scoring.embeddings import sentence_embedder, token_encoder
from echomind.scoring.predictions import Predictions
from echomind.scoring.score import ScoreOptions, score
from tests.unit.scoring.made_sets import made_predictions, made_set

SCRIPTS, DELIVERIES = 1137, 3356
QUESTIONS = {"understanding": 4576, "reasoning": 4747}


def _contrasts(benchmark: BenchmarkSet) -> list[Question]:
    """One question of each script, asked of its target and neutral deliveries with different right answers."""
    found = []
    for question in benchmark.level("reasoning"):
        script = benchmark.script_by_id[question.script]
        if question.type.id != "response_style_matching" or not {"target", "neutral"} <= set(script.deliveries):
            continue
        for style, answer in (("target", "A"), ("neutral", "B")):
            found.append(
                replace(
                    question,
                    id=f"{question.id}_{style}_again",
                    style=style,
                    audio=script.deliveries[style].audio,
                    answer=answer,
                )
            )
    return found


def full_set() -> BenchmarkSet:
    """A set as large as the published one."""
    made = made_set(SCRIPTS, questions_per_script=10)
    spare = SCRIPTS * len(STYLES) - DELIVERIES
    scripts = list(made.scripts)
    for i in range(spare):  # the published set lacks 55 deliveries
        scripts[i] = replace(scripts[i], deliveries={k: d for k, d in scripts[i].deliveries.items() if k != "neutral"})
    less = replace(made, scripts=tuple(scripts))
    there = [q for q in less.questions if q.style in less.script_by_id[q.script].deliveries]
    again = _contrasts(replace(less, questions=tuple(there)))
    questions: list[Question] = []
    for level, count in QUESTIONS.items():
        mine = [q for q in (*again, *there) if q.level == level]
        questions += mine[:count]
    return replace(less, questions=tuple(questions))


def full_predictions(benchmark: BenchmarkSet) -> Predictions:
    """Answers to everything, some of them wrong or empty."""
    return made_predictions(benchmark, right=0.6, failed=0.01)


def main() -> None:
    """Score once and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neural", action="store_true", help="also SemSim and BERTScore with MiniLM")
    neural = parser.parse_args().neural
    benchmark = full_set()
    predictions = full_predictions(benchmark)
    options = ScoreOptions(sentence_embedder(), token_encoder()) if neural else ScoreOptions()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    scored = score(benchmark, predictions, options=options)
    rows = len(scored.items)
    print(
        json.dumps(
            {
                "deliveries": sum(1 for _ in benchmark.deliveries()),
                "questions": len(benchmark.questions),
                "metrics": scored.report.metrics,
                "item_rows": rows,
                "cpu_s": round(time.process_time() - cpu, 2),
                "wall_s": round(time.perf_counter() - wall, 2),
                "memory_before_mb": before // 1024,
                "memory_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
