"""Known words as tokens: which tokens may follow a continuation so that it does not spell a word nobody knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import torch

from echomind.models.lexicon import Lexicon, beginnings, everyday_after
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
        self._everyday_after: dict[str, list[int]] = {}

    @cached_property
    def inside(self) -> dict[str, list[int]]:
        """Tokens that go on with a word, by the letters that they add."""
        return _by_letters((i, _leading(text)) for i, text in enumerate(self.texts))

    @cached_property
    def begun(self) -> dict[str, list[int]]:
        """Tokens that begin a word, by the letters that they begin it with."""
        return _by_letters((i, "" if _leading(text) else last_word(text)) for i, text in enumerate(self.texts))

    @cached_property
    def begin_nothing(self) -> torch.Tensor:
        """1 for a token that begins a word which is not everyday, ``(vocabulary,)``."""
        found = torch.zeros(len(self.texts))
        found[[i for tokens in self.begun.values() for i in tokens]] = 1.0
        found[_prefixes(everyday_after(""), self.begun)] = 0.0
        return found

    def everyday_after(self, word: str) -> list[int]:
        """Tokens that go on with ``word`` so that it can still become an everyday word."""
        if (found := self._everyday_after.get(word)) is None:
            rests = everyday_after(word)
            found = _prefixes(rests, self.inside)
            if rests:  # so there are no more of them than everyday words have beginnings
                self._everyday_after[word] = found
        return found

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
        after_a_word = pieces.begin_nothing.clone()
        after_a_word[_prefixes(lexicon.said_after(""), pieces.begun)] = 0.0
        after_a_word[~pieces.ending] = 1.0  # of those that go on with a word only the known ones are allowed
        within_one = after_a_word.clone()
        within_one[pieces.ending] = 1.0
        self._before = {True: after_a_word, False: within_one}  # whether the word so far is a whole one
        self._after: dict[str, torch.Tensor] = {}

    def after(self, text: str) -> torch.Tensor:
        """The scores after ``text``, of which the last word may be half written."""
        word = last_word(text)
        if word not in self._after:
            scores = self._before[self._lexicon.is_whole(word)].clone()
            # After an opening mark, or at the very front, the word is "", and a token may go on with that, too.
            said = _prefixes(self._lexicon.said_after(word), self._pieces.inside)
            scores[[*self._pieces.everyday_after(word), *said]] = 0.0
            self._after[word] = scores
        return self._after[word]


def _by_letters(tokens: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for i, letters in tokens:
        if letters:
            found[letters].append(i)
    return dict(found)


def _prefixes(words: Iterable[str], tokens: Mapping[str, list[int]]) -> list[int]:
    """The tokens whose letters one of the words begins with."""
    return [i for letters in beginnings(words) for i in tokens.get(letters, ())]


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
