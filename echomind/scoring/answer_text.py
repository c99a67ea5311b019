"""A model's free text as tokens, and their sentences and clauses. Everything here takes time linear in the text.

Layout that carries no meaning is taken away first: width and style variants of letters (NFKC), invisible characters,
emphasis marks, quotation marks, the braces of LaTeX, control tags of chat templates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from echomind import strict_json

_THOUGHT = "(?:think|thinking|thought|reasoning)"
_THOUGHT_END = re.compile(rf"[<◁]/{_THOUGHT}[>▷]", re.IGNORECASE)
_THOUGHT_START = re.compile(rf"[<◁]{_THOUGHT}[>▷]", re.IGNORECASE)
_ANSWER_TAG = re.compile(r"<(?:final[_ ]?)?answer>|<\|begin_of_box\|>", re.IGNORECASE)
_ANSWER_END = re.compile(r"</(?:final[_ ]?)?answer>|<\|end_of_box\|>", re.IGNORECASE)
_CONTROL_TAG = re.compile(r"<\|[^<>|]{1,40}\|>|</?s>|<eos>", re.IGNORECASE)
_NO_DOUBT = re.compile(r"\b(?:no|without|without a|without any) doubt\b", re.IGNORECASE)
_ANSWER_KEYS = frozenset({"answer", "finalanswer", "correctanswer", "choice", "option", "letter", "prediction"})

READ_CHARS = 10_000  # at each end of an answer; no model that was asked for a letter writes as much about it

_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc`\u00b4"), "'")
_DECORATION = dict.fromkeys(map(ord, '*_~"\u201c\u201d\u00ab\u00bb{}\\$#<>|「」『』【】《》'), " ")
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # written without spaces: one token a character
_TOKEN = re.compile(rf"[^\W{_CJK}]+(?:'[^\W{_CJK}]+)*|[{_CJK}]|[^\w\s']|\n")


def word_set(words: str) -> frozenset[str]:
    """The words of one string of words."""
    return frozenset(words.split())


_SENTENCE_ENDS = frozenset(".!?。\n")
_CLAUSE_ENDS = frozenset(",;:()[]、—–")
_CLAUSE_STARTS = word_set("but so because therefore although though while hence thus")
_NEGATIONS = word_set(
    "not no never neither nor none without cannot cant dont isnt whether unsure unlikely unlike wrong incorrect "
    "except excluded ruled than less least instead impossible 不 非 没 无 否"
)
_CONDITIONS = word_set("if whether unless suppose supposing assuming 如 若")


def visible(text: str) -> str:
    """The two ends of ``text`` without what cannot be seen: NFKC, no format characters, no blank around it."""
    text = text.strip()
    if len(text) > 2 * READ_CHARS:
        text = f"{text[:READ_CHARS]}\n{text[-READ_CHARS:]}"
    if not text.isascii():
        text = unicodedata.normalize("NFKC", "".join(_plain(text)))
    return text.strip()


def _plain(text: str) -> Iterator[str]:
    """The characters of ``text`` without format characters and endless stacks of accents.

    Putting n stacked accents in order takes n * n steps; 30 are more than any script uses (Unicode Annex 15, 12.1).
    """
    accents = 0
    for character in text:
        accents = accents + 1 if unicodedata.combining(character) else 0
        if accents <= 30 and unicodedata.category(character) != "Cf":
            yield character


def without_thinking(text: str) -> str:
    """What follows the last closed thinking tag; a tag left open hides all after it."""
    closed = 0
    for match in _THOUGHT_END.finditer(text):
        closed = match.end()
    text = text[closed:]
    opened = _THOUGHT_START.search(text)
    return text[: opened.start()] if opened else text


def json_answers(text: str) -> list[str]:
    """The values of answer-like keys when the whole text is one JSON object (a code fence around it is allowed)."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text[3:-3].removeprefix("json").strip()
    if not (text.startswith("{") and text.endswith("}")):
        return []
    try:
        value = strict_json.loads(text)
    except strict_json.StrictJSONError:
        return []  # then it is read as ordinary words
    named = [v for key, v in value.items() if re.sub(r"[\W_]+", "", key.casefold()) in _ANSWER_KEYS]
    named = [v[0] if isinstance(v, list) and len(v) == 1 else v for v in named]
    return [str(v) for v in named if isinstance(v, str | int) and not isinstance(v, bool)]


@dataclass(frozen=True)
class Tokens:
    """The tokens of a text, in parallel lists: as written, case-folded, and where they start."""

    raw: list[str]
    low: list[str]
    start: list[int]

    def __len__(self) -> int:
        return len(self.raw)

    def is_word(self, i: int) -> bool:
        """Whether token ``i`` exists and is a word, a number or a character of a language without spaces."""
        return 0 <= i < len(self.raw) and self.raw[i][0].isalnum()

    def touch(self, i: int) -> bool:
        """Whether tokens ``i`` and ``i + 1`` exist with nothing between them."""
        return 0 <= i < len(self.raw) - 1 and self.start[i] + len(self.raw[i]) == self.start[i + 1]


def tokens_of(text: str) -> Tokens:
    """Tokens of a text that :func:`visible` has cleaned."""
    text = _ANSWER_END.sub("\n", _ANSWER_TAG.sub("\nfinal answer: ", text))
    text = _NO_DOUBT.sub("surely", _CONTROL_TAG.sub(" ", text)).translate(_APOSTROPHES | _DECORATION)
    raw, start = [], []
    for match in _TOKEN.finditer(text):
        raw.append(match.group())
        start.append(match.start())
    return Tokens(raw, [token.casefold() for token in raw], start)


@dataclass(frozen=True)
class Sentences:
    """The sentence and the clause of each token of a text.

    ``questions`` are the sentences that end in a question mark; ``negations`` the first and last negating token by
    clause; ``conditions`` the first "if" by sentence.
    """

    sentence: list[int]
    clause: list[int]
    questions: frozenset[int]
    negations: dict[int, tuple[int, int]]
    conditions: dict[int, int]

    def negated(self, i: int) -> bool:
        """Whether the clause of token ``i`` holds a negation that is not the token itself."""
        ends = self.negations.get(self.clause[i])
        return ends is not None and ends != (i, i)

    def denied_before(self, i: int) -> bool:
        """Whether a negation stands before token ``i`` in its clause."""
        ends = self.negations.get(self.clause[i])
        return ends is not None and ends[0] < i

    def supposed(self, i: int) -> bool:
        """Whether token ``i`` stands in a question or behind an "if"."""
        sentence = self.sentence[i]
        return sentence in self.questions or self.conditions.get(sentence, i) < i


def negates(low: str) -> bool:
    """Whether a case-folded token denies what stands near it."""
    return low in _NEGATIONS or low.endswith("n't")


def sentences_of(tokens: Tokens, quoted: Collection[int]) -> Sentences:
    """Sentences and clauses. ``quoted`` tokens, the options' own words, neither end, ask nor deny anything."""
    sentences, clauses = [], []
    sentence = clause = 0
    questions: set[int] = set()
    negations: dict[int, tuple[int, int]] = {}
    conditions: dict[int, int] = {}
    for i, word in enumerate(tokens.low):
        is_quoted = i in quoted
        if word in _CLAUSE_STARTS and not is_quoted:
            clause += 1
        sentences.append(sentence)
        clauses.append(clause)
        if is_quoted:
            continue
        if negates(word):
            negations[clause] = (negations.get(clause, (i, i))[0], i)
        if word in _CONDITIONS:
            conditions.setdefault(sentence, i)
        if word in _CLAUSE_ENDS:
            clause += 1
        elif word in _SENTENCE_ENDS:
            if word == "." and tokens.touch(i) and tokens.is_word(i + 1):
                continue  # 3.5, U.S., "B.female": no end of a sentence
            if word == "?":
                questions.add(sentence)
            sentence += 1
            clause += 1
    return Sentences(sentences, clauses, frozenset(questions), negations, conditions)
