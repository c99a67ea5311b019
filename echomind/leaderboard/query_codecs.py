"""States as short readable query strings and back: each field a parameter, and only what differs from the default.

What comes back from an address was written by anybody. A parameter that is unknown, or says what is not possible (any
more), leaves its field as it is in the default and adds a note that names it; nothing is ever an error. Notes are text.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode

from echomind.leaderboard.records import visible
from echomind.words import joined, t

S = TypeVar("S")
V = TypeVar("V")
LONGEST = 16_000  # characters of an address that are looked at
MOST_FIELDS = 400
_SHOWN = 60  # characters of what was found
_MOST_NOTES = 6
_UNKNOWN = t("is not known here and was left out")
_GONE = t("does not exist any more and was left out")
# What the app's frame and its host put into addresses; none of it is ours, and all of it is kept.
_FOREIGN = frozenset({"view", "deep_link", "logs", "embed", "login"})


class Kind(Protocol[V]):
    """How a value is written as texts and read from them; ``read`` gives the value and the texts it had no use for."""

    def write(self, value: V) -> list[str]:
        """The value as texts, one a parameter."""
        ...

    def read(self, given: list[str]) -> tuple[V | None, list[str]]:
        """The value, ``None`` where there is none, and what was refused."""
        ...


@dataclasses.dataclass(frozen=True)
class Flag:
    """Yes or no as 1 or 0."""

    def write(self, value: bool) -> list[str]:
        """``1`` or ``0``."""
        return ["1" if value else "0"]

    def read(self, given: list[str]) -> tuple[bool | None, list[str]]:
        """The last one counts."""
        return (given[-1] == "1", []) if given[-1] in ("0", "1") else (None, given[-1:])


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of ``valid``, ``None``: any."""

    valid: Collection[str] | None = None

    def write(self, value: str) -> list[str]:
        """The choice itself."""
        return [value]

    def read(self, given: list[str]) -> tuple[str | None, list[str]]:
        """The last one counts."""
        return (given[-1], []) if self.valid is None or given[-1] in self.valid else (None, given[-1:])


@dataclasses.dataclass(frozen=True)
class Words:
    """Free text up to ``longest`` characters."""

    longest: int

    def write(self, value: str) -> list[str]:
        """The text itself."""
        return [value]

    def read(self, given: list[str]) -> tuple[str | None, list[str]]:
        """The last one counts."""
        return (given[-1], []) if len(given[-1]) <= self.longest else (None, given[-1:])


@dataclasses.dataclass(frozen=True)
class Choices:
    """Several of ``valid`` (``None``: any), at most ``most``: ``joined`` by commas, or each a parameter of its own."""

    valid: Collection[str] | None = None
    most: int = 200
    joined: bool = True

    def write(self, value: tuple[str, ...]) -> list[str]:
        """Texts of the choices, in their order; none is written as an empty text."""
        return [",".join(value)] if self.joined else list(value)

    def read(self, given: list[str]) -> tuple[tuple[str, ...] | None, list[str]]:
        """All that are valid, each once."""
        asked = [part for text in given for part in text.split(",") if part] if self.joined else given
        once = list(dict.fromkeys(asked))
        good = [part for part in once if self.valid is None or part in self.valid]
        refused = [part for part in once if part not in frozenset(good)] + good[self.most :]
        return (tuple(good[: self.most]) if good or not refused else None), refused


@dataclasses.dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def write(self, value: int) -> list[str]:
        """Its digits."""
        return [str(value)]

    def read(self, given: list[str]) -> tuple[int | None, list[str]]:
        """The last one counts."""
        text = given[-1]
        plain = text.isascii() and text.isdigit() and len(text) <= 9
        return (int(text), []) if plain and self.low <= int(text) <= self.high else (None, [text])


@dataclasses.dataclass(frozen=True)
class Span:
    """A range of numbers from 0 to ``largest`` with open ends: ``1..7.5``, ``..7``, ``7..``."""

    largest: float

    def write(self, value: tuple[float | None, float | None]) -> list[str]:
        """The two ends with two dots between."""
        return ["..".join("" if end is None else repr(float(end)).removesuffix(".0") for end in value)]

    def read(self, given: list[str]) -> tuple[tuple[float | None, float | None] | None, list[str]]:
        """The last one counts."""
        parts = given[-1].split("..")
        try:
            low, high = (None if part == "" else float(part) for part in parts)
        except ValueError:
            return None, given[-1:]
        ends = [end for end in (low, high) if end is not None]
        good = all(math.isfinite(end) and 0 <= end <= self.largest for end in ends) and ends == sorted(ends)
        return ((low, high), []) if good else (None, given[-1:])


@dataclasses.dataclass(frozen=True)
class Parameter(Generic[S, V]):
    """A parameter ``name`` that holds what ``get`` takes out of a state and ``put`` puts in.

    ``gone``: what it does not know was there once, as filters and rows were, rather than never.
    """

    name: str
    kind: Kind[V]
    get: Callable[[S], V]
    put: Callable[[S, V], S]
    gone: bool = False


def of_field(name: str, field: str, kind: Kind[Any], gone: bool = False) -> Parameter[Any, Any]:
    """The parameter that holds one field of a dataclass."""

    def put(state: Any, value: Any) -> Any:
        return dataclasses.replace(state, **{field: value})

    return Parameter(name, kind, lambda state: getattr(state, field), put, gone)


@dataclasses.dataclass(frozen=True)
class Codec(Generic[S]):
    """How states of one type are written and read. ``also`` are parameters that somebody else has read already."""

    parameters: tuple[Parameter[S, Any], ...]
    also: frozenset[str] = frozenset()

    def pairs(self, state: S, default: S) -> list[tuple[str, str]]:
        """Name and text of every parameter in which the two differ."""
        return [
            (parameter.name, text)
            for parameter in self.parameters
            if (value := parameter.get(state)) != parameter.get(default)
            for text in parameter.kind.write(value) or [""]
        ]

    def read(self, fields: dict[str, list[str]], default: S) -> tuple[S, list[str]]:
        """The state that ``fields`` ask for, and a note for each thing in them that is not possible."""
        state, notes = default, []
        for parameter in self.parameters:
            if parameter.name not in fields:
                continue
            value, refused = parameter.kind.read(fields[parameter.name])
            if value is not None:
                state = parameter.put(state, value)
            notes += [left_out(parameter.name, text, parameter.gone) for text in refused]
        known = {parameter.name for parameter in self.parameters} | self.also
        notes += [left_out(name, texts[-1]) for name, texts in fields.items() if name not in known]
        return state, notes


def left_out(name: str, text: str, gone: bool = False) -> str:
    """The note about a parameter that was not used."""
    said = visible(f"{name}={text}")
    short = said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"
    return t("“{short}” {why}", short=short, why=_GONE if gone else _UNKNOWN)


def fields_of(query: str) -> dict[str, list[str]]:
    """The texts of each parameter of a query, with or without its question mark; foreign ones are left out."""
    try:
        pairs = parse_qsl(query[:LONGEST].removeprefix("?"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:  # more fields than that were never written here
        pairs = []
    fields: dict[str, list[str]] = {}
    for name, text in pairs:
        if not name.startswith("__") and name not in _FOREIGN:
            fields.setdefault(name, []).append(text)
    return fields


def written(pairs: Iterable[tuple[str, str]]) -> str:
    """Name and text of parameters as a query without its question mark; what reads well stays as it is."""
    return urlencode(list(pairs), safe=",.:/~", errors="replace")


def told(notes: list[str]) -> str:
    """Notes as one line for readers; "" where there are none."""
    if not notes:
        return ""
    more = t("; and {n} more", n=len(notes) - _MOST_NOTES) if len(notes) > _MOST_NOTES else ""
    return t("Of this link, {join}{more}.", join=joined(t("; "), notes[:_MOST_NOTES]), more=more)
