"""A score report as lines for a terminal: every number with its 95 % interval, n and failures."""

from __future__ import annotations

from collections.abc import Iterator

from echomind.scoring.chance import CHANCE
from echomind.scoring.report import Cell, Cells, ScoreReport

_AXES = ("question_type", "style", "category", "attribute")
_MAIN = ("understanding_acc", "reasoning_acc")  # of the parts; all other metrics of the parts are in the JSON


def _number(value: float) -> str:
    return f"{value:.2f}"


def cell_text(cell: Cell, chance: Cell | None = None) -> str:
    """Value, interval, n and failures of one score; what guessing gets where that is known."""
    interval = "" if cell.low is None or cell.high is None else f"[{_number(cell.low)}, {_number(cell.high)}]"
    failed = f", {cell.failed:,} failed" if cell.failed else ""
    guess = f", chance {_number(chance.value)}" if chance else ""
    return f"{_number(cell.value):>8}  {interval:<18} n {cell.n:,}{failed}{guess}"


def _plain(text: str) -> str:
    """Text from outside without what a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _rows(cells: Cells, chances: Cells) -> Iterator[str]:
    width = max(map(len, cells), default=0)
    for metric, cell in cells.items():
        yield f"  {metric:<{width}}  {cell_text(cell, chances.get(metric))}"


def _part_rows(axis: str, report: ScoreReport) -> Iterator[str]:
    parts: dict[str, Cells] = getattr(report, axis)
    width = max(map(len, parts), default=0)
    for part, cells in parts.items():
        for metric in _MAIN:
            if metric in cells:
                chances = report.beyond.get(f"{CHANCE}:{part}", {}) if axis == "question_type" else {}
                yield f"  {part:<{width}}  {metric:<17}  {cell_text(cells[metric], chances.get(metric))}"


def readable(report: ScoreReport) -> str:
    """The report as text: levels and measures beyond them in full, of the parts the accuracies alone."""
    named = _plain(report.model) or "unnamed model"
    prompt = f", {_plain(report.prompt)} prompt" if report.prompt else ""
    lines = [
        f"{named}{prompt} on {report.set_id} ({report.voice}), scored by {report.scorer}",
        "value [95 % interval] n; percentages but for marks from 1 to 5",
    ]
    chances = report.beyond.get(CHANCE, {})
    for title, cells in report.level.items():
        lines += ["", title.capitalize(), *_rows(cells, chances)]
    for title in ("style", "chain"):
        if title in report.beyond:
            heading = "Between voices" if title == "style" else "From hearing to replying"
            lines += ["", heading, *_rows(report.beyond[title], chances)]
    for axis in _AXES:
        rows = list(_part_rows(axis, report))
        lines += ["", f"By {axis.replace('_', ' ')}", *rows] if rows else []
    lines += ["", "Answered"]
    lines += [
        f"  {kind}: {found.answered:,} of {found.expected:,}, {found.failed:,} empty"
        for kind, found in report.coverage.items()
    ]
    if report.used:
        lines += ["", "Made with", *(f"  {metric}: {_plain(what)}" for metric, what in report.used.items())]
    if report.absent:
        lines += ["", "Not scored", *(f"  {metric}: {_plain(why)}" for metric, why in report.absent.items())]
    return "\n".join([*lines, ""])
