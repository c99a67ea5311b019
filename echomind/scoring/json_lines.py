"""JSON Lines from outside, one object a line: every fault noted with its place, and the other lines read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from echomind import strict_json
from echomind.benchmark.fields import SURROGATE, shown
from echomind.errors import DataError
from echomind.scoring.problems import Problem, Problems

MAX_BYTES = 64 * 2**20  # a file
MAX_LINES = 100_000
MAX_LINE = 260_000  # characters; thirteen texts of the longest that is taken anywhere
SHOWN_PROBLEMS = 20  # lines of one error; the rest is counted


@dataclass(frozen=True)
class Line:
    """One object of a file and where it is."""

    file: str
    number: int
    value: dict[str, Any]

    def problem(self, field: str, found: str, expected: str, item: str = "") -> Problem:
        """A fault of this line."""
        return Problem(self.file, f"line {self.number}", item, field, found, expected)

    def text(self, field: str, problems: Problems, limit: int, item: str = "") -> str | None:
        """A text; ``None`` with a problem noted where it is missing, of another type, too long or not writable."""
        value = self.value.get(field)
        if not isinstance(value, str):
            found, expected = (shown(value) if field in self.value else "no such field"), "text"
        elif len(value) > limit:
            found, expected = f"{len(value)} characters", f"at most {limit}"
        elif SURROGATE.search(value):
            found, expected = "half a character", "whole characters"
        else:
            return value
        problems.add(self.problem(field, found, expected, item))
        return None


def read_lines(path: Path, name: str, problems: Problems) -> list[Line]:
    """The objects of a file; ``name`` is what messages call it. Empty lines are skipped, anything else is a problem."""
    here = Problem(name, expected="a file in JSON Lines")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        problems.add(replace(here, found=f"a file that cannot be read ({error.strerror})"))
        return []
    if len(data) > MAX_BYTES:
        problems.add(replace(here, found=f"more than {MAX_BYTES} bytes"))
        return []
    if not data.strip():
        problems.add(replace(here, found="an empty file"))
        return []
    try:
        text = strict_json.decode(data)
    except strict_json.StrictJSONError as error:
        problems.add(here.because_of(error))
        return []
    if (count := text.count("\n")) > MAX_LINES:
        problems.add(replace(here, found=f"{count} lines", expected=f"at most {MAX_LINES}"))
        return []
    found = (_line(name, number, line, problems) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    return [line for line in found if line is not None]


def _line(name: str, number: int, text: str, problems: Problems) -> Line | None:
    here = Problem(name, f"line {number}")
    if len(text) > MAX_LINE:
        problems.add(replace(here, found=f"a line of {len(text)} characters", expected=f"at most {MAX_LINE}"))
        return None
    try:
        value = strict_json.loads(text)
    except strict_json.StrictJSONError as error:
        told = str(error)
        if told.startswith("line 1, column "):  # the line inside the line says nothing
            column, _, why = told.removeprefix("line 1, ").removesuffix(", expected valid JSON").partition(": ")
            here, told = replace(here, position=f"line {number}, {column}"), f"found {why}, expected valid JSON"
        problems.add(here.because_of(DataError(told)))
        return None
    if not isinstance(value, dict):
        problems.add(replace(here, found=shown(value), expected="an object"))
        return None
    return Line(name, number, value)


def raise_if_any(problems: Problems) -> None:
    """Raise ``DataError`` with one line a problem, at most 20, and the number of the others."""
    if not problems.count:
        return
    lines = [problem.line() for problem in problems.kept[:SHOWN_PROBLEMS]]
    rest = problems.count - len(lines)
    raise DataError("\n".join([*lines, *([f"and {rest} more problem{'s' if rest > 1 else ''}"] if rest else [])]))
