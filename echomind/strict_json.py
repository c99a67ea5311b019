"""JSON as written, or a clear refusal: what Python's own reader lets through is refused here.

Refused: bytes that are not UTF-8, a byte order mark, ``NaN`` and ``Infinity``, a key given twice in one object, and
nesting deep enough to exhaust the reader. Each is legal for ``json.loads`` and each has corrupted a leaderboard.
"""

from __future__ import annotations

import json
from typing import Any

from echomind.errors import EchoMindError


class StrictJSONError(EchoMindError):
    """The text is not JSON, or is JSON that different readers would understand differently."""


def _refuse_constant(name: str) -> Any:
    raise StrictJSONError(f"found {name}, expected a number: JSON has no NaN or Infinity")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise StrictJSONError(f"found the key {key!r} twice in one object, expected each key once")
        seen[key] = value
    return seen


def decode(data: bytes) -> str:
    """UTF-8 text of ``data``; ``StrictJSONError`` names the byte that is not UTF-8, or a byte order mark."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJSONError(f"found byte 0x{data[error.start]:02x} at {error.start}, expected UTF-8 text") from None
    if text.startswith("\ufeff"):
        raise StrictJSONError("found a byte order mark, expected plain UTF-8")
    return text


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates)


def loads(data: bytes | str) -> Any:
    """The value of one strict JSON document.

    Raises ``StrictJSONError`` with one line: what was found (line and column for syntax errors) and what was expected.
    """
    text = decode(data) if isinstance(data, bytes) else data
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise _refusal(error) from None


def value_at(text: str, at: int) -> tuple[Any, int]:
    """The strict JSON value that begins at ``text[at]``, and where it ends. Raises ``StrictJSONError`` as ``loads``."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        raise _refusal(error) from None


def _refusal(error: ValueError | RecursionError) -> StrictJSONError:
    if isinstance(error, json.JSONDecodeError):
        return StrictJSONError(f"line {error.lineno}, column {error.colno}: {error.msg}, expected valid JSON")
    if isinstance(error, RecursionError):
        return StrictJSONError("found arrays or objects nested too deeply, expected a flat document")
    # all else is an integer of more digits than Python converts
    return StrictJSONError("found a number of too many digits to be read, expected an ordinary number")
