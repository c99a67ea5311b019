"""Floors: contestants that hear nothing, so that a score can be read for what lies above them.

- ``random``: a letter drawn evenly from the options, the words of a random sentence, a random reply. What luck gives.
- ``majority``: always the same: one answer a question type, one sentence, one reply. The answer is chosen by looking at
  the set's key, so its accuracy is the most that always answering one class (or one letter, where there are no
  classes) can reach: an upper bound, which no honest model could know beforehand.
- ``transcript-only`` (``own.TranscriptOnly``): our decoder with the recognised words and no sound. What words give.

Sentences and replies come from the writing this project trains on, which shares no script with EchoMind-Mini.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from functools import cache

from rouge_score.rouge_scorer import RougeScorer

from echomind.audio import Clip
from echomind.benchmark.items import BenchmarkSet, Question
from echomind.errors import ConfigurationError
from echomind.models.answering import ChoiceRequest, ReplyRequest, SpokenReply
from echomind.training.data.corpus import load_openers, load_scenarios, sample_example, scenarios_of

SAMPLE = 200  # texts among which the most typical is looked for; 19,900 comparisons, about two seconds


class RandomModel:
    """Answers by lot, seeded by ``seed``, the task and the item's key: the same item gets the same answer anywhere."""

    name, concurrency = "random", 1

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.version = f"seed {seed}, corpus {corpus_digest()}"

    def transcribe(self, key: str, clip: Clip) -> str:
        """A random sentence of the training corpus."""
        lot = self._lot("asr", key)
        return lot.choice(lot.choice(scenarios_of("train")).utterances)

    def choose(self, request: ChoiceRequest) -> str:
        """``"The answer is: X"`` with any letter, each as likely as the others."""
        return f"The answer is: {self._lot('choice', request.key).choice(list(request.options))}"

    def reply(self, request: ReplyRequest) -> SpokenReply:
        """A random reply of the training corpus, to another remark said in another way."""
        return SpokenReply(sample_example(scenarios_of("train"), self._lot("reply", request.key)).reply)

    def _lot(self, task: str, key: str) -> random.Random:
        return random.Random(f"{self.seed}/{task}/{key}")


class MajorityModel:
    """Answers the same to everything of a kind; see the head of this file for what "majority" means.

    Where all questions of a type offer the same option texts (yes or no, a man or a woman), the constant is the text
    that is right most often; else it is the letter that is. A text of its own in each question would be no constant.
    Of equals the first in alphabetical order is taken. Raises ``ConfigurationError`` for a set without a key.
    """

    name, concurrency = "majority", 1

    def __init__(self, benchmark: BenchmarkSet) -> None:
        self.version = f"key {benchmark.digest[:12]}, corpus {corpus_digest()}"
        asked: dict[str, list[Question]] = {}
        for question in benchmark.questions:
            asked.setdefault(question.type.id, []).append(question)
        self.constants = {kind: _constant(kind, questions) for kind, questions in asked.items()}
        self._sentence = medoid([u for s in scenarios_of("train") for u in s.utterances])
        self._reply = medoid(_sample_replies())

    def transcribe(self, key: str, clip: Clip) -> str:
        """The most typical sentence of the training corpus."""
        return self._sentence

    def choose(self, request: ChoiceRequest) -> str:
        """The letter of the type's constant answer."""
        constant = self.constants[request.question_type]
        letter = next((letter for letter, text in request.options.items() if text == constant), constant)
        return f"The answer is: {letter}"

    def reply(self, request: ReplyRequest) -> SpokenReply:
        """The most typical reply of the training corpus."""
        return SpokenReply(self._reply)


def _constant(kind: str, questions: Sequence[Question]) -> str:
    """The option text, or else the letter, that is right most often."""
    keyed = [(question, question.answer) for question in questions if question.answer is not None]
    if not keyed:
        raise ConfigurationError(f"majority: the set gives no answers for {kind}; expected a key to find the majority")
    if len({frozenset(question.options.values()) for question in questions}) == 1:
        right = Counter(question.options[answer] for question, answer in keyed)
    else:
        right = Counter(answer for _, answer in keyed)
    return min(right, key=lambda answer: (-right[answer], answer))


def _sample_replies() -> list[str]:
    lot = random.Random("majority replies")
    return [sample_example(scenarios_of("train"), lot).reply for _ in range(SAMPLE)]


def medoid(texts: Sequence[str], *, seed: int = 0) -> str:
    """The text with the highest mean ROUGE-L (F-measure) to the others, among a seeded sample of ``SAMPLE`` of them.

    Equal texts count once; of equals the first in alphabetical order is taken.
    """
    return _medoid(tuple(sorted(set(texts))), seed)


@cache
def _medoid(texts: tuple[str, ...], seed: int) -> str:
    sample = sorted(random.Random(seed).sample(texts, min(SAMPLE, len(texts))))
    scorer = RougeScorer(["rougeL"])
    sums = [0.0] * len(sample)
    for i, one in enumerate(sample):
        for j in range(i):
            likeness = scorer.score(one, sample[j])["rougeL"].fmeasure
            sums[i] += likeness
            sums[j] += likeness
    return sample[max(range(len(sample)), key=lambda i: (sums[i], -i))]


@cache
def corpus_digest() -> str:
    """The first 12 hexadecimal digits of SHA-256 over the corpus that sentences and replies are taken from."""
    return hashlib.sha256(repr((load_scenarios(), load_openers())).encode()).hexdigest()[:12]
