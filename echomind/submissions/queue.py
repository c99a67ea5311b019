"""Which submissions wait for a worker, and in which order. Pure functions over events."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from echomind.submissions.model import Event
from echomind.submissions.store import Submission

# What a ``released`` event says of why it was given back; without any of them the worker was only asked to stop.
FAULT, CUT_OFF, RELEASED_BY_PERSON = "fault", "cut_off", "by_person"


class Attempts(NamedTuple):
    """How often scoring began and came to nothing: ``faults`` of ours, and ``cut_off`` with the worker itself."""

    faults: int = 0
    cut_off: int = 0


def attempts(events: Sequence[Event]) -> Attempts:
    """The attempts since the submission was received, or since a person let it be scored again."""
    faults = cut_off = 0
    holder = ""
    for event in events:
        if event.kind == "claimed":
            cut_off += bool(holder) and holder != event.by  # taken over; the same name again only renews its claim
            holder = event.by
        elif event.kind == "released":
            if RELEASED_BY_PERSON in event.data:
                faults = cut_off = 0
            faults += FAULT in event.data
            cut_off += CUT_OFF in event.data
            holder = ""
        elif event.kind in ("scored", "failed", "held", "withdrawn", "returned"):
            holder = ""
    return Attempts(faults, cut_off)


def waits(submission: Submission, at: datetime.datetime) -> bool:
    """Whether a worker may claim it: received, or claimed by somebody whose time is over."""
    now = submission.standing
    return now.state == "received" or (
        now.state == "scoring" and now.claimed_until is not None and now.claimed_until <= at
    )


def queue(submissions: Iterable[Submission], at: datetime.datetime) -> list[Submission]:
    """Those that wait, oldest first, but one that came to nothing behind all that did not: it must not block them."""
    waiting = [submission for submission in submissions if waits(submission, at)]
    return sorted(waiting, key=lambda s: (sum(attempts(s.events)), s.receipt.at, s.receipt.id))
