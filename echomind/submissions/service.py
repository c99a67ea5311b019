"""What a sender and a moderator can do with submissions, over any store.

The promise: a receipt that ``submit`` has returned is kept. A refusal is one line that says why; where a check could
not be made, the submission is kept all the same and waits for a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from echomind.scoring.report import SCORER_VERSION, ScoreReport
from echomind.settings import Settings
from echomind.submissions import moderation
from echomind.submissions.layout import RAW, RECEIPT, from_json, sender_key, to_json
from echomind.submissions.limits import check_fresh, check_limit, one_at_a_time
from echomind.submissions.listing import Listing
from echomind.submissions.model import EventKind, Receipt, Sender, State, Time, new_event, now
from echomind.submissions.moderation import Moderator, NotAllowed
from echomind.submissions.progress import Progress, ProgressFiles
from echomind.submissions.queue import queue
from echomind.submissions.store import Conflict, Store, StoreError, Submission

log = logging.getLogger(__name__)
_WITHDRAWABLE: frozenset[State] = frozenset({"received", "scoring", "scored", "held", "published"})


class Happened(BaseModel):
    """Something that happened to a submission, as its sender may see it: who of us did it is left out."""

    model_config = ConfigDict(frozen=True)

    kind: EventKind
    at: Time
    reason: str = ""


class Status(BaseModel):
    """Where a submission is. ``position`` counts from 1 in the queue; ``None``: it is not in the queue.

    ``stored``: the store that outlives this machine has it; else it is received, and not yet stored there. ``scores``
    maps a scorer's version to the name of its report.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    receipt: Receipt
    state: State
    reason: str
    times: tuple[Happened, ...]
    progress: Progress | None
    position: int | None
    verified: bool
    hidden: bool
    stored: bool
    scores: dict[str, str]


class Submissions:
    """Submissions in ``store``, as ``settings`` allow; ``on_received`` is called after each new one (wakes workers)."""

    def __init__(self, store: Store, settings: Settings, *, on_received: Callable[[], object] = lambda: None) -> None:
        self.store, self.settings = store, settings
        self.progress = ProgressFiles(progress_folder(settings))
        self._on_received = on_received
        self._listing = Listing(store)

    def submit(self, receipt: Receipt, files: Mapping[str, bytes], contact: str = "") -> Receipt:
        """Keep a submission; what is returned is kept for good. Again with the same receipt: nothing happens.

        Raises ``AlreadyReceived`` for the same bytes of the same sender, ``LimitReached``, and ``StoreError`` where it
        could not be kept.
        """
        with one_at_a_time(self.settings.data_dir / "submission-locks", receipt.sender):
            unchecked = self._check(receipt)
            self.store.create(receipt, files, contact=contact)
        if unchecked:  # also where a worker was quicker: its result does not count then
            self.store.append(receipt.id, new_event("held", "intake", reason=unchecked))
        self._on_received()
        return receipt

    def status(self, submission_id: str) -> Status:
        """Where the submission is. Raises ``UnknownSubmission``, ``StoreError``."""
        found = self.store.get(submission_id)
        return self._status(found, self._positions() if found.standing.state in ("received", "scoring") else {})

    def mine(self, sender: Sender) -> list[Status]:
        """All submissions of this sender, newest first."""
        ids = self.store.find(sender=sender_key(sender))
        positions = self._positions() if ids else {}
        return [self._status(self.store.get(submission_id), positions) for submission_id in reversed(ids)]

    def all(self, *states: State) -> list[Status]:
        """All submissions (in one of ``states``), newest first: for moderators."""
        found = [s for s in self._listing.all() if not states or s.standing.state in states]
        positions = self._positions()
        return [self._status(submission, positions) for submission in reversed(found)]

    def withdraw(self, submission_id: str, sender: Sender) -> None:
        """Take a submission back; its row goes, its files stay. Again: nothing happens.

        Raises ``NotAllowed`` for anybody but its sender, and where there is nothing to take back.
        """
        event = new_event("withdrawn", sender_key(sender))
        for left in reversed(range(moderation.TRIES)):
            found = self.store.get(submission_id)
            owner = found.receipt.sender
            if (owner.provider, owner.name) != (sender.provider, sender.name):
                raise NotAllowed(f"{submission_id}: only who sent it may withdraw it")
            state = found.standing.state
            if state == "withdrawn":
                return
            if state not in _WITHDRAWABLE:
                raise NotAllowed(f"{submission_id}: found it {state}, so there is nothing to withdraw")
            try:
                self.store.append(submission_id, event, expect=found.version)
                return
            except Conflict:
                if not left:
                    raise

    def report(self, submission_id: str, scorer: str = "") -> ScoreReport:
        """The score report of the newest scorer, or of the one named. Raises ``StoreError`` where there is none."""
        name, data = self.report_file(submission_id, scorer)
        return from_json(ScoreReport, data, f"{submission_id}/{name}")

    def report_file(self, submission_id: str, scorer: str = "") -> tuple[str, bytes]:
        """Name and content of that report, as it is kept. Raises ``StoreError`` where there is none."""
        found = self.store.get(submission_id)
        name = report_name(found, scorer)
        if not name:
            raise StoreError(f"{submission_id}: found no score report, expected one after scoring")
        return name, self.store.read(submission_id, name)

    def download(self, submission_id: str) -> dict[str, bytes]:
        """What was scored and what came of it, by name: the receipt, ``raw/…``, and all reports. Nothing private.

        How old the sender's account is, which moderators see, is left out of the receipt.
        """
        found = self.store.get(submission_id)
        sender = found.receipt.sender.model_copy(update={"account_since": None})
        files = {RECEIPT: to_json(found.receipt.model_copy(update={"sender": sender}))}
        files |= {f"{RAW}/{file.name}": self.store.read(submission_id, file.name) for file in found.receipt.files}
        for event in found.events:
            if event.kind == "scored":
                names = [event.data[key] for key in ("file", "items") if key in event.data]
                files |= {name: self.store.read(submission_id, name) for name in names}
        return files

    def moderator(self, sender: Sender | None = None, token: str = "") -> Moderator:
        """See ``moderation.moderator``."""
        return moderation.moderator(self.settings, sender, token)

    def contact(self, submission_id: str, by: Moderator) -> str:
        """How to reach the sender, for moderators alone; "": not given."""
        return self.store.get(submission_id).contact

    def verify(self, submission_id: str, by: Moderator, reason: str = "") -> None:
        """Say that its row was compared with its source. See ``moderation.moderate`` for errors."""
        moderation.moderate(self.store, submission_id, "verify", by, reason)

    def unverify(self, submission_id: str, by: Moderator, reason: str = "") -> None:
        """Take that back."""
        moderation.moderate(self.store, submission_id, "unverify", by, reason)

    def hide(self, submission_id: str, by: Moderator, reason: str) -> None:
        """Take its row off the board; the sender reads why."""
        moderation.moderate(self.store, submission_id, "hide", by, reason)

    def show(self, submission_id: str, by: Moderator, reason: str = "") -> None:
        """Put its row back."""
        moderation.moderate(self.store, submission_id, "show", by, reason)

    def return_to_sender(self, submission_id: str, by: Moderator, reason: str) -> None:
        """Give it back to be put right and sent again; the sender reads why."""
        moderation.moderate(self.store, submission_id, "return", by, reason)

    def score_again(self, submission_id: str, by: Moderator, reason: str = "") -> None:
        """Let what waits for a person be scored."""
        moderation.moderate(self.store, submission_id, "score", by, reason)
        self._on_received()

    def _check(self, receipt: Receipt) -> str:
        """Raises what refuses the submission; returns why it has to wait for a person, "": it has not."""
        try:
            if receipt.id not in self.store.find(content=receipt.content, sender=sender_key(receipt.sender)):
                check_fresh(self.store, receipt)
                check_limit(self.store, receipt.sender, self.settings.submissions_per_day, now())
        except StoreError as error:
            log.error("%s: what its sender sent before cannot be read: %s", receipt.id, error)
            return "how much its sender has sent before could not be counted; a person will look at it"
        return ""

    def _positions(self) -> dict[str, int]:
        return {s.receipt.id: position for position, s in enumerate(queue(self._listing.all(), now()), start=1)}

    def _status(self, found: Submission, positions: Mapping[str, int]) -> Status:
        standing = found.standing
        submission_id = found.receipt.id
        stored: Callable[[str], bool] | None = getattr(self.store, "stored", None)  # only a spooled store can differ
        facts: dict[str, Any] = standing.model_dump(include={"state", "reason", "verified", "hidden", "scores"})
        return Status(
            id=submission_id,
            receipt=found.receipt,
            times=tuple(Happened(kind=e.kind, at=e.at, reason=e.data.get("reason", "")) for e in found.events),
            progress=self.progress.get(submission_id) if standing.state == "scoring" else None,
            position=positions.get(submission_id) if standing.state in ("received", "scoring") else None,
            stored=stored is None or stored(submission_id),
            **facts,
        )


def progress_folder(settings: Settings) -> Path:
    """Where the progress of scoring lies."""
    return settings.data_dir / "submission-progress"


def report_name(submission: Submission, scorer: str = "") -> str:
    """The report of this scorer; without one that of the present scorer, or else the latest. "": there is none."""
    scores = submission.standing.scores
    if scorer:
        return scores.get(scorer, "")
    return scores.get(SCORER_VERSION) or next(reversed(scores.values()), "")
