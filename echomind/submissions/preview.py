"""Which metrics a row will have, over how many items, and the two accuracies at once: the rest takes longer to score.

On a full-size submission of EchoMind the accuracies take about half a second, and every other metric longer than the
whole check may. They come from the functions that make the score report, and are the same to the last digit.
"""

from __future__ import annotations

from echomind.benchmark.items import BenchmarkSet
from echomind.benchmark.question_types import LEVELS
from echomind.scoring.answers import ACCURACY, accuracy, read_choices
from echomind.scoring.cells import tabulate
from echomind.scoring.embeddings import sentence_embedder, token_encoder
from echomind.scoring.extra import JUDGED
from echomind.scoring.predictions import Predictions
from echomind.scoring.report import Cell
from echomind.settings import Settings
from echomind.submissions.check import Preview, PreviewMetric
from echomind.submissions.model import Form

# Characters of all answers to questions: EchoMind has 9,323, and 200 characters are plenty to choose an option with.
# Whoever writes more than that waits for the scores: finding the option in 50 MB of words takes half a minute.
QUICK_CHARACTERS = 2_000_000

# What each family of metrics is made from, by the beginning of their ids; the first that fits counts.
_MADE_FROM: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("wer", ("transcripts",)),
    ("semsim", ("transcripts",)),
    *((metric, (level,)) for level, metric in ACCURACY.items()),
    *((overlap, ("replies",)) for overlap in ("bleu", "rouge_l", "meteor", "bertscore")),
    ("style_answer", ("answers",)),
    ("style_", ("replies",)),
    ("chain_heard", ("understanding",)),
    ("chain_inferred", ("understanding", "reasoning")),
    ("chain_replied", ("reasoning", "replies")),
    ("chain_whole", ("understanding", "reasoning", "replies")),
)
_HANDED_IN = {
    "transcripts": "transcripts were",
    "understanding": "answers to understanding questions were",
    "reasoning": "answers to reasoning questions were",
    "answers": "answers to questions were",
    "replies": "replies were",
}


def preview_of(
    board: str, benchmark: BenchmarkSet, said: Predictions, form: Form | None, settings: Settings
) -> Preview:
    """The row that ``said`` would become on ``board``; ``form`` names the model, where there is one."""
    metrics, absent = _metrics(benchmark, said, settings)
    heard, unheard = _heard(said, settings)
    return Preview(
        board=board,
        model=form.model if form else said.model,
        prompt=form.prompt if form else said.prompt,
        voice=benchmark.voice,
        set_digest=benchmark.digest,
        metrics=(*metrics, *heard),
        absent=absent | unheard,
    )


def _metrics(
    benchmark: BenchmarkSet, said: Predictions, settings: Settings
) -> tuple[list[PreviewMetric], dict[str, str]]:
    """The metrics of words and answers."""
    from echomind.scoring.score import ScoreOptions  # with it comes nltk, which takes two seconds to import

    options = ScoreOptions(sentence_embedder(settings.sentence_model), token_encoder(settings.bertscore_model))
    there: dict[str, bool] = {
        "transcripts": bool(said.transcripts),
        "replies": bool(said.replies),
        "answers": any(said.answers.values()),
    } | {level: bool(said.answers.get(level)) for level in LEVELS}
    counts, cells = _counts(benchmark, said), _accuracies(benchmark, said)
    metrics: list[PreviewMetric] = []
    absent: dict[str, str] = {}
    for metric in options.metric_ids():
        if metric.endswith("_judge"):  # made from a judge's marks, where there is a judge
            continue
        parts = next(parts for begins, parts in _MADE_FROM if metric.startswith(begins))
        missing = next((part for part in parts if not there[part]), "")
        n = counts.get(parts[0]) if len(parts) == 1 and not metric.startswith(("style_", "chain_")) else None
        if missing:
            absent[metric] = f"no {_HANDED_IN[missing]} handed in"
        elif n == 0:
            absent[metric] = "the set has nothing to compare with"
        else:
            metrics.append(PreviewMetric(metric, n, cells.get(metric)))
    return metrics, absent


def _counts(benchmark: BenchmarkSet, said: Predictions) -> dict[str, int]:
    """Items of each part that have something to be compared with: unanswered ones count, as failed."""
    deliveries = list(benchmark.deliveries())
    # The official runner transcribes target deliveries alone; then only they are expected.
    target_alone = {style for _, style in said.transcripts} == {"target"}
    expected = [d for d in deliveries if not target_alone or d[1].style == "target"]
    return {
        "transcripts": sum(bool(script.text.strip()) for script, _ in expected),
        "replies": sum(bool(delivery.reference.strip()) for _, delivery in deliveries),
    } | {level: sum(q.answer is not None for q in benchmark.level(level)) for level in LEVELS}


def _accuracies(benchmark: BenchmarkSet, said: Predictions) -> dict[str, Cell]:
    """The two accuracies with their intervals; nothing where there is too much to read for an answer at once."""
    if sum(len(text) for answers in said.answers.values() for text in answers.values()) > QUICK_CHARACTERS:
        return {}
    choices = read_choices(benchmark, said.answers)
    made = [accuracy(benchmark, level, choices).ordered() for level in LEVELS if said.answers.get(level)]
    table = tabulate(made, [script.id for script in benchmark.scripts])
    return {metric: cell for cells in table.get("level", {}).values() for metric, cell in cells.items()}


def _heard(said: Predictions, settings: Settings) -> tuple[list[PreviewMetric], dict[str, str]]:
    """The metrics of listeners, as far as settings name one, and those of judges, which nobody asks here."""
    sources = {"dnsmos": "its wheel", "nisqa": settings.nisqa_model, "utmos": settings.utmos_model}
    no_sound = "no sound of replies was handed in"
    missing = {metric: "" if source else "no model is set up for it here" for metric, source in sources.items()}
    missing |= dict.fromkeys(JUDGED, "it needs a judge, and none is asked of what is sent in")
    if not said.reply_audio:
        missing = {metric: why if metric in JUDGED else no_sound for metric, why in missing.items()}
    return [PreviewMetric(metric) for metric, why in missing.items() if not why], {
        m: w for m, w in missing.items() if w
    }
