"""What came of checking an upload: everything wrong, everything worth knowing, and the row that it would become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from echomind.errors import EchoMindError
from echomind.scoring.problems import Problem
from echomind.scoring.report import Cell, Coverage

SHOWN = 20  # lines of one error; the rest is counted


@dataclass(frozen=True)
class PreviewMetric:
    """A metric that the row will have. ``n`` items, ``None`` where that is known only when it is scored.

    ``cell`` is its value with its interval where that is quick to compute, the same as the score report will have.
    """

    id: str
    n: int | None = None
    cell: Cell | None = None


@dataclass(frozen=True)
class Preview:
    """The row that an upload would become. ``absent`` says of metrics that it will not have why not.

    ``model`` and ``prompt`` are those of the form, else those that the files name.
    """

    board: str
    model: str
    prompt: str
    voice: str
    set_digest: str
    metrics: tuple[PreviewMetric, ...]
    absent: Mapping[str, str]


@dataclass(frozen=True)
class Check:
    """The answer to an upload. Without ``problems`` it can be accepted; ``warnings`` never stand in its way.

    Both keep the first 1,000 and count the others. ``coverage`` is by level and part (transcripts, understanding,
    reasoning, replies, sound; for HumDial by task and language), ``types`` by question type. ``kept`` has the files
    that accepting would keep, by the names they were sent under, with their sizes in bytes.
    """

    board: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    problem_count: int = 0
    warning_count: int = 0
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    types: Mapping[str, Coverage] = field(default_factory=dict)
    kept: tuple[tuple[str, int], ...] = ()
    preview: Preview | None = None

    @property
    def ok(self) -> bool:
        """Whether it would be accepted as it is."""
        return not self.problem_count

    @property
    def answered(self) -> int:
        """Items that have an answer, empty ones included; sound is part of a reply, no item of its own."""
        return sum(part.answered for name, part in self.coverage.items() if name != "sound")

    @property
    def expected(self) -> int:
        """Items that the board asks for."""
        return sum(part.expected for name, part in self.coverage.items() if name != "sound")

    def lines(self) -> list[str]:
        """Every problem on a line of its own, safe to print, and how many more there are."""
        return _lines(self.problems, self.problem_count, "problem")

    def warning_lines(self) -> list[str]:
        """Every warning on a line of its own, and how many more there are."""
        return _lines(self.warnings, self.warning_count, "warning")

    def document(self) -> dict[str, Any]:
        """All of it as values that JSON knows."""
        preview = None
        if self.preview is not None:
            row = self.preview
            preview = {key: value for key, value in vars(row).items() if key not in ("metrics", "absent")}
            preview["metrics"] = [
                {"id": m.id, "n": m.n, "cell": None if m.cell is None else m.cell.model_dump()} for m in row.metrics
            ]
            preview["absent"] = dict(row.absent)
        return {
            "ok": self.ok,
            "board": self.board,
            "problems": [asdict(problem) for problem in self.problems],
            "warnings": [asdict(warning) for warning in self.warnings],
            "problem_count": self.problem_count,
            "warning_count": self.warning_count,
            "answered": self.answered,
            "expected": self.expected,
            "coverage": {name: part.model_dump() for name, part in self.coverage.items()},
            "types": {name: part.model_dump() for name, part in self.types.items()},
            "kept": [{"sent_as": name, "size": size} for name, size in self.kept],
            "preview": preview,
        }


def _lines(told: Sequence[Problem], count: int, what: str) -> list[str]:
    rest = count - len(told)
    more = [f"and {rest} more {what}{'s' if rest > 1 else ''}"] if rest else []
    return [problem.line() for problem in told] + more


class IntakeError(EchoMindError):
    """An upload is not taken. ``check`` has all problems; the message the first 20, one a line."""

    def __init__(self, check: Check) -> None:
        super().__init__("\n".join(_lines(check.problems[:SHOWN], check.problem_count, "problem")))
        self.check = check
