"""From a set and what a model answered to the score report and the marks behind it. Reads no file and writes none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from echomind.benchmark.items import BenchmarkSet
from echomind.benchmark.question_types import LEVELS, Level
from echomind.errors import ConfigurationError, DataError
from echomind.scoring import chain, sensitivity
from echomind.scoring.answers import ACCURACY, Choice, accuracy, read_choices
from echomind.scoring.cells import tabulate
from echomind.scoring.chance import chance
from echomind.scoring.embeddings import Embedder, TokenEncoder
from echomind.scoring.item_metric import PLACES, ItemMetric, ItemRow, delivery_item
from echomind.scoring.likeness import Affinities, likeness
from echomind.scoring.overlap import meteor_metric_id
from echomind.scoring.predictions import Predictions
from echomind.scoring.report import Coverage, ScoreReport
from echomind.scoring.texts import replies, reply_metrics, transcript_metrics, transcripts

# The judge's mark that the chain uses where replies were judged.
SPEECH_REL = "c_speech_rel"
_PAPER = ("semsim", "meteor", "bertscore")  # columns of the paper that a stand-in may leave empty
# What the measures beyond the paper are made from, by the beginning of their ids.
_NEEDS = {
    sensitivity.CHANGE: "needs answers to one question about several deliveries with different right answers",
    sensitivity.RIGHT: "needs answers to one question about several deliveries with different right answers",
    sensitivity.REPLY_CHANGE: "needs replies to the target and the neutral delivery of a script",
    sensitivity.DIRECTION: "needs replies, and references that differ between the deliveries of a script",
    chain.HEARD: "needs answers to understanding questions about a delivery's cue",
    chain.INFERRED_HEARD: "needs answers to understanding and reasoning questions about the same delivery",
    chain.INFERRED_UNHEARD: "needs answers to understanding and reasoning questions about the same delivery",
    chain.REPLIED_INFERRED: "needs answers to reasoning questions and marks for the reply to the same delivery",
    chain.REPLIED_UNINFERRED: "needs answers to reasoning questions and marks for the reply to the same delivery",
    chain.WHOLE: "needs answers to questions of both levels and marks for the reply to the same delivery",
}


@dataclass(frozen=True)
class ScoreOptions:
    """How to score. Without ``embedder`` and ``encoder`` nothing neural runs and likeness of replies is ROUGE-L.

    ``only`` names the metrics to compute; empty: all.
    """

    embedder: Embedder | None = None
    encoder: TokenEncoder | None = None
    only: tuple[str, ...] = ()

    def metric_ids(self) -> tuple[str, ...]:
        """Every metric these options can make, in the order of the levels."""
        suffix = likeness(self.embedder).suffix
        replied = (chain.REPLIED_INFERRED, chain.REPLIED_UNINFERRED, chain.WHOLE)
        return (
            *("wer", "wer_utterance_mean", *([self.embedder.metric_id] if self.embedder else [])),
            *ACCURACY.values(),
            *("bleu", "rouge_l", meteor_metric_id(), *([self.encoder.metric_id] if self.encoder else [])),
            *(sensitivity.CHANGE, sensitivity.RIGHT, sensitivity.REPLY_CHANGE, f"{sensitivity.DIRECTION}_{suffix}"),
            *(chain.HEARD, chain.INFERRED_HEARD, chain.INFERRED_UNHEARD),
            *(f"{link}_{end}" for end in (suffix, chain.JUDGED) for link in replied),
        )

    def wanted(self, metric_id: str) -> bool:
        """Whether to compute this metric."""
        return not self.only or metric_id in self.only


@dataclass(frozen=True)
class Scored:
    """The report, and every metric's marks by item, in the order of the items' keys."""

    report: ScoreReport
    metrics: tuple[ItemMetric, ...]

    @cached_property
    def items(self) -> list[ItemRow]:
        """One row for each metric and item: the lines of an item file."""
        return [row for metric in self.metrics for row in metric.rows()]


@dataclass
class _Work:
    """What one call of :func:`score` gathers."""

    benchmark: BenchmarkSet
    predictions: Predictions
    options: ScoreOptions
    metrics: list[ItemMetric] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    def take(self, metrics: Iterable[ItemMetric | None], why_empty: str = "") -> None:
        """Keep the wanted metrics that have items; for the others say why."""
        for metric in metrics:
            if metric is None or not self.options.wanted(metric.id):
                continue
            if metric.items:
                self.metrics.append(metric.ordered())
            else:
                self.absent[metric.id] = why_empty

    def lack(self, metric_ids: Iterable[str], why: str) -> None:
        """Say why these metrics are not there."""
        self.absent |= {metric: why for metric in metric_ids if self.options.wanted(metric)}

    def texts(self) -> None:
        """The metrics of transcripts and of the words of replies."""
        options, ids = self.options, self.options.metric_ids()
        heard = transcripts(self.benchmark, self.predictions.transcripts)
        mine = [i for i in ids if i.startswith(("wer", "semsim"))]
        if not self.predictions.transcripts:
            self.lack(mine, "no transcripts were handed in")
        elif not heard.items:
            self.lack(mine, "the set does not give the words that were said")
        else:
            self.take(transcript_metrics(heard, options.wanted, options.embedder), "no reference has a word")
        said = replies(self.benchmark, self.predictions.replies)
        mine = [i for i in ids if i.startswith(("bleu", "rouge_l", "meteor", "bertscore"))]
        if not self.predictions.replies:
            self.lack(mine, "no replies were handed in")
        elif not said.items:
            self.lack(mine, "the set has no reference replies")
        else:
            self.take(reply_metrics(said, options.wanted, options.encoder))

    def stand_ins(self) -> None:
        """Say which of the paper's columns is empty because a stand-in was used, or nothing at all."""
        for paper, model in (("semsim", self.options.embedder), ("bertscore", self.options.encoder)):
            made = None if model is None else model.metric_id
            if made != paper:
                why = f"made with {model.name} instead, see {made}" if model else "needs a model; none was used"
                self.lack([paper], why)
        if meteor_metric_id() != "meteor":
            self.lack(["meteor"], f"no WordNet is installed, see {meteor_metric_id()}")

    def levels(self, choices: Mapping[str, Choice]) -> list[Level]:
        """The accuracies; which levels have answers to questions with a key."""
        answered = []
        for level in LEVELS:
            if not self.predictions.answers.get(level):
                self.lack([ACCURACY[level]], f"no answers to {level} questions were handed in")
            else:
                self.take([accuracy(self.benchmark, level, choices)], "the set gives no answer key")
                if any(choice.question.level == level for choice in choices.values()):
                    answered.append(level)
        return answered

    def beyond(self, choices: Mapping[str, Choice], answered: list[Level], judged: ItemMetric | None) -> None:
        """Style sensitivity and the chain."""
        benchmark, said = self.benchmark, self.predictions.replies
        measure = likeness(self.options.embedder)
        self.take(sensitivity.answer_metrics(benchmark, choices))
        asked = chain.links(benchmark, answered)

        def right(question_id: str) -> float:
            return float(choices[question_id].right)

        self.take(chain.question_metrics(asked, lambda q: right(q.id), lambda q: choices[q.id].chosen is None))
        if said:
            self.take([sensitivity.reply_change(benchmark, said)])
        if said and any(self.options.wanted(i) for i in self.options.metric_ids() if i.endswith(f"_{measure.suffix}")):
            affinities = Affinities(benchmark.scripts, said, measure)
            self.take([sensitivity.direction(benchmark, affinities, measure.suffix, measure.name)])
            replied = chain.replied_by_likeness(benchmark, asked, affinities)
            self.take(chain.reply_metrics(asked, lambda q: right(q.id), replied, measure.suffix, measure.name))
        if judged is not None:
            replied = chain.replied_by_judge(judged)
            self.take(chain.reply_metrics(asked, lambda q: right(q.id), replied, chain.JUDGED, judged.used))
        made = {metric.id for metric in self.metrics}
        for start, why in _NEEDS.items():
            self.lack([i for i in self.options.metric_ids() if i.startswith(start) and i not in made], why)


def _check_items(benchmark: BenchmarkSet, predictions: Predictions) -> None:
    """Raise ``DataError`` for an answer to something that the set does not ask."""
    for key in (*predictions.transcripts, *predictions.replies, *predictions.reply_audio):
        delivery_item(benchmark, key)
    for level, answers in predictions.answers.items():
        for question in answers:
            found = benchmark.question_by_id.get(question)
            if found is None or found.level != level:
                raise DataError(
                    f"found an answer to {question!r}, which is no {level} question of the set {benchmark.id}"
                )


def _coverage(benchmark: BenchmarkSet, predictions: Predictions) -> dict[str, Coverage]:
    deliveries = sum(1 for _ in benchmark.deliveries())
    kinds: dict[str, tuple[int, Iterable[str]]] = {
        "transcripts": (deliveries, predictions.transcripts.values()),
        **{level: (len(benchmark.level(level)), predictions.answers.get(level, {}).values()) for level in LEVELS},
        "replies": (deliveries, predictions.replies.values()),
    }
    if predictions.reply_audio:
        kinds["reply_audio"] = (deliveries, map(str, predictions.reply_audio.values()))
    found = {}
    for kind, (expected, texts) in kinds.items():
        given = list(texts)
        empty = sum(not text.strip() for text in given)
        found[kind] = Coverage(expected=expected, answered=len(given), failed=empty)
    return found


def score(
    benchmark: BenchmarkSet,
    predictions: Predictions,
    *,
    options: ScoreOptions | None = None,
    extra: Iterable[ItemMetric] = (),
    extra_absent: Mapping[str, str] | None = None,
) -> Scored:
    """Every metric that the predictions allow, with intervals, on the whole set and its parts.

    ``extra`` are metrics made elsewhere (judges' marks, quality of speech; see ``metric_of_replies``), ``extra_absent``
    says why one of those is not there. What a level has no predictions for is absent, with the reason; an item that was
    not answered within a level that was is failed and gets the lowest mark. The report depends on neither the order of
    the items nor the number of processors.

    Raises ``DataError`` for an answer to an item that is not in the set, ``ConfigurationError`` for a metric in
    ``options.only`` that nobody makes.
    """
    options = options or ScoreOptions()
    injected: dict[str, ItemMetric] = {}
    for metric in extra:
        if metric.id in injected or metric.id in options.metric_ids():
            raise DataError(f"found marks for {metric.id} twice, expected each metric from one scorer")
        injected[metric.id] = metric
    known = dict.fromkeys((*options.metric_ids(), *_PAPER, *injected, *(extra_absent or {})))
    unknown = [metric_id for metric_id in options.only if metric_id not in known]
    if unknown:
        raise ConfigurationError(f"unknown metric {unknown[0]!r}; expected some of: {', '.join(known)}")
    _check_items(benchmark, predictions)
    work = _Work(benchmark, predictions, options)
    work.stand_ins()
    work.texts()
    choices = read_choices(benchmark, predictions.answers)
    answered = work.levels(choices)
    work.take(injected.values(), "nothing was there to mark")
    for metric_id, why in (extra_absent or {}).items():
        work.lack([metric_id], why)
    work.beyond(choices, answered, injected.get(SPEECH_REL))
    metrics = sorted(work.metrics, key=lambda metric: PLACES.index(metric.place))
    table = tabulate(metrics, [script.id for script in benchmark.scripts])
    directions = [metric.id for metric in metrics if metric.id.startswith(sensitivity.DIRECTION)]
    return Scored(
        ScoreReport(
            set_id=benchmark.id,
            set_digest=benchmark.digest,
            voice=benchmark.voice,
            model=predictions.model,
            prompt=predictions.prompt,
            metrics=[metric.id for metric in metrics],
            level=table.get("level", {}),
            question_type=table.get("question_type", {}),
            attribute=table.get("attribute", {}),
            category=table.get("category", {}),
            style=table.get("style", {}),
            beyond=table.get("beyond", {}) | chance(benchmark, answered, directions),
            coverage=_coverage(benchmark, predictions),
            absent=work.absent,
            used={metric.id: metric.used for metric in metrics if metric.used},
        ),
        tuple(metrics),
    )
