"""The metrics that need a judge or hear the reply, as settings allow and a call asks for; made before ``score``.

They cost money or time, so they run only when asked for. What was not asked for, what no setting names a model for and
what has nothing to hear is absent with its reason: nothing ever stands in under another's id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from echomind.benchmark.items import BenchmarkSet
from echomind.scoring import emo_align, judge_audio, judge_text
from echomind.scoring.item_metric import ItemMetric
from echomind.scoring.judge import Judge
from echomind.scoring.predictions import Predictions
from echomind.scoring.speech_quality import Dnsmos, Listener, Nisqa, Utmos, quality_metric
from echomind.settings import Settings

logger = logging.getLogger(__name__)
JUDGED_TEXT: tuple[str, ...] = tuple(judge_text.METRICS.values())
JUDGED = (*JUDGED_TEXT, judge_audio.METRIC)
HEARD = ("nisqa", "dnsmos", "utmos", emo_align.PAPER, emo_align.OTHER)
IDS = (*JUDGED, *HEARD)


@dataclass
class Extra:
    """Metrics for ``score(extra=...)``, and why others are absent, for ``extra_absent``."""

    metrics: list[ItemMetric] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    def take(self, made: tuple[list[ItemMetric], dict[str, str]]) -> None:
        """Keep what one maker made, and its reasons."""
        self.metrics += made[0]
        self.absent |= made[1]


def asked_for(*, judge: bool = False, audio: bool = False, only: Collection[str] = ()) -> frozenset[str]:
    """Ids to make: all that a judge marks, all that models of listeners hear, and those named one by one."""
    return frozenset((*(JUDGED if judge else ()), *(HEARD if audio else ()), *(i for i in IDS if i in only)))


def extra_metrics(
    benchmark: BenchmarkSet, predictions: Predictions, settings: Settings, wanted: Collection[str], *, repeats: int = 1
) -> Extra:
    """The metrics of ``wanted`` that settings and predictions allow. ``repeats``: how often a judge marks each reply.

    Raises ``ConfigurationError`` for a setting that names something that cannot be used, ``EndpointError`` where a
    judge does not answer; what it did answer is kept for the next run.
    """
    extra = Extra()
    extra.absent |= {i: "not asked for: score with --judge" for i in JUDGED if i not in wanted}
    extra.absent |= {i: "not asked for: score with --audio" for i in HEARD[:-1] if i not in wanted}
    _judged(benchmark, predictions, settings, wanted, repeats, extra)
    heard = [i for i in HEARD if i in wanted]
    if heard and not predictions.reply_audio:
        extra.absent |= dict.fromkeys(heard, judge_audio.NO_SOUND)
        return extra
    makers: dict[str, tuple[str, Callable[[], Listener]]] = {
        "nisqa": (settings.nisqa_model, lambda: Nisqa(settings.nisqa_model)),
        "dnsmos": ("its wheel", Dnsmos),
        "utmos": (settings.utmos_model, lambda: Utmos(settings.utmos_model, settings.device)),
    }
    for metric, (source, make) in makers.items():
        if metric in wanted and source:
            extra.metrics.append(quality_metric(benchmark, predictions, make(), told_progress(metric)))
        elif metric in wanted:
            extra.absent[metric] = f"needs a model: ECHOMIND_{metric.upper()}_MODEL names none"
    _emotion(benchmark, predictions, settings, wanted, extra)
    return extra


def _judged(
    benchmark: BenchmarkSet,
    predictions: Predictions,
    settings: Settings,
    wanted: Collection[str],
    repeats: int,
    extra: Extra,
) -> None:
    words = [i for i in JUDGED_TEXT if i in wanted]
    if words and not settings.judge_text:
        extra.absent |= dict.fromkeys(words, "needs a judge: ECHOMIND_JUDGE_TEXT names none")
    elif words:
        judge = Judge.from_settings(settings.judge_text, repeats=repeats, progress=told_progress("judge of words"))
        with judge.client:
            extra.take(judge_text.text_metrics(benchmark, predictions, judge, wanted.__contains__))
            told_cost(judge)
    if judge_audio.METRIC in wanted and not settings.judge_audio:
        extra.absent[judge_audio.METRIC] = "needs a judge that hears: ECHOMIND_JUDGE_AUDIO names none"
    elif judge_audio.METRIC in wanted:
        judge = Judge.from_settings(settings.judge_audio, repeats=repeats, progress=told_progress("judge of voices"))
        with judge.client:
            extra.take(judge_audio.ves_metric(benchmark, predictions, judge))
            told_cost(judge)


def _emotion(
    benchmark: BenchmarkSet, predictions: Predictions, settings: Settings, wanted: Collection[str], extra: Extra
) -> None:
    ids = [i for i in (emo_align.PAPER, emo_align.OTHER) if i in wanted]
    if not settings.emotion_model:
        extra.absent |= dict.fromkeys(ids, "needs a classifier: ECHOMIND_EMOTION_MODEL names none")
        return
    classifier = emo_align.emotion_classifier(settings.emotion_model, settings.device)
    made = classifier.metric_id
    why = f"ECHOMIND_EMOTION_MODEL names {classifier.name}, see {made}"
    extra.absent |= {i: why for i in ids if i != made}
    if made in ids:
        extra.take(emo_align.emotion_metric(benchmark, predictions, classifier, told_progress(made)))


def told_progress(what: str) -> Callable[[int, int], None]:
    """Progress on the log: a line at every tenth."""

    def tell(done: int, total: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            logger.info("%s: %d of %d", what, done, total)

    return tell


def told_cost(judge: Judge) -> None:
    """What a judge was asked for and what it cost, on the log."""
    spent = judge.client.spending()
    cost = "cost unknown" if spent.at_most_usd is None else f"{spent.at_most_usd:.2f} US dollars"
    logger.info("judge: %d requests, %d answers from the cache, %s", spent.requests, spent.cached, cost)
