"""The four marks for the words of a reply: C_CtxFit, C_RespNat, C_ColloqDeg, C_SpeechRel (EchoMind, level 3).

One call a reply gives all four, as in the official code; the prompt is our own (see ``judge_prompts``).
"""

from __future__ import annotations

from collections.abc import Callable

from echomind.benchmark.items import UNKNOWN, BenchmarkSet, Delivery, Script
from echomind.models.prompts import NO_TOPIC
from echomind.scoring.item_metric import ItemMetric, metric_of_replies
from echomind.scoring.judge import Case, Judge
from echomind.scoring.judge_answer import HIGHEST, LOWEST
from echomind.scoring.judge_prompts import TEXT
from echomind.scoring.predictions import ItemKey, Predictions
from echomind.taxonomy import NEUTRAL, official_cues_of

METRICS = {
    "context_fit": "c_ctx_fit",
    "response_naturalness": "c_resp_nat",
    "colloquialism_degree": "c_colloq_deg",
    "speech_information_relevance": "c_speech_rel",
}
ORDINARY = "nothing in particular: an ordinary voice in a quiet place"


def cue_in_words(delivery: Delivery) -> str | None:
    """What could be heard, for a judge: the official words for the cue; ``None`` where the set does not say."""
    if delivery.cue == NEUTRAL:
        return ORDINARY
    if delivery.spoken_info:
        return delivery.spoken_info
    return None if delivery.cue == UNKNOWN else official_cues_of(delivery.cue)[0]


def _case(script: Script, delivery: Delivery, reply: str) -> Case:
    topic = "none" if script.topic in ("", NO_TOPIC) else script.topic.replace("_", " ")
    voice = cue_in_words(delivery) or "not known"
    return Case({"said": script.text, "topic": topic, "voice": voice, "reply": reply.strip()})


def text_metrics(
    benchmark: BenchmarkSet, predictions: Predictions, judge: Judge, wanted: Callable[[str], bool] = lambda _: True
) -> tuple[list[ItemMetric], dict[str, str]]:
    """The wanted of the four metrics, 1 to 5, and why others are absent, by metric id.

    An empty or missing reply fails (mark 1) without being sent. Deliveries whose words the set does not give are left
    out of all four, those whose cue it does not give out of ``c_speech_rel``. Raises what ``Judge.mark`` raises.
    """
    ids = [metric for metric in METRICS.values() if wanted(metric)]
    if not predictions.replies:
        return [], dict.fromkeys(ids, "no replies were handed in")
    cases: dict[ItemKey, Case | None] = {}
    unheard: set[ItemKey] = set()
    for script, delivery in benchmark.deliveries():
        if not script.text.strip():
            continue
        key = (script.id, delivery.style)
        reply = predictions.replies.get(key, "")
        cases[key] = _case(script, delivery, reply) if reply.strip() else None
        if cue_in_words(delivery) is None:
            unheard.add(key)
    if not cases:
        return [], dict.fromkeys(ids, "the set does not give the words that were said")
    judged = judge.mark(TEXT, cases)
    found, absent = [], {}
    for name, metric in METRICS.items():
        if metric not in ids:
            continue
        left_out = unheard if name == "speech_information_relevance" else set()
        marks = {
            key: None if given is None else given[name] for key, given in judged.marks.items() if key not in left_out
        }
        if marks:
            used = judged.told(name)
            found.append(metric_of_replies(benchmark, metric, marks, worst=LOWEST, best=HIGHEST, used=used))
        else:
            absent[metric] = "the set does not say what could be heard"
    return found, absent
