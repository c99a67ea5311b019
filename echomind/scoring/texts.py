"""Metrics of transcripts and of the words of replies, item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from echomind.benchmark.items import BenchmarkSet
from echomind.scoring.bertscore import bertscore
from echomind.scoring.embeddings import Embedder, TokenEncoder
from echomind.scoring.item_metric import Item, ItemMetric, Place, delivery_item
from echomind.scoring.overlap import bleu, meteor, meteor_metric_id, rouge_l
from echomind.scoring.predictions import ItemKey
from echomind.scoring.similarity import semsim
from echomind.scoring.wer import word_errors

Wanted = Callable[[str], bool]


@dataclass(frozen=True)
class Texts:
    """What was expected and what was said, by position; ``note`` tells which deliveries are left out and why."""

    items: tuple[Item, ...]
    references: tuple[str, ...]
    hypotheses: tuple[str, ...]
    note: str = ""

    @property
    def failed(self) -> np.ndarray:
        """Which items have no answer: bool (n,)."""
        return np.array([not text.strip() for text in self.hypotheses], bool)

    def where(self, kept: np.ndarray, note: str) -> Texts:
        """Some of the items, with why the others are left out."""
        rows = [int(row) for row in np.flatnonzero(kept)]
        if len(rows) == len(self.items):
            return self
        notes = "; ".join(n for n in (self.note, f"{len(rows)} of {len(self.items)} deliveries: {note}") if n)
        return Texts(
            tuple(self.items[row] for row in rows),
            tuple(self.references[row] for row in rows),
            tuple(self.hypotheses[row] for row in rows),
            notes,
        )


def _texts(benchmark: BenchmarkSet, references: Mapping[ItemKey, str], said: Mapping[ItemKey, str], why: str) -> Texts:
    """Deliveries in the order of their keys, without those that have no reference, for which ``why`` is the reason."""
    keys = sorted(references)
    texts = Texts(
        tuple(delivery_item(benchmark, key) for key in keys),
        tuple(references[key] for key in keys),
        tuple(said.get(key, "") for key in keys),
    )
    return texts.where(np.array([bool(text.strip()) for text in texts.references], bool), why)


def transcripts(benchmark: BenchmarkSet, said: Mapping[ItemKey, str]) -> Texts:
    """The words of every delivery and what was heard.

    The official runner transcribes target deliveries alone, though the paper counts all: where no other delivery was
    transcribed, only they are expected, and the note says so.
    """
    words = {(script.id, delivery.style): script.text for script, delivery in benchmark.deliveries()}
    texts = _texts(benchmark, words, said, "the others have no words in the set")
    if said and {style for _, style in said} == {"target"}:
        only = np.array([item.style == "target" for item in texts.items], bool)
        return texts.where(only, "the target ones, as no other was transcribed")
    return texts


def replies(benchmark: BenchmarkSet, said: Mapping[ItemKey, str]) -> Texts:
    """The reference of every delivery and the reply to it."""
    references = {(script.id, delivery.style): delivery.reference for script, delivery in benchmark.deliveries()}
    return _texts(benchmark, references, said, "the others have no reference reply in the set")


def _means(
    metric_id: str, place: Place, texts: Texts, values: np.ndarray, *, worst: float = 0.0, used: str = ""
) -> ItemMetric:
    marks = np.where(texts.failed, worst, values)
    notes = "; ".join(note for note in (used, texts.note) if note)
    return ItemMetric(metric_id, place, texts.items, marks, np.ones(len(marks)), texts.failed, worst=worst, used=notes)


def transcript_metrics(texts: Texts, wanted: Wanted, embedder: Embedder | None) -> Iterator[ItemMetric]:
    """``wer`` (errors over words), ``wer_utterance_mean`` (mean of the rates) and the ``semsim`` of ``embedder``.

    A transcript that is missing has all words wrong, and 0 for likeness, as a text without meaning.
    """
    if wanted("wer") or wanted("wer_utterance_mean"):
        counts = word_errors(texts.references, texts.hypotheses)
        spoken = counts.reference_words > 0
        heard = texts.where(spoken, "the others have no words once normalised")
        errors, words = counts.errors[spoken].astype(float), counts.reference_words[spoken].astype(float)
        for metric_id, top, bottom in (
            ("wer", errors, words),
            ("wer_utterance_mean", errors / words, np.ones(len(words))),
        ):
            if wanted(metric_id):
                yield ItemMetric(
                    *(metric_id, "understanding", heard.items, top, bottom, heard.failed),
                    worst=1.0,
                    best=0.0,
                    used=heard.note,
                )
    if embedder is not None and wanted(embedder.metric_id):
        values = np.clip(semsim(texts.references, texts.hypotheses, embedder), -1.0, 1.0)
        yield _means(embedder.metric_id, "understanding", texts, values, used=embedder.name)


def reply_metrics(texts: Texts, wanted: Wanted, encoder: TokenEncoder | None) -> Iterator[ItemMetric]:
    """``bleu``, ``rouge_l``, the METEOR at hand and the ``bertscore`` of ``encoder``, against the same delivery."""
    overlaps: Sequence[tuple[str, Callable[[Sequence[str], Sequence[str]], np.ndarray]]] = (
        ("bleu", bleu),
        ("rouge_l", rouge_l),
        (meteor_metric_id(), meteor),
    )
    for metric_id, of in overlaps:
        if wanted(metric_id):
            yield _means(metric_id, "conversation", texts, of(texts.references, texts.hypotheses))
    if encoder is not None and wanted(encoder.metric_id):
        nothing = 0.0 if encoder.baseline is None else -encoder.baseline / (1 - encoder.baseline)
        values = np.minimum(bertscore(texts.references, texts.hypotheses, encoder), 1.0)
        yield _means(encoder.metric_id, "conversation", texts, values, worst=nothing, used=encoder.name)
