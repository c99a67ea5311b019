"""VES, the Vocal Empathy Score: a judge hears the reply and says whether its voice suits the speaker.

EchoMind, level 3. What the reply says does not count. The prompt is our own (see ``judge_prompts``).
"""

from __future__ import annotations

from echomind.benchmark.items import BenchmarkSet
from echomind.scoring.item_metric import ItemMetric, metric_of_replies
from echomind.scoring.judge import Case, Judge
from echomind.scoring.judge_answer import HIGHEST, LOWEST
from echomind.scoring.judge_prompts import VES
from echomind.scoring.judge_text import cue_in_words
from echomind.scoring.predictions import ItemKey, Predictions

METRIC = "ves"
NO_SOUND = "no spoken replies were handed in"


def ves_metric(
    benchmark: BenchmarkSet, predictions: Predictions, judge: Judge
) -> tuple[list[ItemMetric], dict[str, str]]:
    """VES, 1 to 5, or why it is absent, by metric id.

    Where some replies have sound, those without fail (mark 1), as do recordings that cannot be decoded. Deliveries
    whose cue the set does not give are left out. Raises what ``Judge.mark`` raises.
    """
    if not predictions.reply_audio:
        return [], {METRIC: NO_SOUND}
    cases: dict[ItemKey, Case | None] = {}
    for script, delivery in benchmark.deliveries():
        key, speaker = (script.id, delivery.style), cue_in_words(delivery)
        if speaker is not None:
            sound = predictions.reply_audio.get(key)
            cases[key] = None if sound is None else Case({"speaker": speaker}, sound)
    if not cases:
        return [], {METRIC: "the set does not say what could be heard"}
    judged = judge.mark(VES, cases)
    [name] = VES.keys
    marks = {key: None if given is None else given[name] for key, given in judged.marks.items()}
    used = judged.told(name)
    return [metric_of_replies(benchmark, METRIC, marks, worst=LOWEST, best=HIGHEST, used=used)], {}
