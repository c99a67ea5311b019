"""The replies of a checkpoint to held-out utterances, each said in three ways: figures, and a sample to read.

100 utterances of situations that no stage trained on and no choice was made on (``held_out``), each with a target cue,
neutral, and with an alternative cue of another feeling. The delivery is told in words, as stage ``joint`` reads it
where there is no sound: what is measured is the decoder and how it is asked, with ears that hear all. What the ears
themselves give is measured on EchoMind-Mini's clips: how often the emotion head is right there, how often the thinking.

Definitions. *Complete*: every sentence ends with an end mark and no words follow the last one; no special token, no
four words twice. *Differs in substance*: MiniLM cosine below ``SAME_MEANING`` and at most ``SAME_WORDS`` of the content
words shared. *Distinct-2*: distinct word pairs over all word pairs of all replies. Perplexity: per token, of the
reference replies and their end, given prompt and reference thinking.
"""

from __future__ import annotations

import logging
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from echomind.audio import load_clip
from echomind.benchmark.load import MINI, load_set
from echomind.errors import ConfigurationError
from echomind.models.lexicon import Lexicon, everyday_words, words_of
from echomind.models.protocol import Thinking
from echomind.models.slm import EchoMindSLM
from echomind.slm.configuration import EMOTION_OF_CUE, THINKING_EMOTIONS
from echomind.slm.processing import SPECIAL_TOKENS
from echomind.taxonomy import ATTRIBUTES, CATEGORY, NEUTRAL, NONE
from echomind.training.data.corpus import Example, Scenario, compose
from echomind.training.held_out import drawn, heard_in, scenarios_held_out

log = logging.getLogger(__name__)
UTTERANCES, SAMPLED, SEED = 100, 20, 0
SAME_MEANING = 0.7  # see the references' own share beside the figure: replies that people would call different
SAME_WORDS = 0.5
PHRASE = 4  # words
RESAMPLES = 2_000
DELIVERIES = ("target", "neutral", "alternative")
_EMOTIONS = frozenset(CATEGORY["emotion"].attributes)
Vectors = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Answered:
    """One reply: what was said and how, what was thought, what was answered."""

    utterance: int
    delivery: str
    cue: str
    example: Example
    thinking: Thinking
    reply: str


def asked(count: int = UTTERANCES, seed: int = SEED) -> list[dict[str, Example]]:
    """The examples of each utterance by delivery; target cues take turns through all that speak for a feeling."""
    rng = random.Random(seed)
    cues = [cue for cue in ATTRIBUTES if cue in EMOTION_OF_CUE]
    found = []
    for number, (scenario, utterance) in enumerate(drawn(scenarios_held_out("measured"), count, rng)):
        target = cues[number % len(cues)]
        other = rng.choice([cue for cue in cues if EMOTION_OF_CUE[cue] != EMOTION_OF_CUE[target]])
        found.append(_deliveries(scenario, utterance, (target, NONE, other), rng))
    return found


def _deliveries(
    scenario: Scenario, utterance: str, cues: tuple[str, str, str], rng: random.Random
) -> dict[str, Example]:
    return {d: compose(scenario, utterance, cue, rng) for d, cue in zip(DELIVERIES, cues, strict=True)}


def answer_all(slm: EchoMindSLM, examples: Sequence[dict[str, Example]]) -> list[Answered]:
    """Thinking and reply to every delivery of every utterance."""
    found = []
    for number, deliveries in enumerate(examples):
        for delivery, example in deliveries.items():
            heard = heard_in(example)
            perception = slm.perceive_text(example.transcript, topic=example.topic, told=example.cue_words, heard=heard)
            parts = list(slm.reply(perception, seed=number))
            thinking = next(part for part in parts if isinstance(part, Thinking))
            reply = "".join(part for part in parts if isinstance(part, str))
            cue = max(heard, key=lambda label: heard[label], default=NEUTRAL)
            found.append(Answered(number, delivery, cue, example, thinking, reply))
        log.info("answered %d of %d utterances", number + 1, len(examples))
    return found


def is_complete(reply: str) -> bool:
    """Whether a reply is whole sentences, says no four words twice and shows nothing of the model's format."""
    if not re.fullmatch(r"(?:[^.!?]*\w[^.!?]*[.!?]+[\"”’)]*\s*)+", reply.strip()):
        return False
    return not repeats(reply) and not any(token in reply for token in SPECIAL_TOKENS)


def repeats(reply: str) -> bool:
    """Whether a reply says four words in a row twice."""
    words = words_of(reply)
    phrases = Counter(tuple(words[i : i + PHRASE]) for i in range(len(words) - PHRASE + 1))
    return any(count > 1 for count in phrases.values())


def distinct_2(replies: Sequence[str]) -> float:
    """Distinct pairs of neighbouring words over all pairs, of all replies together; 0 where there are none."""
    pairs = [pair for words in map(words_of, replies) for pair in pairwise(words)]
    return len(set(pairs)) / len(pairs) if pairs else 0.0


def content_words(text: str) -> set[str]:
    """The words of a text that are not everyday; all of them where every one is."""
    words = set(words_of(text))
    return words - everyday_words() or words


def differ(one: str, other: str, cosine: float) -> bool:
    """Whether two replies differ in substance, by the cosine of their vectors and their content words."""
    a, b = content_words(one), content_words(other)
    return cosine < SAME_MEANING and len(a & b) <= SAME_WORDS * min(len(a), len(b))


def differing(pairs: Sequence[tuple[str, str]], vectors: Vectors) -> list[bool]:
    """Of each pair of replies, whether they differ in substance."""
    found = vectors([text for pair in pairs for text in pair])
    cosines = (found[::2] * found[1::2]).sum(1)
    return [differ(one, other, float(c)) for (one, other), c in zip(pairs, cosines, strict=True)]


@torch.inference_mode()
def perplexity(slm: EchoMindSLM, examples: Sequence[Example]) -> tuple[float, int]:
    """Per-token perplexity of the reference replies (with their end), and the number of tokens."""
    loss, tokens = 0.0, 0
    for example in examples:
        processor = slm.processor
        prompt = processor.prompt(example.transcript, topic=example.topic, cues=example.cue_words)
        answer = processor.answer(example.emotion, example.cause, example.confidence, example.reply)
        reply = len(processor.encode(example.reply)) + 1
        ids = torch.tensor([[*prompt, *answer]], device=slm.model.device)
        logits = slm.model(input_ids=ids, logits_to_keep=reply + 1, use_cache=False).logits[0, :-1].float()
        loss += float(torch.nn.functional.cross_entropy(logits, ids[0, -reply:], reduction="sum"))
        tokens += reply
    return math.exp(loss / tokens), tokens


def share(values: Sequence[bool]) -> dict[str, Any]:
    """Share of true ones with a 95 % bootstrap interval, and how many there are."""
    array = np.asarray(values, float)
    rng = np.random.default_rng(SEED)
    means = array[rng.integers(0, len(array), (RESAMPLES, len(array)))].mean(1)
    interval = [round(float(q), 3) for q in np.quantile(means, (0.025, 0.975))]
    return {"value": round(float(array.mean()), 3), "interval": interval, "n": len(array)}


def figures_of(answers: Sequence[Answered], vectors: Vectors) -> dict[str, Any]:
    """The figures of replies that were given, without the model."""
    by = {(a.utterance, a.delivery): a for a in answers}
    targets = [a for a in answers if a.delivery == "target"]
    neutral = [by[a.utterance, "neutral"] for a in targets]
    pairs = list(zip(targets, neutral, strict=True))
    lexicons = [Lexicon([a.example.transcript]) for a in answers]
    return {
        "utterances": len(targets),
        "distinct_2": round(distinct_2([a.reply for a in answers]), 3),
        "distinct_2_references": round(distinct_2([a.example.reply for a in answers]), 3),
        "words": round(float(np.mean([len(words_of(a.reply)) for a in answers])), 1),
        "complete": share([is_complete(a.reply) for a in answers]),
        "differ": share(differing([(a.reply, b.reply) for a, b in pairs], vectors)),
        "differ_references": share(differing([(a.example.reply, b.example.reply) for a, b in pairs], vectors)),
        "invents_nothing": share([not x.invented(a.reply) for x, a in zip(lexicons, answers, strict=True)]),
        "cause_of_the_words": share(
            [bool(x.taken_up(a.thinking.cause)) for x, a in zip(lexicons, answers, strict=True)]
        ),
        "emotion_told": share([a.thinking.emotion == a.example.emotion for a in answers]),
    }


def sampled(answers: Sequence[Answered], count: int = SAMPLED) -> list[dict[str, Any]]:
    """The answers to ``count`` utterances drawn by chance, all deliveries of each, as they are."""
    utterances = sorted({a.utterance for a in answers})
    kept = set(random.Random(SEED).sample(utterances, min(count, len(utterances))))
    return [
        {
            "utterance": a.example.transcript,
            "delivery": a.delivery,
            "told": a.example.cue_words,
            "thinking": {
                "emotion": a.thinking.emotion,
                "cause": a.thinking.cause,
                "confidence": round(a.thinking.confidence, 3),
            },
            "reply": a.reply,
        }
        for a in answers
        if a.utterance in kept
    ]


@torch.inference_mode()
def emotions_heard(slm: EchoMindSLM) -> dict[str, Any]:
    """On EchoMind-Mini's clips said with an emotion or neutral: head right, thinking right, and both alike.

    The head counts as it is shown (its strongest label, none for neutral); nothing of the benchmark's words is read,
    the transcript is the script's text, so that a recogniser's errors are not part of it.
    """
    head, thought = [], []
    for script in load_set(MINI).scripts:
        for delivery in script.deliveries.values():
            if delivery.cue != NEUTRAL and delivery.cue not in _EMOTIONS:
                continue
            reference = THINKING_EMOTIONS[0] if delivery.cue == NEUTRAL else EMOTION_OF_CUE[delivery.cue]
            perception = slm.perceive(load_clip(delivery.audio), script.text, topic=script.topic)
            label = perception.cues["emotion"].label
            thinking = slm.writer.emotion(perception.state)
            head.append((THINKING_EMOTIONS[0] if label == NONE else label) == reference)
            thought.append(thinking == reference)
    return {"head": share(head), "thinking": share(thought)}


def measure_replies(slm: EchoMindSLM, root: Path) -> dict[str, Any]:
    """All figures and the sample; the data root is not needed, utterances and clips lie in the repository."""
    if slm.options is None:
        raise ConfigurationError(f"{slm.name}: found no reader of options; its vectors are needed to compare replies")
    examples = asked()
    answers = answer_all(slm, examples)
    value, tokens = perplexity(slm, [e for deliveries in examples for e in deliveries.values()])
    return {
        "perplexity": {"value": round(value, 2), "tokens": tokens},
        **figures_of(answers, slm.options.vectors),
        "emotions_heard": emotions_heard(slm),
        "sample": sampled(answers),
    }
