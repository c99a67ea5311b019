"""Thinking and reply, each the best of several ``candidates`` that are drawn side by side (``decoding``).

The reply is written sentence by sentence: the candidates of the first are compared and the best one is said, then
those of the next are drawn. What is written is whole sentences, never one twice, and never the thinking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from echomind.models.candidates import Candidate, Draft, among_the_best, chosen, closed, is_sentence, quoted
from echomind.models.decoding import Continuation, Decoder, Shape, repeated
from echomind.models.lexicon import Lexicon, words_of
from echomind.models.protocol import Thinking, Turn
from echomind.models.ranking import CAUSE, GOING_ON, OPENING, Ranker, ReplyReader, TextReader
from echomind.models.spelling import Pieces, Spelling, without
from echomind.slm import EchoMindForConditionalGeneration, EchoMindProcessor
from echomind.slm.branches import SharedWeights
from echomind.slm.configuration import CONFIDENCE_VALUES, CONFIDENCES, THINKING_EMOTIONS

VERSION = 7  # of how replies are written: answers of two versions are never mixed
CAUSES, SENTENCES = 8, 16  # candidates of a cause and of each sentence: a step of 16 rows takes 1.1 times one of 8
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
        decoder = Decoder(self.model, read.cache, read.logits, self.shared)
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
        self.watch: Callable[[list[Draft]], object] = lambda _: None  # for whoever looks at the causes not taken

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
        drafts = self.drafts_of_the_cause()
        self.watch(drafts)
        found = [d for d in drafts if self.speaks_of_the_words(d)]
        if not found:
            return quoted(self._writer.processor.plain(self._read.transcript), self.emotion)
        return chosen(self.rated(found), CAUSE).text

    def speaks_of_the_words(self, cause: Draft) -> bool:
        """Whether a cause invents nothing and takes up something that was said (if that can be done)."""
        possible = bool(self.lexicon.taken_up(self._read.transcript))
        return not cause.faults and (not possible or bool(self.lexicon.taken_up(cause.text)))

    def drafts_of_the_cause(self) -> list[Draft]:
        """Distinct causes that came to an end."""
        end = self._ids["<confidence>"]
        stops = {i for i in self._writer.pieces.special if i != end}
        allowed = without(sorted(stops), len(self._writer.pieces.texts))
        drawn = self._decoder.draw(
            CAUSES,
            torch.Generator().manual_seed(0),  # what is thought does not change when the reply is asked for again
            lambda tokens: tokens[-1] == end,
            limit=MAX_CAUSE_TOKENS,
            stop=self._ids["<pad>"],
            shape=self._shape(allowed, lambda tokens: tokens, self._writer.pieces.inner),
        )
        whole = [Continuation(d.tokens[:-1], True, d.likelihoods[:-1]) for d in drawn if d.whole and len(d.tokens) > 1]
        return self._drafts(whole, str)

    def sentences(self) -> Iterator[str]:
        """The reply, a sentence at a time, each but the first with a space before it."""
        end = self._ids["<eos>"]
        said = {_plain(text) for turn in self._read.history for text in _parts(turn.reply)}
        for number in range(MAX_SENTENCES):
            if number and (
                float(self._decoder.logits.softmax(-1)[end]) > 0.5 or len(self._written) > MAX_REPLY_TOKENS * 2 // 3
            ):
                return
            drafts = self._worth_saying(said, first=not number)
            if not drafts:
                return
            candidates = self.rated(drafts)
            sentence = chosen(candidates, GOING_ON) if number else among_the_best(candidates, OPENING, self._generator)
            yield sentence.text if not number else " " + sentence.text
            said.add(_plain(sentence.text))
            self.take(sentence)

    def _worth_saying(self, said: set[str], *, first: bool) -> list[Draft]:
        """Next sentences that make sense, none of them ``said`` before; of the first there is always one."""
        drawn = self.drafts_of_a_sentence(unfinished=first)
        new = [d for d in drawn if _plain(d.text) not in said]
        found = [d for d in self.judged([d for d in new if d.likely]) if d.sensible]
        return found or (self.judged(new or drawn) if first else [])

    def take(self, sentence: Draft) -> None:
        """Go on after that sentence."""
        self._written += sentence.tokens
        self._decoder.feed(sentence.tokens)

    def drafts_of_a_sentence(self, *, unfinished: bool = False) -> list[Draft]:
        """Distinct next sentences that came to an end; if none did and ``unfinished``, those that did not, closed."""
        drawn = self._decoder.draw(
            SENTENCES,
            self._generator,
            lambda tokens: is_sentence(self._text(tokens)),
            limit=min(MAX_SENTENCE_TOKENS, MAX_REPLY_TOKENS - len(self._written)),
            stop=self._ids["<pad>"],
            shape=self._shape(self._specials, lambda tokens: [*self._written, *tokens], self._writer.pieces.small),
        )
        whole = [d for d in drawn if d.whole]
        return self._drafts(whole or (drawn if unfinished else []), closed)

    def _shape(
        self, fixed: torch.Tensor, said: Callable[[Sequence[int]], Sequence[int]], not_first: Sequence[int]
    ) -> Shape:
        def shape(rows: Sequence[Sequence[int]]) -> torch.Tensor:
            hardness = torch.tensor([UNKNOWN_WORD[row % len(UNKNOWN_WORD)] for row in range(len(rows))])
            spelt = torch.stack([self._spelling.after(self._text(tokens)) for tokens in rows])
            scores = fixed - hardness[:, None] * spelt
            for row, tokens in enumerate(rows):
                if again := repeated(said(tokens)):
                    scores[row, again] = float("-inf")
            if not rows[0]:
                scores[:, not_first] = float("-inf")
            return scores

        return shape

    def _text(self, tokens: Sequence[int]) -> str:
        return "".join(self._writer.pieces.texts[token] for token in tokens)

    def _drafts(self, drawn: Sequence[Continuation], finished: Callable[[str], str]) -> list[Draft]:
        by_text: dict[str, Continuation] = {}
        for continuation in drawn:
            by_text.setdefault(finished(self._writer.processor.decode_text(continuation.tokens)), continuation)
        return [
            Draft(text, one.tokens, sum(one.likelihoods) / len(one.likelihoods), self.ranker.faults(text))
            for text, one in by_text.items()
            if text
        ]

    def judged(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Drafts of the next sentence with their sense, after what is written."""
        said = self._writer.processor.decode_text(self._written)
        sense = self.ranker.sense([f"{said} {draft.text}".strip() for draft in drafts])
        return [replace(draft, sense=value) for draft, value in zip(drafts, sense, strict=True)]

    def rated(self, drafts: Sequence[Draft]) -> list[Candidate]:
        """Drafts with all that speaks for them; the sense of one that was not judged counts nothing."""
        features = self.ranker.features(
            [d.text for d in drafts], [d.fluency for d in drafts], [d.sense or 0.0 for d in drafts]
        )
        return [Candidate(draft, f) for draft, f in zip(drafts, features, strict=True)]


def _parts(reply: str) -> list[str]:
    return [part for part in reply.replace("!", ".").replace("?", ".").split(".") if part.strip()]


def _plain(text: str) -> str:
    return " ".join(words_of(text))
