"""The rows of published submissions, made from the store that keeps them; the store is never edited for them."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from weakref import WeakKeyDictionary

from echomind.errors import EchoMindError
from echomind.leaderboard.from_report import record_of
from echomind.leaderboard.record_files import NOTHING
from echomind.leaderboard.records import ModelInfo, Protocol, Provenance, Record
from echomind.models.evaluation.official_files import safe_name
from echomind.scoring.report import ScoreReport
from echomind.submissions.layout import from_json
from echomind.submissions.listing import Listing
from echomind.submissions.outcomes import is_public
from echomind.submissions.service import report_name
from echomind.submissions.store import Store, StoreUnavailable, Submission

log = logging.getLogger(__name__)
_CHANCE = 10  # digits of the receipt in a slug
_LONGEST = 60  # characters of the model's name in a slug


@dataclass
class _Rows:
    """What is known of one store: its submissions, and the record each made when it had so many events."""

    listing: Listing
    version: int = -1
    records: dict[str, tuple[int, Record | None]] = field(default_factory=dict)
    boards: dict[str, Mapping[str, Record]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_known: WeakKeyDictionary[Store, _Rows] = WeakKeyDictionary()
_known_lock = threading.Lock()


def published_records(store: Store, board: str) -> dict[str, Record]:
    """The records of published submissions to ``board`` that are not hidden, by slug, newest first.

    Several of one model all have their rows. The protocol is what the form says with the scorer of the report, so that
    one measured otherwise than the board asks is listed and not ranked. One whose report cannot be read or does not fit
    the board is left out and said in the log. Cheap while nothing changed. Raises ``StoreUnavailable``.
    """
    return dict(published_board(store, board))


def known_submissions(store: Store) -> list[Submission]:
    """Every submission of ``store`` that can be read, oldest first. Raises ``StoreUnavailable``."""
    with _known_lock:
        rows = _known.setdefault(store, _Rows(Listing(store)))
    with rows.lock:
        return rows.listing.all()


def published_board(store: Store, board: str) -> Mapping[str, Record]:
    """As ``published_records``; the same object while no row of the board changed."""
    with _known_lock:
        rows = _known.setdefault(store, _Rows(Listing(store)))
    with rows.lock:
        submissions = rows.listing.all()
        if rows.version != rows.listing.version:
            _make(store, rows, submissions)
            rows.version = rows.listing.version
        return rows.boards.get(board, NOTHING)


def _make(store: Store, rows: _Rows, submissions: list[Submission]) -> None:
    records: dict[str, tuple[int, Record | None]] = {}
    made: dict[str, dict[str, Record]] = {}
    for submission in reversed(submissions):
        submission_id = submission.receipt.id
        version, record = rows.records.get(submission_id, (-1, None))
        if version != submission.version:
            record = _record(store, submission) if is_public(submission) else None
        records[submission_id] = (submission.version, record)
        if record is not None:
            board = made.setdefault(record.board, {})
            board[_slug(submission, board)] = record
    rows.records = records
    rows.boards = {name: _as_before(rows.boards.get(name, NOTHING), board) for name, board in made.items()}


def _as_before(known: Mapping[str, Record], made: dict[str, Record]) -> Mapping[str, Record]:
    return known if list(known.items()) == list(made.items()) else MappingProxyType(made)


def _record(store: Store, submission: Submission) -> Record | None:
    try:
        return record_of_submission(store, submission)
    except StoreUnavailable:
        raise
    except EchoMindError as error:
        log.error("%s: no row on the board: %s", submission.receipt.id, error)
        return None


def record_of_submission(store: Store, submission: Submission) -> Record:
    """The row of one submission, whether or not it is published. Raises ``EchoMindError`` where none can be made."""
    receipt, form = submission.receipt, submission.receipt.form
    name = report_name(submission)
    where = f"{receipt.id}/{name}"
    report = from_json(ScoreReport, store.read(receipt.id, name), where)
    return record_of(
        report,
        board=form.board,
        model=ModelInfo(
            name=form.model,
            hub_id=form.hub_id,
            org=form.org,
            params_b=form.params_b,
            weights=form.weights,
            licence=form.licence,
            speech_out=form.speech_out,
            url=form.url,
        ),
        protocol=Protocol(prompt=form.prompt, voice=form.voice, scorer=report.scorer),
        provenance=Provenance(
            kind="submission",
            source="submitted predictions, scored here",
            url=form.url,
            date=receipt.at.date(),
            verified=submission.standing.verified,
            receipt=receipt.id,
        ),
    )


def _slug(submission: Submission, taken: dict[str, Record]) -> str:
    """A slug of the model's name and the receipt; a name without a letter of ours gives its hash."""
    receipt = submission.receipt
    name = safe_name(receipt.form.model).lower()[:_LONGEST].strip("._-")
    if name in ("", "model"):
        name = f"model-{hashlib.sha256(receipt.form.model.encode()).hexdigest()[:6]}"
    chance = receipt.id.partition("-")[2]
    slug = f"{name}-{chance[:_CHANCE]}"
    return slug if slug not in taken else f"{name[: 79 - len(chance)]}-{chance}"
