"""From a score report to the record of a board."""

from __future__ import annotations

from echomind.errors import ResultsError
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.records import Interval, ModelInfo, Protocol, Provenance, Record
from echomind.models.answering import PROMPT_CONDITIONS
from echomind.models.evaluation.official_files import SYSTEM_PROMPT
from echomind.scoring.report import Cell, Cells, ScoreReport

# Two decimals more than a table shows, so that nothing is rounded twice visibly, and few enough to read in a diff.
DECIMALS = 4
_AXES = ("question_type", "attribute", "style")
# The conditions by their own names and by those that prediction files have from the official runner.
_CONDITION = {condition: condition for condition in PROMPT_CONDITIONS} | {
    official: condition for condition, official in SYSTEM_PROMPT.items()
}


def _check(report: ScoreReport, board: str, protocol: Protocol) -> None:
    """Raise ``ResultsError`` where the report was not made for this board and by this protocol."""
    pairs = [
        ("set", report.set_id, board),
        ("scorer", report.scorer, protocol.scorer),
        ("voice", report.voice, protocol.voice),
    ]
    if report.prompt in _CONDITION and protocol.prompt in PROMPT_CONDITIONS:
        pairs.append(("prompt", _CONDITION[report.prompt], protocol.prompt))
    for what, found, expected in pairs:
        if found != expected:
            raise ResultsError(f"found a report with the {what} {found!r}, expected {expected!r} for the board {board}")


def _rounded(cell: Cell) -> Interval:
    low, high = (None if end is None else round(end, DECIMALS) for end in (cell.low, cell.high))
    return Interval(value=round(cell.value, DECIMALS), low=low, high=high, n=cell.n, failed=cell.failed)


def _shown(cells: Cells, metrics: tuple[str, ...]) -> dict[str, Interval]:
    return {metric: _rounded(cell) for metric, cell in cells.items() if metric in metrics}


def record_of(
    report: ScoreReport, *, board: str, model: ModelInfo, protocol: Protocol, provenance: Provenance
) -> Record:
    """The record of ``report`` on ``board``: its levels and the measures beyond them, as far as the board shows them.

    Values and intervals are rounded half to even to ``DECIMALS`` decimals; n and failures are kept. Metrics that the
    board has no column for are left out, as are the chance baselines, which are nobody's score. Raises ``ResultsError``
    where set, scorer, voice or prompt of the report are not those of board and protocol, and where the board shows none
    of its metrics.
    """
    metrics = get_board(board).metrics
    _check(report, board, protocol)
    whole = {metric: cell for cells in report.level.values() for metric, cell in _shown(cells, metrics).items()}
    for part in ("style", "chain"):
        whole |= _shown(report.beyond.get(part, {}), metrics)
    if not whole:
        raise ResultsError(f"found a report of {', '.join(report.metrics) or 'nothing'}, expected metrics of {board}")
    ordered = {metric: whole[metric] for metric in metrics if metric in whole}
    parts = {axis: {p: _shown(c, metrics) for p, c in sorted(getattr(report, axis).items())} for axis in _AXES}
    return Record.model_validate(
        {
            "schema": 1,
            "board": board,
            "model": model,
            "protocol": protocol,
            "provenance": provenance,
            "scores": {metric: cell.value for metric, cell in ordered.items()},
            "intervals": {
                metric: (cell.low, cell.high)
                for metric, cell in ordered.items()
                if cell.low is not None and cell.high is not None
            },
            "n": {metric: cell.n for metric, cell in ordered.items()},
            "breakdown": {
                axis: {part: cells for part, cells in found.items() if cells} for axis, found in parts.items()
            },
        }
    )
