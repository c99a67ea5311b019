"""What a judge said, read strictly: whole numbers from 1 to 5 under the keys asked for, or no marks at all."""

from __future__ import annotations

import json
from typing import Any

from echomind.scoring.judge_prompts import Rubric

LOWEST, HIGHEST = 1, 5


class Unreadable(Exception):
    """An answer that gives no marks; says why in words that quote nothing of it."""


def read_marks(text: str, rubric: Rubric) -> dict[str, int]:
    """The marks by key of the one JSON object in ``text``.

    Words around the object do not matter, nor does a block of thinking before ``</think>``; other fields are ignored.
    Two objects are nobody's answer: one of them may be quoted from what was judged. 0, 6, 3.7, 4.0, "4", true, NaN and
    a key given twice are not marks. Raises ``Unreadable``.
    """
    said = text.rpartition("</think>")[2]
    start = said.find("{")
    if start < 0:
        raise Unreadable("it held no JSON object")
    try:
        found, end = _DECODER.raw_decode(said, start)
    except (ValueError, RecursionError):
        raise Unreadable("its JSON was broken, or held a key twice or a number that is none") from None
    if "{" in said[end:]:
        raise Unreadable("it held more than one JSON object")
    return {key: _mark(found, key) for key in rubric.keys}


def on_grid(mark: int, grid: tuple[int, ...]) -> int:
    """The largest mark of the grid that is not above ``mark``: of 1, 3 and 5 that makes 1 of 2 and 3 of 4."""
    return max(step for step in grid if step <= mark)


def _mark(found: dict[str, Any], key: str) -> int:
    if key not in found:
        raise Unreadable(f"the mark {key} was missing")
    mark = found[key]
    if type(mark) is not int or not LOWEST <= mark <= HIGHEST:
        raise Unreadable(f"the mark {key} was no whole number from {LOWEST} to {HIGHEST}")
    return mark


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
