"""Earlier turns of a conversation, read from JSON: ``[{"user": "...", "reply": "...", "emotion": "..."}, ...]``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from echomind.errors import DataError
from echomind.models.protocol import Turn
from echomind.strict_json import StrictJSONError, loads

MAX_TURNS = 100
MAX_CHARS = 2_000  # of one text; a minute of fast speech has about 1,200
MAX_BYTES = 1_000_000


def read_history(path: Path) -> tuple[Turn, ...]:
    """Turns of a JSON file, oldest first. Raises ``DataError`` with the file, the turn and what was expected."""
    if not path.is_file():
        raise DataError(f"history {path}: no such file; expected a JSON list of turns")
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"history {path}: found {path.stat().st_size} bytes; expected at most {MAX_BYTES}")
    try:
        value = loads(path.read_bytes())
    except StrictJSONError as error:
        raise DataError(f"history {path}: {error}") from error
    return parse_history(value, f"history {path}")


def parse_history(value: Any, where: str = "history") -> tuple[Turn, ...]:
    """Turns of a decoded JSON value; ``user`` is needed, ``reply`` and ``emotion`` may be absent."""
    if not isinstance(value, list):
        raise DataError(
            f"{where}: found {_kind(value)}; expected a list of turns such as " + '[{"user": "...", "reply": "..."}]'
        )
    if len(value) > MAX_TURNS:
        raise DataError(f"{where}: found {len(value)} turns; expected at most {MAX_TURNS}")
    return tuple(_turn(item, f"{where}, turn {number}") for number, item in enumerate(value, 1))


def _turn(item: Any, where: str) -> Turn:
    if not isinstance(item, dict):
        raise DataError(
            f'{where}: found {_kind(item)}; expected an object with "user", "reply" and, if known, "emotion"'
        )
    for key, text in item.items():
        if key not in ("user", "reply", "emotion"):
            raise DataError(f'{where}: found the key {str(key)[:40]!r}; expected "user", "reply" or "emotion"')
        if not isinstance(text, str):
            raise DataError(f"{where}, {key}: found {_kind(text)}; expected text")
        if len(text) > MAX_CHARS:
            raise DataError(f"{where}, {key}: found {len(text)} characters; expected at most {MAX_CHARS}")
    if not item.get("user", "").strip():
        raise DataError(f'{where}: found no "user" text; expected what the speaker said')
    return Turn(item["user"], item.get("reply", ""), item.get("emotion", ""))


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
