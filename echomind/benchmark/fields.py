"""Fields of records from outside: found by folded name, checked, and every problem told in one line.

The released data and code spell some names in several ways and misspell others (``prediected_audio_file``,
``ouput_prompt``, ``context_fit_resaon``); case, spaces, dashes and underscores never matter here.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from echomind.errors import DataError

MAX_PROBLEMS = 20  # lines of one error; the rest is counted
MAX_TEXT = 20_000  # characters of one field; a minute of speech has about a thousand
MAX_ID = 200  # characters; ids become file names (255 bytes) with words around them
SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can write half a character; no file or page can
_TYPOS = {"prediected": "predicted", "ouput": "output", "resaon": "reason"}  # of the released code

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 80
_short.maxlist = _short.maxdict = _short.maxtuple = 12


def shown(value: Any) -> str:
    """A value from outside as a piece of one line: control characters escaped, long ones cut in the middle."""
    if isinstance(value, dict):
        return f"an object with the fields {_short.repr(list(value))}" if value else "an empty object"
    if isinstance(value, list):
        return f"an array of {len(value)} values"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return _short.repr(value)


def folded(name: str) -> str:
    """A field name without case, separators and known typos: ``"Correct Answer"`` -> ``"correctanswer"``."""
    return _folded(name[:100])  # no name we know is longer


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", name.casefold())
    for wrong, right in _TYPOS.items():
        plain = plain.replace(wrong, right)
    return plain


@dataclass
class Problems:
    """Everything wrong with a set, collected so that one run shows it all."""

    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, place: str, what: str, message: str) -> None:
        """One line: place, field, and what was found and expected."""
        self.count += 1
        if self.count <= MAX_PROBLEMS:
            self.lines.append(f"{place}: {what}: {message}")

    def raise_if_any(self) -> None:
        """Raise ``DataError`` with one line a problem (at most 20) and the number of the others."""
        rest = self.count - len(self.lines)
        if self.count:
            more = f"and {rest} more problem{'s' if rest > 1 else ''}"
            raise DataError("\n".join(self.lines + [more] * (rest > 0)))


@dataclass(frozen=True)
class Found:
    """A field as it was written, and its value."""

    key: str
    value: Any


def is_blank(value: Any) -> bool:
    """Whether a field is as good as absent: null, empty, or white space alone."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ({}, [])


class Record:
    """One object of a file, with its place for messages.

    Names given to the methods are folded and in order of preference. A field inside an object counts with both names
    joined (``{"answer": {"key": "B"}}`` has ``answer`` and ``answerkey``). ``prefix`` is a word that field names may
    carry in front (``target_response_text`` inside ``target_audio_info``).
    """

    def __init__(self, values: Mapping[str, Any], place: str, problems: Problems, prefix: str = "") -> None:
        self.values, self.place, self._problems, self._prefix = values, place, problems, prefix
        self._by_name: dict[str, Found] = {}
        for key, value in values.items():
            self._by_name.setdefault(self._name(key), Found(key, value))
        for key, value in values.items():
            if isinstance(value, dict):
                for inner, innermost in value.items():
                    self._by_name.setdefault(self._name(key) + self._name(inner), Found(f"{key}.{inner}", innermost))

    def _name(self, key: str) -> str:
        return folded(key).removeprefix(self._prefix)

    def all(self, names: Iterable[str]) -> list[Found]:
        """Every field with one of these names that is not blank."""
        return [f for name in names if (f := self._by_name.get(name)) is not None and not is_blank(f.value)]

    def find(self, names: Iterable[str]) -> Found | None:
        """The first field with one of these names that is not blank."""
        return next(iter(self.all(names)), None)

    def texts(self) -> list[Found]:
        """Every field whose value is a text, in the order of the file."""
        return [found for found in self._by_name.values() if isinstance(found.value, str)]

    def wrong(self, what: str, found: str, expected: str) -> None:
        """Note a problem of this record."""
        self._problems.add(self.place, what, f"found {found}, expected {expected}")

    def refused(self, names: Iterable[str], error: DataError) -> None:
        """Note why the field with one of these names cannot be used; ``error`` says what was found and expected."""
        found = self.find(names)
        self._problems.add(self.place, found.key if found else "record", str(error))

    def missing(self, what: str, expected: str) -> None:
        """Note that a field is absent, with the fields that are there."""
        self.wrong(what, f"only the fields {_short.repr(list(self.values))}", expected)

    def text(self, names: Iterable[str], limit: int = MAX_TEXT) -> str:
        """The first text among these fields, without outer white space; "" where there is none.

        Any other type, a lone surrogate or more than ``limit`` characters is a problem.
        """
        fields = self.all(names)
        for found in fields:
            if isinstance(found.value, str):
                return self._checked(found.key, found.value.strip(), limit)
        if fields:
            self.wrong(fields[0].key, shown(fields[0].value), "text")
        return ""

    def needed(self, names: Iterable[str], what: str, expected: str) -> str:
        """Like ``text``; that there is none is a problem too, told with the fields that are there."""
        names = tuple(names)
        if self.find(names) is None:
            self.missing(what, expected)
        return self.text(names)

    def _checked(self, key: str, text: str, limit: int) -> str:
        if len(text) > limit:
            self.wrong(key, f"{len(text)} characters", f"at most {limit}")
        elif SURROGATE.search(text):
            self.wrong(key, shown(text), "text without lone surrogates")
        else:
            return text
        return ""

    def identifier(self, names: Iterable[str]) -> str:
        """A text or whole number that can name an item, "" with a problem noted when there is none.

        Ids end up in file names, so no separators and nothing unprintable in them.
        """
        names = tuple(names)
        found = self.find(names)
        if found is None:
            self.missing(names[0], "an id")
            return ""
        if isinstance(found.value, int) and not isinstance(found.value, bool):
            return self._checked(found.key, str(found.value), MAX_ID)
        text = self.text(names, MAX_ID)
        if text and (not text.isprintable() or "/" in text or "\\" in text or text in (".", "..")):
            self.wrong(found.key, shown(text), "an id of printable characters without slashes")
            return ""
        return text
