"""What scoring came to, as events: each is added once, however often and by however many workers it is tried.

The id of a ``scored`` and of a ``published`` event follows from what it says, so that a repetition is the same event;
and each is added on the version that was read, so that nothing is added to a submission that has changed its state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from echomind.submissions.model import Event, EventKind, now
from echomind.submissions.scoring_run import Ended
from echomind.submissions.store import Conflict, Store, StoreError, Submission

TRIES = 50  # each lost one means that somebody else's event came first


def add_while(
    store: Store,
    submission_id: str,
    make: Callable[[Submission], Event],
    wanted: Callable[[Submission], bool],
    files: Mapping[str, bytes] | None = None,
) -> bool:
    """Add the event that ``make`` gives while the submission is as ``wanted``; whether it is there then.

    Raises ``StoreError`` as ``append`` does.
    """
    for left in reversed(range(TRIES)):
        found = store.get(submission_id)
        if not wanted(found):
            return False
        event = make(found)
        try:
            store.append(submission_id, event, files, expect=found.version)
        except Conflict:
            if not left:
                raise
        except StoreError:  # the same event, added a moment ago by somebody else, who says so in other words
            if event.id not in {known.id for known in store.get(submission_id).events}:
                raise
            return True
        else:
            return True
    return False


def add_scored(store: Store, submission_id: str, by: str, ended: Ended, wanted: Callable[[Submission], bool]) -> bool:
    """Keep the report and the items of a scoring, and that it was scored, in one step."""
    report, items = f"scores-{ended.scorer}.json", f"items-{ended.scorer}.jsonl"
    data = {"scorer": ended.scorer, "file": report, "items": items}

    def make(found: Submission) -> Event:
        before = sum(event.kind == "scored" and event.data["scorer"] == ended.scorer for event in found.events)
        return _event("scored", by, found, f"{ended.scorer} {before}", data)

    return add_while(store, submission_id, make, wanted, {report: ended.report, items: ended.items})


def publish(store: Store, submission_id: str, by: str) -> bool:
    """Let the row of a scored submission be shown; whether it is."""

    def make(found: Submission) -> Event:
        scored = [event.id for event in found.events if event.kind == "scored"]
        return _event("published", by, found, scored[-1], {})

    return add_while(store, submission_id, make, lambda found: found.standing.state == "scored")


def is_public(submission: Submission) -> bool:
    """Whether its row may be shown: published, also while newer scores are being published, and not hidden."""
    standing = submission.standing
    published = standing.state == "published" or (
        standing.state == "scored" and any(event.kind == "published" for event in submission.events)
    )
    return published and not standing.hidden


def _event(kind: EventKind, by: str, found: Submission, what: str, data: dict[str, str]) -> Event:
    chance = hashlib.sha256(f"{found.receipt.id} {kind} {what}".encode()).hexdigest()[:32]
    return Event(id=chance, at=now(), kind=kind, by=by, data=data)
