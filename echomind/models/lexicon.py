"""Which words a reply may use without inventing: everyday ones, and those that were said.

A small decoder likes to speak of a dad, a lab partner or a tax return that nobody mentioned. A word is *known* when it
was said in the conversation (in any inflection), or when it is everyday: used all over our corpus, in no one topic
above all (``everyday.txt``, made by ``python -m echomind.training.everyday``). All other words are invented.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, takewhile
from pathlib import Path

EVERYDAY = Path(__file__).parent / "everyday.txt"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ENDINGS = ("'s", "s'", "ings", "ing", "ied", "ies", "ed", "es", "er", "ly", "s", "e", "y", "i")
_SHORTEST = 3  # letters that are left of a word without its ending; "red" is not "r" and "bus" is not "bu"


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, with their apostrophes; numbers are none."""
    return _WORD.findall(text.casefold().replace("’", "'"))


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word without its inflection, roughly: what *plan, plans, planned, planning* share."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith("ss"):
            word = word.removesuffix(ending)
            break
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]  # planned, stopped; but tell, pass
    if len(word) > _SHORTEST and word[-1] in "eiy":
        return word[:-1]  # movies, parties
    return word


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """The everyday words, as they are written."""
    return frozenset(EVERYDAY.read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _everyday_stems() -> frozenset[str]:
    return frozenset(map(stem, everyday_words()))


@lru_cache(maxsize=1)
def _everyday_in_order() -> list[str]:
    return sorted(everyday_words())


def everyday_after(beginning: str) -> list[str]:
    """What is missing of the everyday words that begin so."""
    words = _everyday_in_order()
    start = bisect_left(words, beginning)
    return [w[len(beginning) :] for w in takewhile(lambda w: w.startswith(beginning), islice(words, start, None))]


def beginnings(words: Iterable[str]) -> set[str]:
    """Every word and every beginning of one, the empty one too."""
    return {word[:end] for word in words for end in range(len(word) + 1)}


def inflections(word: str) -> set[str]:
    """A word and the forms it is likely to take up again: plans, planned, planning, planner's plan."""
    base = {word, word.removesuffix("'s")}
    for short in tuple(base):
        for ending in ("s", "es", "ed", "ing"):
            if len(bare := short.removesuffix(ending)) >= _SHORTEST:
                base.add(bare)
    forms = {form + ending for form in base for ending in ("", "s", "'s", "ed", "ing")}
    forms |= {form[:-1] + ending for form in base if form.endswith("e") for ending in ("ing", "ed")}
    return forms


class Lexicon:
    """The known words of one turn. ``said``: what the speaker and the conversation before have said."""

    def __init__(self, said: Iterable[str]) -> None:
        words = {word for text in said for word in words_of(text)}
        self._stems = frozenset(map(stem, words))
        self._forms = frozenset(form for word in words for form in inflections(word))

    def knows(self, word: str) -> bool:
        """Whether a word of a reply is everyday or was said; a bare stem ("wip") is no word unless it is listed."""
        base = stem(word)
        return word in everyday_words() or (base != word and base in _everyday_stems()) or base in self._stems

    def was_said(self, word: str) -> bool:
        """Whether a word, in any inflection, was said and is not everyday: what a reply takes up."""
        return stem(word) in self._stems and word not in everyday_words()

    def invented(self, text: str) -> list[str]:
        """The words of a text that nobody said and that are not everyday either."""
        return [word for word in words_of(text) if not self.knows(word)]

    def taken_up(self, text: str) -> list[str]:
        """The words of a text that were said and mean something."""
        return [word for word in words_of(text) if self.was_said(word)]

    def said_after(self, beginning: str) -> list[str]:
        """What is missing of the words that were said, and of their forms, which begin so."""
        return [form[len(beginning) :] for form in self._forms if form.startswith(beginning)]

    def is_whole(self, word: str) -> bool:
        """Whether that is a known word already."""
        return not word or word in everyday_words() or word in self._forms
