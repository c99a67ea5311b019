"""Where the texts of a question's options occur in an answer.

An option is looked for by its words without case, punctuation and articles, and also by its core: what is left when the
words that all options begin and end with are taken away ("The speaker is male." / "The speaker is female." have the
cores "male" and "female"). A longer occurrence hides a shorter one inside it ("happy music" is not "music").
"""

from __future__ import annotations

from collections.abc import Mapping
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
    """An option's text at tokens ``first`` to ``last``: the labels it may stand for, and whether it is denied."""

    first: int
    last: int
    labels: frozenset[str]
    doubtful: bool


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

    def _match(self, low: list[str], at: int) -> tuple[int, frozenset[str]] | None:
        """Number of words and labels of the longest option text in ``low`` at ``at``."""
        for words, labels in self._by_first.get(low[at], ()):
            if tuple(low[at : at + len(words)]) == words:
                return len(words), labels
        return None

    def beginning(self, tokens: Tokens, at: int) -> Occurrence | None:
        """The option text that begins at token ``at`` after punctuation and articles, on the same line.

        ``doubtful`` says that more words follow without a pause: "male speakers are lower" begins with "male" so.
        """
        words: list[str] = []
        places: list[int] = []
        for i in range(at, min(at + 4 + 3 * self._longest, len(tokens))):
            if tokens.low[i] == "\n" or len(words) == self._longest:
                break
            if tokens.is_word(i) and tokens.low[i] not in _ARTICLES:
                words.append(tokens.low[i])
                places.append(i)
        found = self._match(words, 0) if words else None
        if found is None:
            return None
        last = places[found[0] - 1]
        pauses = not tokens.is_word(last + 1)
        if places[0] == last and words[0] in _ANSWER_WORDS:
            pauses = pauses or _goes_on_as_answer(tokens, last)
        return Occurrence(places[0], last, found[1], not pauses)

    def occurrences(self, tokens: Tokens) -> list[Occurrence]:
        """Every option text in the answer, from left to right, longest first where several begin or overlap."""
        places = [i for i in range(len(tokens)) if tokens.is_word(i) and tokens.low[i] not in _ARTICLES]
        low = [tokens.low[i] for i in places]
        found = []
        at = 0
        while at < len(places):
            match = self._match(low, at) if low[at] in self._by_first else None
            if match is None:
                at += 1
                continue
            first, last = places[at], places[at + match[0] - 1]
            if first != last or low[at] not in _ANSWER_WORDS:
                found.append(Occurrence(first, last, match[1], tokens.negated(first, last)))
            elif (not tokens.is_word(first - 1) or tokens.low[first - 1] in _BEFORE_YES_OR_NO) and (
                not tokens.is_word(first + 1) or (at == 0 and _goes_on_as_answer(tokens, first))
            ):
                found.append(Occurrence(first, last, match[1], doubtful=False))
            at += match[0]
        return found


def _goes_on_as_answer(tokens: Tokens, i: int) -> bool:
    """Whether "yes" or "no" at ``i`` is an answer that a clause follows ("No there is one"), not "no laughter"."""
    following = tokens.low[i + 1] if i + 1 < len(tokens) else ""
    return following not in ("or", "and") if tokens.low[i] == "yes" else following in _AFTER_YES_OR_NO
