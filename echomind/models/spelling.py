"""Known words as tokens: which tokens may follow a continuation so that it does not spell a word nobody knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import torch

from echomind.models.lexicon import Lexicon
from echomind.slm import EchoMindProcessor

_UNFINISHED = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?$")
LONGEST_WORD = 60  # characters looked at; a longer word is nobody's


class Pieces:
    """The written form of every token of a tokenizer. Made once for a checkpoint."""

    def __init__(self, processor: EchoMindProcessor, vocabulary: int) -> None:
        tokenizer, known = processor.tokenizer, len(processor.tokenizer)
        texts = tokenizer.batch_decode([[i] for i in range(min(known, vocabulary))], clean_up_tokenization_spaces=False)
        self.texts: list[str] = [*texts, *[""] * (vocabulary - known)]
        # Never said: the marks of our format, those that the tokenizer has beside them, rows without a token.
        unsaid = {*processor.ids.values(), *tokenizer.get_added_vocab().values(), *range(known, vocabulary)}
        self.special = sorted(unsaid)

    @cached_property
    def inside(self) -> dict[str, list[tuple[int, str]]]:
        """Tokens that go on with a word, by their first letter, with the letters in front of anything else."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for i, text in enumerate(self.texts):
            if letters := _leading(text):
                found[letters[0]].append((i, letters))
        return found

    @cached_property
    def begun(self) -> list[tuple[int, str]]:
        """Tokens that begin a word, with the letters that they begin it with."""
        return [(i, last_word(text)) for i, text in enumerate(self.texts) if last_word(text) and not _leading(text)]

    @cached_property
    def inner(self) -> list[int]:
        """Tokens that can begin no text: those without a letter, a figure or a quotation mark at the front."""
        return [i for i, text in enumerate(self.texts) if not (text.strip()[:1].isalnum() or text.strip()[:1] == '"')]

    @cached_property
    def small(self) -> list[int]:
        """Tokens that can begin no sentence: ``inner`` ones, and those with a small letter at the front."""
        return [*self.inner, *(i for i, text in enumerate(self.texts) if text.strip()[:1].islower())]

    @cached_property
    def ending(self) -> torch.Tensor:
        """Whether a token ends the word in front of it, ``(vocabulary,)``."""
        return torch.tensor([not _leading(text) for text in self.texts])


class Spelling:
    """1 for a token that leads to an unknown word, 0 for all others: ``(vocabulary,)``."""

    def __init__(self, pieces: Pieces, lexicon: Lexicon) -> None:
        self._pieces, self._lexicon = pieces, lexicon
        unknown = torch.zeros(len(pieces.texts))
        for i, letters in pieces.begun:
            if not lexicon.begins(letters):
                unknown[i] = 1.0
        self._begin = unknown
        self._after: dict[str, torch.Tensor] = {}

    def after(self, text: str) -> torch.Tensor:
        """The scores after ``text``, of which the last word may be half written."""
        word = last_word(text)
        if word not in self._after:
            self._after[word] = self._scores(word)
        return self._after[word]

    def _scores(self, word: str) -> torch.Tensor:
        scores = self._begin.clone()
        if word and not self._lexicon.is_whole(word):
            scores[self._pieces.ending] = 1.0
        begins = self._lexicon.begins  # of a word after an opening mark, or at the very front, too: then word is ""
        likely = [tokens for first, tokens in self._pieces.inside.items() if begins(word + first)]
        known = [i for tokens in likely for i, letters in tokens if begins(word + letters)]
        scores[~self._pieces.ending] = 1.0
        scores[known] = 0.0
        return scores


def _leading(text: str) -> str:
    """The letters (and apostrophes between or before them) that a token's text begins with."""
    if not text or not (text[0].isalpha() or (text[0] == "'" and text[1:2].isalpha()) or text == "'"):
        return ""
    end = next((i for i, c in enumerate(text) if not (c.isalpha() or c == "'")), len(text))
    return text[:end].casefold()


def last_word(text: str) -> str:
    """The word that a text breaks off in, "" where it does not end in one."""
    found = _UNFINISHED.search(text[-LONGEST_WORD:].casefold())
    return found.group() if found else ""


def without(tokens: Sequence[int], vocabulary: int) -> torch.Tensor:
    """Scores ``(vocabulary,)`` that rule those tokens out."""
    scores = torch.zeros(vocabulary)
    scores[list(tokens)] = float("-inf")
    return scores
