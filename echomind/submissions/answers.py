"""Checks, receipts and states as plain JSON values for programs: nothing private is in any of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import cast

from echomind.scoring.problems import Problem
from echomind.scoring.report import ScoreReport
from echomind.submissions import schemas
from echomind.submissions.check import Check
from echomind.submissions.model import Receipt, State, Time
from echomind.submissions.service import Status

# Nothing more happens by itself to a submission in one of these: a person has to do something.
DONE: frozenset[State] = frozenset({"failed", "held", "published", "withdrawn"})


def check_answer(check: Check) -> schemas.CheckAnswer:
    """What came of a check."""
    document = check.document() | {"problems": _told(check.problems), "warnings": _told(check.warnings)}
    return cast(schemas.CheckAnswer, document)


def receipt_answer(receipt: Receipt, note: str = "") -> schemas.ReceiptAnswer:
    """What a sender gets; with a ``note`` where the same bytes were received before."""
    return {
        "id": receipt.id,
        "at": _time(receipt.at),
        "content": receipt.content,
        "sender": {"provider": receipt.sender.provider, "name": receipt.sender.name},
        "board": receipt.form.board,
        "model": receipt.form.model,
        "files": [cast(schemas.FileInfo, file.model_dump()) for file in receipt.files],
        "received_before": bool(note),
        "note": note,
        "links": links(receipt.id),
    }


def status_answer(status: Status, report: ScoreReport | None) -> schemas.StatusAnswer:
    """Where a submission is, with the figures of its ``report`` once there is one."""
    progress = status.progress
    return {
        "id": status.id,
        "state": status.state,
        "done": status.state in DONE,
        "reason": status.reason,
        "times": [{"kind": event.kind, "at": _time(event.at), "reason": event.reason} for event in status.times],
        "progress": None if progress is None else cast(schemas.ProgressInfo, progress.model_dump(mode="json")),
        "position": status.position,
        "stored": status.stored,
        "verified": status.verified,
        "hidden": status.hidden,
        "board": status.receipt.form.board,
        "model": status.receipt.form.model,
        "scores": None if report is None else _scores(report),
        "links": links(status.id),
    }


def links(submission_id: str) -> schemas.Links:
    """Where a submission is to be looked at."""
    return {"page": f"/submissions?receipt={submission_id}", "status": "/submission_status"}


def _scores(report: ScoreReport) -> schemas.ScoresInfo:
    level = {
        name: {metric: cell.model_dump() for metric, cell in cells.items()} for name, cells in report.level.items()
    }
    return cast(schemas.ScoresInfo, {"scorer": report.scorer, "level": level, "absent": report.absent})


def _told(problems: Iterable[Problem]) -> list[schemas.ProblemInfo]:
    return [cast(schemas.ProblemInfo, asdict(problem) | {"line": problem.line()}) for problem in problems]


def _time(time: Time) -> str:
    return time.isoformat()
