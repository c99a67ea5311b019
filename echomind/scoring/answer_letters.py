"""Where an answer mentions the letter of an option, and whether it is a label, an article or part of a word.

"A" before an ordinary word is the article ("A person is speaking"); "U.S.A." and "A-level" hold no label; small letters
are labels only where they are set off as one ("(b)", "option b", "b) female").
"""

from __future__ import annotations

from collections.abc import Collection

from echomind.scoring.answer_options import OptionTexts
from echomind.scoring.answer_text import Tokens, negates, word_set

_JOINERS = word_set("or and / & , + vs versus 或 和 与 、")
_BETWEEN = _JOINERS | word_set("option choice maybe possibly perhaps also even the ( [ ) ]")
_NOT_AFTER_ARTICLE = word_set(
    "the because since as it it's he she they this that these those and or is was i i'd i'm we you there for with if "
    "but in so would could might may must should not seems appears looks sounds fits based due given which"
)
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")


class Letters:
    """The labels of one question in one answer."""

    def __init__(self, tokens: Tokens, texts: OptionTexts) -> None:
        self.tokens = tokens
        self.texts = texts

    def label(self, i: int, announced: bool = False) -> str | None:
        """The label that token ``i`` is, or ``None``; ``announced`` is behind "the answer is", where "b" will do."""
        t = self.tokens
        label = self.texts.labels.get(t.low[i]) if 0 <= i < len(t) else None
        if label is None:
            return None
        following = t.low[i + 1] if i + 1 < len(t) else ""
        before = t.low[i - 1] if i else "\n"
        if before in _OPENING and following in _CLOSING:
            return label
        if self._is_part(i) or self._is_article(i):
            return None
        named = announced or before in ("option", "choice", "letter")
        numbered = before == "\n" and following in (".", ")", ":")
        return label if named or numbered or not t.raw[i].islower() else None

    def _is_article(self, i: int) -> bool:
        """Whether the token is the word "a" or "I": an ordinary word follows that no article could have."""
        t = self.tokens
        if t.low[i] not in ("a", "i") or not t.is_word(i + 1) or not t.low[i + 1].isascii():
            return False
        another_label = len(t.raw[i + 1]) == 1 and t.low[i + 1] in self.texts.labels
        return t.low[i + 1] not in _NOT_AFTER_ARTICLE and not another_label

    def _is_part(self, i: int) -> bool:
        """Whether the token belongs to an abbreviation ("U.S.A.", "N/A") or a compound ("A-level", "X-B")."""
        t = self.tokens
        if t.touch(i) and t.touch(i + 1) and t.is_word(i + 2):
            if t.low[i + 1] == "." and len(t.raw[i + 2]) == 1:
                return True
            if t.low[i + 1] == "-" and self.texts.beginning(t, i + 2) is None:
                return True
        if not (i >= 2 and t.touch(i - 1) and t.touch(i - 2) and t.is_word(i - 2)):
            return False
        between, word = t.low[i - 1], t.low[i - 2]
        return (
            between == "-" or (between == "." and len(word) == 1) or (between == "/" and word not in self.texts.labels)
        )

    def behind(self, i: int) -> int:
        """The token behind a label and the bracket that closes around it."""
        return i + 2 if i + 1 < len(self.tokens) and self.tokens.low[i + 1] in _CLOSING else i + 1

    def joined(self, i: int) -> bool:
        """Whether the label at ``i`` goes on as "B or C", "B/C", "B and C", "B, C"."""
        t = self.tokens
        j = self.behind(i)
        if j >= len(t) or t.low[j] not in _JOINERS:
            return False
        if t.low[j] in ("or", "或"):
            return True
        stop = min(len(t), j + 5)
        while j < stop and t.low[j] in _BETWEEN:
            j += 1
        other = j < len(t) and len(t.raw[j]) == 1 and t.raw[j].isupper() and t.raw[j] not in "AI"
        return other or self.label(j) is not None

    def dismissed(self, i: int, letter: str) -> bool:
        """Whether the word behind the label denies it ("A: incorrect", not "B, not A" nor an option "B. Not sad")."""
        t = self.tokens
        j, stopped = i + 1, False
        while j < min(len(t), i + 4) and not t.is_word(j) and t.low[j] != "\n":
            stopped = stopped or t.low[j] == "."
            j += 1
        denial = j < len(t) and (t.low[j] in ("wrong", "incorrect") if stopped else negates(t.low[j]))
        if not denial or self.label(j + 1) is not None:
            return False
        text = self.texts.beginning(t, j)
        return text is None or letter not in text.labels

    def settled(self, i: int, letter: str) -> str | None:
        """``letter``, unless its label at ``i`` is joined to another, contradicted by the text behind it, or listed.

        "B. male" contradicts where B is "female"; "A) male B) female" is the list of the question, said back.
        """
        if self.joined(i) or self.dismissed(i, letter):
            return None
        t = self.tokens
        text = self.texts.beginning(t, i + 1)
        if text is None or (text.goes_on and letter not in text.labels):
            return letter
        if letter not in text.labels:
            return None
        j = text.last + 1
        while j < min(len(t), text.last + 5) and not t.is_word(j):
            j += 1
        listed = self.label(j) not in (None, letter) and j + 1 < len(t) and t.low[j + 1] in (".", ")", ":", "]")
        return None if listed else letter

    def mentions(self, quoted: Collection[int]) -> list[tuple[int, str]]:
        """Every label with its token, but not the letters inside ``quoted`` tokens, the options' own words."""
        places = (i for i, word in enumerate(self.tokens.low) if word in self.texts.labels and i not in quoted)
        return [(i, label) for i in places if (label := self.label(i)) is not None]
