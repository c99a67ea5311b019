"""Thinking and reply, each the best of several candidates (``ranking``) that are drawn side by side (``decoding``).

The reply is written sentence by sentence: the candidates of the first are compared and the best one is said, then
those of the next are drawn. What is written is whole sentences, never one twice, and never the thinking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from echomind.models.decoding import Continuation, Decoder, Shape, repeated
from echomind.models.lexicon import Lexicon, words_of
from echomind.models.protocol import Thinking, Turn
from echomind.models.ranking import (
    CAUSE,
    GOING_ON,
    OPENING,
    Features,
    Ranker,
    ReplyReader,
    TextReader,
    Weights,
    best,
)
from echomind.models.spelling import Pieces, Spelling, without
from echomind.slm import EchoMindForConditionalGeneration, EchoMindProcessor
from echomind.slm.branches import SharedWeights
from echomind.slm.configuration import CONFIDENCE_VALUES, CONFIDENCES, THINKING_EMOTIONS

VERSION = 5  # of how replies are written: answers of two versions are never mixed
CANDIDATES = 8  # of a cause and of each sentence; a step of 8 rows takes twice as long as one of a single row
# Taken off the logit of a token that leads to an unknown word, row by row: held hard to the words that are known, or
# softly, which keeps more of the model's own way of speaking.
UNKNOWN_WORD = (6.0, 2.5)
# What the decoder's word for the emotion counts beside the cue heads': it has heard the same ears and is too sure.
# Of 0.25, 0.5, 0.75 and 1 the best on the third of EchoMind-Mini's scripts that settles choices (by one clip of 83).
DECODER_WITNESS = 0.25
MAX_CAUSE_TOKENS = 30
MAX_SENTENCE_TOKENS = 40
MAX_REPLY_TOKENS = 90  # about 65 words; replies of the training corpus have 8 to 45
MAX_SENTENCES = 4
AS_GOOD = 0.4  # of the score: what is nearer to the best is a matter of taste
# Mean log-likelihood of a token. Under it this decoder's sentences are more often nonsense than not (read on held-out
# situations of the half that settles choices); after a first sentence it is kinder to say no more.
LEAST_FLUENT = -1.0
LEAST_SENSE = -0.7  # log-probability that a person wrote it: what is less likely is said only for want of anything else
DRAWS = 2  # of the candidates of a sentence, where the first ones make no sense
LEAST_WORDS = 3  # "Oh!" goes with the sentence after it
QUOTED_WORDS = 12
SENTENCE_ENDS = (".", "!", "?")


@dataclass(frozen=True)
class Read:
    """The decoder after the prompt: its cache, the logits of the next token, and what the prompt was made of."""

    cache: Any
    logits: torch.Tensor
    length: int
    emotions: torch.Tensor | None  # what the ears alone say about THINKING_EMOTIONS, log-probabilities; None: no sound
    transcript: str = ""
    topic: str = ""
    history: tuple[Turn, ...] = ()
    heard: Mapping[str, float] | None = None  # probability of every attribute, where there was a voice
    said: torch.Tensor | None = None  # how far the words speak for each of THINKING_EMOTIONS, log-ratios


@dataclass(frozen=True)
class Candidate:
    """One text that could be said, what speaks for it, and how many of its words are invented."""

    text: str
    tokens: tuple[int, ...]
    features: Features
    faults: int


class Writer:
    """Writes answers with one checkpoint, as its weights are now. Holds no state of a turn; threads may share it."""

    def __init__(
        self,
        model: EchoMindForConditionalGeneration,
        processor: EchoMindProcessor,
        reader: TextReader | None,
        judge: ReplyReader | None = None,
    ) -> None:
        self.model, self.processor, self.reader, self.judge = model, processor, reader, judge
        self.shared = SharedWeights(model) if SharedWeights.fits(model) else None
        self.pieces = Pieces(processor, model.config.text_config.vocab_size)
        self.emotion_ids = [processor.encode(word)[0] for word in THINKING_EMOTIONS]
        self.confidence_ids = [processor.encode(word)[0] for word in CONFIDENCES]
        shares = [max(model.config.emotion_prior[word], 1e-3) for word in THINKING_EMOTIONS]
        self.prior = torch.tensor(shares, device=model.device).log()

    def answer(self, read: Read, generator: torch.Generator) -> Iterator[Thinking | str]:
        """The thinking, then the reply a sentence at a time."""
        answer = Answer(self, read, generator)
        yield answer.think()
        yield from answer.sentences()

    def emotion(self, read: Read) -> str:
        """The emotion that the thinking names."""
        decoder = Decoder(self.model, read.cache, read.logits)
        decoder.feed([self.processor.ids["<think>"]])
        # Two witnesses, the decoder (words, sound and history) and the cue heads (sound alone), each with the training
        # set's prior in it: by Bayes' rule their product over the prior decides, or "neutral" would be counted twice.
        found = decoder.logits[self.emotion_ids].log_softmax(-1)
        if read.emotions is not None:
            found = DECODER_WITNESS * found + read.emotions - self.prior
        if read.said is not None:  # a third one: the text tower, which has read more words than the decoder
            found = found + read.said.to(found)
        return THINKING_EMOTIONS[int(found.argmax())]


class Answer:
    """One answer being written: ``think`` first, then ``sentences``."""

    def __init__(self, writer: Writer, read: Read, generator: torch.Generator) -> None:
        self._writer, self._read, self._generator = writer, read, generator
        self._ids = writer.processor.ids
        said = [read.transcript, *(text for turn in read.history for text in (turn.user, turn.reply))]
        self.lexicon = Lexicon(said)
        self._spelling = Spelling(writer.pieces, self.lexicon)
        self._specials = without(writer.pieces.special, len(writer.pieces.texts))
        self._decoder = Decoder(writer.model, read.cache, read.logits, writer.shared)
        self._written: list[int] = []  # tokens of the reply
        self.watch: Callable[[list[Candidate]], object] = lambda _: None  # for whoever looks at the causes not taken

    def think(self) -> Thinking:
        """Emotion, cause and confidence."""
        self.emotion = self._writer.emotion(self._read)
        encode, ids = self._writer.processor.encode, self._ids
        self._decoder.feed([ids["<think>"], *encode(self.emotion), ids["<cause>"]])
        self.ranker = Ranker(
            self._writer.reader,
            self.lexicon,
            self._read.transcript,
            self.emotion,
            self._read.heard or {},
            self._writer.judge,
        )
        cause = self._cause()
        self._decoder.feed([*encode(cause), ids["<confidence>"]])
        sure = self._decoder.logits[self._writer.confidence_ids].softmax(-1).cpu()
        word = CONFIDENCES[int(sure.argmax())]
        self._decoder.feed([*encode(word), ids["</think>"]])
        return Thinking(self.emotion, cause, float(sure @ torch.tensor(CONFIDENCE_VALUES)))

    @property
    def read_so_far(self) -> tuple[Any, torch.Tensor]:
        """The decoder's cache after all that was written, and the logits of what comes next ``(vocab,)``."""
        return self._decoder.cache, self._decoder.logits

    def _cause(self) -> str:
        candidates = self.candidates_of_the_cause()
        self.watch(candidates)
        found = [c for c in candidates if self.speaks_of_the_words(c)]
        if not found:
            return quoted(self._writer.processor.plain(self._read.transcript), self.emotion)
        return chosen(found, CAUSE).text

    def speaks_of_the_words(self, cause: Candidate) -> bool:
        """Whether a cause invents nothing and takes up something that was said (if that can be done)."""
        possible = bool(self.lexicon.taken_up(self._read.transcript))
        return not cause.faults and (not possible or cause.features.taken_up > 0)

    def candidates_of_the_cause(self) -> list[Candidate]:
        """Distinct causes that came to an end."""
        end = self._ids["<confidence>"]
        stops = {i for i in self._writer.pieces.special if i != end}
        allowed = without(sorted(stops), len(self._writer.pieces.texts))
        drawn = self._decoder.draw(
            CANDIDATES,
            torch.Generator().manual_seed(0),  # what is thought does not change when the reply is asked for again
            lambda tokens: tokens[-1] == end,
            limit=MAX_CAUSE_TOKENS,
            stop=self._ids["<pad>"],
            shape=self._shape(allowed, lambda tokens: tokens, self._writer.pieces.inner),
        )
        whole = [Continuation(d.tokens[:-1], True, d.likelihoods[:-1]) for d in drawn if d.whole and len(d.tokens) > 1]
        return self._candidates(whole)

    def sentences(self) -> Iterator[str]:
        """The reply, a sentence at a time, each but the first with a space before it."""
        end = self._ids["<eos>"]
        said = {_plain(text) for turn in self._read.history for text in _parts(turn.reply)}
        for number in range(MAX_SENTENCES):
            if number and (
                float(self._decoder.logits.softmax(-1)[end]) > 0.5 or len(self._written) > MAX_REPLY_TOKENS * 2 // 3
            ):
                return
            found: list[Candidate] = []
            new: list[Candidate] = []
            for _ in range(DRAWS):
                found += self.candidates_of_a_sentence(unfinished=not number)
                new = [c for c in found if _plain(c.text) not in said]
                if sensible(new):
                    break
            found = sensible(new) or ([] if number else new or found)
            if not found:
                return
            sentence = chosen(found, GOING_ON) if number else among_the_best(found, OPENING, self._generator)
            yield sentence.text if not number else " " + sentence.text
            said.add(_plain(sentence.text))
            self.take(sentence)

    def take(self, sentence: Candidate) -> None:
        """Go on after that sentence."""
        self._written += sentence.tokens
        self._decoder.feed(sentence.tokens)

    def candidates_of_a_sentence(self, *, unfinished: bool = False) -> list[Candidate]:
        """Distinct next sentences that came to an end; if none did and ``unfinished``, those that did not, closed."""
        drawn = self._decoder.draw(
            CANDIDATES,
            self._generator,
            lambda tokens: is_sentence(self._text(tokens)),
            limit=min(MAX_SENTENCE_TOKENS, MAX_REPLY_TOKENS - len(self._written)),
            stop=self._ids["<pad>"],
            shape=self._shape(self._specials, lambda tokens: [*self._written, *tokens], self._writer.pieces.small),
        )
        whole = [d for d in drawn if d.whole]
        said = self._writer.processor.decode_text(self._written)
        return self._candidates(whole or (drawn if unfinished else []), said=said)

    def _shape(
        self, fixed: torch.Tensor, said: Callable[[Sequence[int]], Sequence[int]], not_first: Sequence[int]
    ) -> Shape:
        def shape(tokens: Sequence[int], row: int) -> torch.Tensor:
            scores = fixed - UNKNOWN_WORD[row % len(UNKNOWN_WORD)] * self._spelling.after(self._text(tokens))
            scores[repeated(said(tokens))] = float("-inf")
            if not tokens:
                scores[not_first] = float("-inf")
            return scores

        return shape

    def _text(self, tokens: Sequence[int]) -> str:
        return "".join(self._writer.pieces.texts[token] for token in tokens)

    def _candidates(self, drawn: Sequence[Continuation], said: str | None = None) -> list[Candidate]:
        by_text: dict[str, Continuation] = {}
        for continuation in drawn:
            text = self._writer.processor.decode_text(continuation.tokens)
            if said is not None and not text.endswith(SENTENCE_ENDS):
                text = text.rstrip(" ,;:-") + "."
            by_text.setdefault(text, continuation)
        by_text.pop("", None)
        if not by_text:
            return []
        fluency = [sum(one.likelihoods) / len(one.likelihoods) for one in by_text.values()]
        features = self.ranker.features(list(by_text), fluency, said)
        return [
            Candidate(text, one.tokens, f, self.ranker.faults(text))
            for (text, one), f in zip(by_text.items(), features, strict=True)
        ]


def chosen(candidates: Sequence[Candidate], weights: Weights) -> Candidate:
    """The best of some candidates."""
    return candidates[best([weights.score(c.features) for c in candidates], [c.faults for c in candidates])]


def among_the_best(candidates: Sequence[Candidate], weights: Weights, generator: torch.Generator) -> Candidate:
    """One of those as good as the best: who always said the very best would greet everyone alike."""
    top = chosen(candidates, weights)
    least = weights.score(top.features) - AS_GOOD
    near = [c for c in candidates if c.faults == top.faults and weights.score(c.features) >= least]
    return near[int(torch.randint(len(near), (1,), generator=generator))]


def sensible(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that invent nothing, that the decoder itself finds likely, and that make sense to the judge."""
    return [
        c for c in candidates if not c.faults and c.features.fluency >= LEAST_FLUENT and c.features.sense >= LEAST_SENSE
    ]


def is_sentence(text: str) -> bool:
    """Whether a text has come to the end of a sentence; an interjection alone ("Oh!") is none."""
    return text.rstrip().endswith(SENTENCE_ENDS) and len(words_of(text)) >= LEAST_WORDS


def quoted(transcript: str, emotion: str) -> str:
    """The plain cause, where no candidate speaks of what was said: the speaker's own words."""
    words = transcript.split()
    if not words:
        return "no words were heard, only the voice"
    start = " ".join(words[:QUOTED_WORDS]).rstrip(" .,!?;:") + (" …" if len(words) > QUOTED_WORDS else "")
    return f"they simply say “{start}”" if emotion == THINKING_EMOTIONS[0] else f"of what they tell: “{start}”"


def _parts(reply: str) -> list[str]:
    return [part for part in reply.replace("!", ".").replace("?", ".").split(".") if part.strip()]


def _plain(text: str) -> str:
    return " ".join(words_of(text))
