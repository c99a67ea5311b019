"""Where the texts of a question's options occur in an answer.

An option is looked for by its words without case, punctuation and articles, and also by its core: what is left when the
words that all options begin and end with are taken away ("The speaker is male." / "The speaker is female." have the
cores "male" and "female"). A longer occurrence hides a shorter one inside it ("happy music" is not "music").
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from echomind.scoring.answer_text import Tokens, tokens_of, visible, word_set

_ARTICLES = frozenset({"a", "an", "the"})
_EMPTY_WORDS = _ARTICLES | word_set("is are was be been it they to of in on at and or for with this that")
# Options that are everyday words: they count only where they stand as an answer, not inside a sentence.
_ANSWER_WORDS = frozenset({"yes", "no", "none", "neither", "both", "other"})
_AFTER_YES_OR_NO = word_set("there it they he she i the this that these those only because since we just as")
_BEFORE_YES_OR_NO = word_set("but so say think guess believe")

Words = tuple[str, ...]


class Occurrence(NamedTuple):
    """An option's text at tokens ``first`` to ``last``, and the labels it may stand for.

    ``everyday``: a word such as "no", here as an answer. ``goes_on``: more words follow without a pause, as in "male
    speakers are lower". ``end``: the last token that is the option's own, its question mark where it has one.
    """

    first: int
    last: int
    labels: frozenset[str]
    everyday: bool
    goes_on: bool
    end: int


def _words(text: str) -> Words:
    tokens = tokens_of(visible(text))
    return tuple(t for i, t in enumerate(tokens.low) if tokens.is_word(i) and t not in _ARTICLES)


def _cores(texts: list[Words]) -> list[Words]:
    """The texts without their common beginning and end; the texts themselves where nothing telling would be left."""
    shortest = min(map(len, texts), default=0)
    begin = end = 0
    while begin < shortest and len({words[begin] for words in texts}) == 1:
        begin += 1
    while end < shortest - begin and len({words[-1 - end] for words in texts}) == 1:
        end += 1
    cores = [words[begin : len(words) - end] for words in texts]
    return cores if all(set(core) - _EMPTY_WORDS for core in cores) else texts


class OptionTexts:
    """The options of one question, ready to be found in answers.

    ``labels`` maps a case-folded label to the label as the question writes it.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self.labels = {label.casefold(): label for label in options if label.strip()}
        self._by_first: dict[str, list[tuple[Words, frozenset[str]]]] = {}
        texts = {label: _words(text) for label, text in options.items()}
        texts = {label: words for label, words in texts.items() if words}
        cores = dict(zip(texts, _cores(list(texts.values())), strict=True)) if len(texts) > 1 else {}
        meant: dict[Words, set[str]] = {}
        for label, words in [*texts.items(), *cores.items()]:
            meant.setdefault(words, set()).add(label)
        for words in sorted(meant, key=len, reverse=True):
            self._by_first.setdefault(words[0], []).append((words, frozenset(meant[words])))
        self._longest = max(map(len, meant), default=0)
        self._asking = {texts[label] for label in texts if options[label].rstrip().endswith(("?", "？"))}

    def _match(self, tokens: Tokens, places: Sequence[int], at: int) -> Occurrence | None:
        """The longest option text that begins at word ``at`` of the words that lie at ``places``."""
        for words, labels in self._by_first.get(tokens.low[places[at]], ()):
            here = places[at : at + len(words)]
            if len(here) == len(words) and all(tokens.low[i] == word for i, word in zip(here, words, strict=True)):
                first, last = here[0], here[-1]
                everyday = len(words) == 1 and words[0] in _ANSWER_WORDS
                asks = words in self._asking and tokens.low[last + 1 : last + 2] == ["?"]
                return Occurrence(first, last, labels, everyday, tokens.is_word(last + 1), last + asks)
        return None

    def beginning(self, tokens: Tokens, at: int) -> Occurrence | None:
        """The option text that begins at token ``at`` after punctuation and articles, on the same line."""
        places: list[int] = []
        for i in range(at, min(at + 4 + 3 * self._longest, len(tokens))):
            if tokens.low[i] == "\n" or len(places) == self._longest:
                break
            if tokens.is_word(i) and tokens.low[i] not in _ARTICLES:
                places.append(i)
        found = self._match(tokens, places, 0) if places else None
        if found is None or not found.everyday:
            return found
        return found._replace(goes_on=found.goes_on and not _goes_on_as_answer(tokens, found.last))

    def occurrences(self, tokens: Tokens) -> list[Occurrence]:
        """Every option text in the answer, from left to right, longest first where several begin or overlap."""
        places = [i for i in range(len(tokens)) if tokens.is_word(i) and tokens.low[i] not in _ARTICLES]
        found = []
        at = 0
        while at < len(places):
            match = self._match(tokens, places, at)
            if match is None:
                at += 1
                continue
            if not match.everyday or _stands_as_answer(tokens, match, at == 0):
                found.append(match)
            at += bisect_right(places, match.last, at) - at
        return found


def _stands_as_answer(tokens: Tokens, word: Occurrence, is_first: bool) -> bool:
    """Whether an everyday word is an answer: alone in its clause, or at the very start before a clause."""
    before = word.first - 1
    if tokens.is_word(before) and tokens.low[before] not in _BEFORE_YES_OR_NO:
        return False
    return not word.goes_on or (is_first and _goes_on_as_answer(tokens, word.last))


def _goes_on_as_answer(tokens: Tokens, i: int) -> bool:
    """Whether "yes" or "no" at ``i`` is an answer that a clause follows ("No there is one"), not "no laughter"."""
    following = tokens.low[i + 1] if i + 1 < len(tokens) else ""
    return following not in ("or", "and") if tokens.low[i] == "yes" else following in _AFTER_YES_OR_NO
