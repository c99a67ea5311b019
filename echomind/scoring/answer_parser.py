"""Which option a model meant, from its own words: a letter, or nothing. Never a guess.

The rules, in their order:

1. What cannot be seen is taken away (width, zero-width marks, emphasis, quotes, LaTeX braces), and so is thinking: only
   what follows the last ``</think>`` counts.
2. A JSON object is read by its answer key; the value goes through the same rules.
3. The whole answer is one letter in any dress: ``B``, ``(b)``, ``**B.**``, ``Option B``.
4. Statements decide before anything else: "the answer is ...", "Answer: ...", "B is correct", "答案是...". *Final* ones
   ("final answer", ``<answer>``, ``\\boxed``) make the plain ones before them void. The last that is left has to name
   one option, and no other may name another: two options in statements are ambiguous in any order. Statements in a
   question or behind an "if" do not count; denied ones ("the answer is not A") name no option.
5. The answer begins with a letter set off as a label (``B. female``, ``(B) ...``, ``B because ...``). Other letters
   may be discussed behind it, but not picked.
6. The answer picks a letter ("I'd go with B", "it's B", a letter alone in its clause), mentions no other and does not
   hold the text of another option.
7. The answer holds the text of exactly one option, undenied, and no letter of another. "Yes" and "No" count only where
   they stand as an answer.

In an answer of more than 40 words, 6 and 7 need the first or the last sentence, so that reasoning that was cut off is
not taken for a result. Of more than 20,000 characters the first and the last 10,000 are read.
Options that ask, deny or have several sentences are one quotation: their own words neither deny nor end anything.
A letter directly before the text of another option (``B. male`` where B is "female") is ambiguous. "A" before an
ordinary word is the article. A letter or number that is no label of the question is no answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from echomind.scoring.answer_letters import Letters
from echomind.scoring.answer_options import Occurrence, OptionTexts
from echomind.scoring.answer_text import (
    Tokens,
    json_answers,
    negates,
    sentences_of,
    tokens_of,
    visible,
    without_thinking,
    word_set,
)

Reason = Literal["parsed", "empty", "ambiguous", "unreadable"]


class Answer(NamedTuple):
    """The letter of the option meant, or ``None`` with the reason why there is none."""

    letter: str | None
    reason: Reason


class _Statement(NamedTuple):
    """An explicit statement: the option it names, ``None`` for none or several; ``about`` says it speaks of options."""

    final: bool
    letter: str | None
    about: bool = True


LONG_ANSWER = 40  # words
_MARKERS = word_set("answer option choice letter selection pick guess")
_QUALIFIERS = word_set("correct right best final my suitable appropriate accurate likely fitting selected chosen")
_BARE_MARKERS = word_set("boxed fbox 选 案")  # need no "is"; 案 ends 答案, "answer"
_CONNECTORS = word_set("is was be : = - — 是 为")
_FILLERS = word_set(
    "is was be would should must will could may might most likely probably definitely clearly surely certainly simply "
    "actually indeed therefore thus option choice letter answer final the that correct right best text mathrm textbf "
    "mathbf : = - — , ( ) [ ] 是 为 应 该 选 项 择 答 案"
)
_OPEN = word_set("none neither either between both all unknown unclear uncertain undetermined")
_DRESS = word_set("option choice letter answer final my boxed text mathrm textbf mathbf 选 项 择 答 案")
_REASONS = word_set("because since as due based given for")
_BEFORE_PICK = word_set(
    "is be it's that's choose chose choosing chosen pick picking select selecting selected say guess think believe "
    "like so thus therefore hence towards toward"
)
_BEFORE_WITH = {"with": word_set("go going went"), "for": word_set("opt vote go going")}
_SKIPPED_BEFORE_PICK = word_set(
    "option choice letter answer the most likely probably maybe perhaps possibly definitely clearly certainly ( ["
)
_PICK_VERBS = word_set("is was seems appears looks sounds would must should fits")
_GOOD = word_set("correct right answer best choice accurate suitable appropriate likely")


class _Reading:
    """One answer read against one question's options."""

    def __init__(self, tokens: Tokens, texts: OptionTexts) -> None:
        self.tokens = tokens
        self.texts = texts
        self.letters = Letters(tokens, texts)
        self.found = texts.occurrences(tokens)
        self.quoted = {i for o in self.found for i in range(o.first, o.end + 1)}
        self.phrases = {o.first for o in self.found if o.first != o.last}
        self.mentions = self.letters.mentions(self.quoted)
        self.sentences = sentences_of(tokens, self.quoted)
        self.words = [i for i in range(len(tokens)) if tokens.is_word(i)]

    def answer(self) -> Answer:
        """The verdict of rules 3 to 7."""
        if letter := self._whole():
            return Answer(letter, "parsed")
        statements = list(self._statements())
        letter = _decided(statements) if statements else (self._leading() or self._picked() or self._texts())
        if letter is not None:
            return Answer(letter, "parsed")
        spoken_of = self.mentions or self.found or any(statement.about for statement in statements)
        return Answer(None, "ambiguous" if spoken_of else "unreadable")

    def _whole(self) -> str | None:
        bare = [i for i in self.words[:8] if self.tokens.low[i] not in _DRESS]
        letters = {self.letters.label(i, announced=True) for i in bare}
        return letters.pop() if len(letters) == 1 and len(self.words) <= 8 else None

    def _statements(self) -> Iterator[_Statement]:
        """Every explicit statement, in the order of the text (rule 4)."""
        s = self.sentences
        for i, word in enumerate(self.tokens.low):
            if i in self.quoted:
                continue
            if word in _MARKERS or word in _BARE_MARKERS:
                start = self._content(i)
                if start is not None and not s.supposed(start):
                    denied = s.denied_before(i) or (s.clause[i] == s.clause[start] and s.denied_before(start))
                    yield from self._said(start, self._is_final(i), denied)
            elif word in self.texts.labels and (letter := self.letters.label(i)) and self._called_right(i):
                yield _Statement(False, letter)

    def _is_final(self, marker: int) -> bool:
        low = self.tokens.low
        return low[marker] in ("boxed", "fbox") or "final" in low[max(0, marker - 3) : marker]

    def _content(self, marker: int) -> int | None:
        """Where what a marker announces begins; ``None`` where it announces nothing ("the answer depends")."""
        t, sentence = self.tokens, self.sentences.sentence
        i = marker + 1
        if t.low[marker] not in _BARE_MARKERS:
            plain = t.low[marker] == "answer" or (marker and t.low[marker - 1] in _QUALIFIERS)
            stop = min(len(t), marker + (9 if plain else 2))
            while i < stop and t.low[i] not in _CONNECTORS:
                if t.low[i] == ";" or sentence[i] != sentence[marker]:
                    return None
                if t.low[i] == "\n" and i == marker + 1:
                    break
                i += 1
            if i >= stop or not (plain or t.low[i] in (":", "=")):
                return None
        stop = min(len(t), marker + 24)
        while i < stop and i not in self.phrases and (t.low[i] in _FILLERS or t.low[i] == "\n"):
            i += 1
        return i if i < stop else None

    def _said(self, start: int, final: bool, denied: bool) -> Iterator[_Statement]:
        """The statement whose content begins at token ``start``, if it says anything about the options."""
        t = self.tokens
        if denied:
            yield _Statement(final, None, about=False)
        elif letter := self.letters.label(start, announced=True):
            yield _Statement(final, self.letters.settled(start, letter))
        else:
            begins = self.texts.beginning(t, start)
            named = [] if begins is None or begins.goes_on else [begins]
            rest = [o for o in self._found_from(start) if not named or o.first != named[0].first]
            labels = {label for occurrence in (*named, *rest) for label in occurrence.labels}
            other_letter = len(t.raw[start]) == 1 and (t.raw[start].isdigit() or t.raw[start] in "BCDEFGH")
            if len(labels) == 1 and not any(map(self._denied, rest)):
                yield _Statement(final, labels.pop())
            elif labels or other_letter or negates(t.low[start]) or t.low[start] in _OPEN:
                yield _Statement(final, None, about=bool(labels))

    def _found_from(self, start: int) -> Iterator[Occurrence]:
        """Option texts of the sentence from token ``start`` on, at most 40 tokens far."""
        sentence = self.sentences.sentence[start]
        for k in range(bisect_left(self.found, start, key=lambda o: o.first), len(self.found)):
            occurrence = self.found[k]
            if occurrence.first > start + LONG_ANSWER or self.sentences.sentence[occurrence.first] != sentence:
                return
            yield occurrence

    def _called_right(self, i: int) -> bool:
        """Whether the label at ``i`` is called right: "B is correct", "(B) seems the best choice"."""
        t = self.tokens
        j = self.letters.behind(i)
        if j >= len(t) or t.low[j] not in _PICK_VERBS or self.sentences.negated(i) or self.sentences.supposed(i):
            return False
        clause = self.sentences.clause
        return any(t.low[k] in _GOOD and clause[k] == clause[j] for k in range(j + 1, min(len(t), j + 6)))

    def _leading(self) -> str | None:
        """Rule 5."""
        t = self.tokens
        i = next((i for i in self.words[:3] if t.low[i] not in _DRESS), None)
        letter = self.letters.label(i) if i is not None else None
        if i is None or letter is None or self.sentences.supposed(i):
            return None
        behind = self.letters.behind(i)
        text = self.texts.beginning(t, i + 1)
        set_off = not t.is_word(behind) or t.low[behind] in _REASONS or (text is not None and letter in text.labels)
        if not set_off or {label for _, label in self._picks()} - {letter}:
            return None
        return self.letters.settled(i, letter)

    def _picks(self) -> list[tuple[int, str]]:
        return [(i, label) for i, label in self.mentions if self._is_pick(i, label)]

    def _is_pick(self, i: int, label: str) -> bool:
        t = self.tokens
        if self.sentences.supposed(i) or self.sentences.negated(i) or self.letters.settled(i, label) is None:
            return False
        if i and t.low[i - 1] in "([" and self.letters.behind(i) == i + 2:
            return True
        before = i - 1
        while before >= max(0, i - 6) and t.low[before] in _SKIPPED_BEFORE_PICK:
            before -= 1
        if not t.is_word(before):
            return not t.is_word(self.letters.behind(i))
        word = t.low[before]
        return word in _BEFORE_PICK or (before > 0 and t.low[before - 1] in _BEFORE_WITH.get(word, ()))

    def _picked(self) -> str | None:
        """Rule 6."""
        if len({label for _, label in self.mentions}) != 1:
            return None
        picks = [(i, label) for i, label in self._picks() if self._tells(i)]
        if not picks or any(o.labels != {picks[0][1]} for o in self.found if not self._denied(o)):
            return None
        return picks[0][1]

    def _texts(self) -> str | None:
        """Rule 7."""
        labels = {label for occurrence in self.found for label in occurrence.labels}
        if len(labels) != 1 or {label for _, label in self.mentions} - labels:
            return None
        clear = not any(self._denied(o) or self.sentences.supposed(o.first) for o in self.found)
        return labels.pop() if clear and any(self._tells(o.first) for o in self.found) else None

    def _denied(self, text: Occurrence) -> bool:
        """Whether an option's text stands in a clause that denies it; "no" as an answer is no denial of itself."""
        return not text.everyday and self.sentences.negated(text.first)

    def _tells(self, i: int) -> bool:
        """Whether token ``i`` of a long answer is in its first or last sentence."""
        sentence = self.sentences.sentence
        ends = (sentence[self.words[0]], sentence[self.words[-1]])
        return len(self.words) <= LONG_ANSWER or sentence[i] in ends


def _decided(statements: list[_Statement]) -> str | None:
    first_final = next((k for k, statement in enumerate(statements) if statement.final), 0)
    kept = statements[first_final:]
    letters = {statement.letter for statement in kept if statement.letter}
    return kept[-1].letter if len(letters) == 1 else None


@lru_cache(maxsize=1024)  # questions of a type often share their options
def _option_texts(options: tuple[tuple[str, str], ...]) -> OptionTexts:
    return OptionTexts(dict(options))


def classify_answer(text: str, options: Mapping[str, str]) -> Answer:
    """The letter of the option meant and ``"parsed"``, or ``None`` with ``empty``, ``ambiguous`` or ``unreadable``.

    ``options`` maps letters to texts. Any text is taken; time is linear in its length.
    """
    if not visible(text):
        return Answer(None, "empty")
    rest = visible(without_thinking(text))
    values = json_answers(rest)
    if values:
        found = {classify_answer(value, options) for value in values}
        return found.pop() if len(found) == 1 else Answer(None, "ambiguous")
    return _Reading(tokens_of(rest), _option_texts(tuple(options.items()))).answer()


def parse_answer(text: str, options: Mapping[str, str]) -> str | None:
    """The letter of the option meant, or ``None`` when empty, ambiguous, refused or unreadable."""
    return classify_answer(text, options).letter
