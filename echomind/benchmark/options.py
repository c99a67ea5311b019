"""Options of a question, and its right one, however they are written down; anything ambiguous is refused, not guessed.

The official field is ``options_text``, a text such as ``"A. male\\nB. female"``; how the answer key is written is not
documented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import ascii_uppercase as LETTERS
from typing import Any

from echomind.benchmark.fields import MAX_TEXT, SURROGATE, shown
from echomind.errors import DataError

_LINE = re.compile(r"\s*[(\[]?([A-Za-z])\s?[.)\]:]\s*(.*)", re.DOTALL)
_FIRST = re.compile(r"\s*([(\[]?)([Aa])([.)\]:])")
_LETTER = re.compile(r"(?:option\s*)?[(\[]?([a-z])[)\].:]*", re.IGNORECASE)


def options_text(options: Mapping[str, str]) -> str:
    """Options in the official form, one a line: ``"A. male\\nB. female"``. ``parse_options`` reads it back."""
    return "\n".join(f"{letter}. {text}" for letter, text in options.items())


def parse_options(value: Any) -> dict[str, str]:
    """Options by capital letter, in order.

    Read: a text with a marker a line (``A.``, ``A)``, ``(A)``, ``A:``; a line without one continues the option above)
    or all in one line (``"(A) x (B) y"``, ``"A) x; B) y"``), a list of texts, an object by letter. Raises ``DataError``
    with what was found and expected unless there are 2 to 26 options that are not empty, lettered from A without a gap.
    """
    if isinstance(value, str):
        pairs = _from_text(value)
    elif isinstance(value, list):
        pairs = _from_list(value)
    elif isinstance(value, dict):
        pairs = _from_object(value)
    else:
        raise DataError(f"found {shown(value)}, expected a text, a list or an object of options")
    letters = [letter for letter, _ in pairs]
    if not 2 <= len(letters) <= len(LETTERS) or "".join(letters) != LETTERS[: len(letters)]:
        found = " ".join(letters) or "no option"
        raise DataError(
            f"found {shown(value)} ({found}), expected at least two options lettered A, B, ... without a gap"
        )
    for letter, text in pairs:
        if not text:
            raise DataError(f"found option {letter} empty, expected a text")
        if len(text) > MAX_TEXT or SURROGATE.search(text):
            raise DataError(f"found {shown(text)} as option {letter}, expected a text of at most {MAX_TEXT} characters")
    return dict(pairs)


def _from_text(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for line in text.split("\n"):
        marked = _LINE.fullmatch(line)
        if marked:
            pairs.append((marked[1].upper(), marked[2].strip()))
        elif pairs and line.strip():
            letter, start = pairs[-1]
            pairs[-1] = (letter, f"{start} {line.strip()}".strip())
        elif line.strip():
            return []
    return pairs if len(pairs) > 1 else _from_one_line(text)


def _from_one_line(text: str) -> list[tuple[str, str]]:
    """Options that follow each other in a line: every marker has the form of the first, ``(A)``, ``A)``, ``a.``"""
    first = _FIRST.match(text)
    if first is None:
        return []
    letter = "[A-Z]" if first[2] == "A" else "[a-z]"
    marker = re.compile(rf"(?:^|(?<=[\s;,|/])){re.escape(first[1])}({letter}){re.escape(first[3])}")
    places = list(marker.finditer(text))
    ends = [*(place.start() for place in places[1:]), len(text)]
    return [
        (place[1].upper(), text[place.end() : end].strip().rstrip(";,|/").rstrip())
        for place, end in zip(places, ends, strict=True)
    ]


def _from_list(values: Sequence[Any]) -> list[tuple[str, str]]:
    if not all(isinstance(value, str) for value in values):
        wrong = next(value for value in values if not isinstance(value, str))
        raise DataError(f"found {shown(wrong)} among the options, expected texts")
    marked = [_LINE.fullmatch(value) for value in values]
    pairs = [(m[1].upper(), m[2].strip()) for m in marked if m]
    if [letter for letter, _ in pairs] == list(LETTERS[: len(values)]):
        return pairs
    if len(values) > len(LETTERS):
        raise DataError(f"found {len(values)} options, expected at most {len(LETTERS)}")
    return list(zip(LETTERS, (value.strip() for value in values), strict=False))


def _from_object(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = []
    for key, value in values.items():
        letter = _LETTER.fullmatch(key.strip())
        if letter is None or not isinstance(value, str):
            raise DataError(f"found {shown(key)}: {shown(value)} among the options, expected a letter and a text")
        pairs.append((letter[1].upper(), value.strip()))
    return sorted(pairs)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def letter_of(answer: Any, options: Mapping[str, str]) -> str:
    """The option that an answer key means: ``"B"``, ``"B."``, ``"(b)"``, ``"B. female"`` or ``"female"`` -> ``"B"``.

    Raises ``DataError`` with what was found and expected when it fits no option, or more than one.
    """
    fits: set[str] = set()
    if isinstance(answer, str):
        whole, marked = _LETTER.fullmatch(answer.strip()), _LINE.fullmatch(answer)
        if whole and whole[1].upper() in options:
            fits.add(whole[1].upper())
        if marked and marked[2] and _folded(options.get(marked[1].upper(), "")) == _folded(marked[2]):
            fits.add(marked[1].upper())
        fits |= {letter for letter, text in options.items() if _folded(text) == _folded(answer)}
    if len(fits) != 1:
        what = f"which fits {' and '.join(sorted(fits))}" if fits else "which is no option"
        raise DataError(f"found {shown(answer)}, {what}, expected a letter A to {max(options)} or an option's text")
    return fits.pop()
