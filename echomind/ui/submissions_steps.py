"""Where a submission is on its way, as the pages tell it. Pure: from a ``Status`` to words, steps and reasons."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from echomind.submissions.model import EventKind, State
from echomind.submissions.service import Happened, Status
from echomind.words import t

Mark = Literal["done", "now", "todo"]

# What a state is called on the pages, and what it means for the sender.
STATES: Mapping[State, tuple[str, str]] = {
    "received": (t("Received"), t("It is kept and waits to be scored.")),
    "scoring": (t("Scoring"), t("It is being scored now.")),
    "scored": (t("Scored"), t("Its row is about to be shown.")),
    "published": (t("Published"), t("Its row is on the leaderboard.")),
    "failed": (t("Failed"), t("It could not be scored. Put right what is said here and hand it in again.")),
    "held": (t("Waits for a person"), t("It is kept. A moderator looks at it next; its sender has nothing to do.")),
    "withdrawn": (t("Withdrawn"), t("Its sender took it back. It has no row.")),
}
RETURNED = (
    t("Returned"),
    t("A moderator gave it back to its sender. Put right what is said here and hand it in again."),
)
EVENTS: Mapping[EventKind, str] = {
    "received": t("Received"),
    "claimed": t("Scoring began"),
    "released": t("Waits to be scored again"),
    "scored": t("Scored"),
    "failed": t("Failed"),
    "held": t("Waits for a person"),
    "published": t("Published"),
    "withdrawn": t("Withdrawn by its sender"),
    "verified": t("Verified by a moderator"),
    "unverified": t("No longer verified"),
    "hidden": t("Hidden by a moderator"),
    "shown": t("Shown again"),
    "returned": t("Returned to its sender by a moderator"),
}
_WAY: tuple[tuple[State, EventKind], ...] = (
    ("received", "received"),
    ("scoring", "claimed"),
    ("scored", "scored"),
    ("published", "published"),
)
_REASONS: Mapping[State, tuple[EventKind, ...]] = {"failed": ("failed", "returned"), "held": ("held",)}
WITHDRAWABLE: frozenset[State] = frozenset({"received", "scoring", "scored", "held", "published"})
AGAIN: frozenset[State] = frozenset({"failed", "withdrawn"})  # the same files may be handed in again
MOVING: frozenset[State] = frozenset({"received", "scoring", "scored"})  # a moment later it is another state


@dataclass(frozen=True)
class Step:
    """One step of the way. ``at``: when it was reached; ``None`` where it was not, or nobody noted it."""

    state: State
    words: str
    mark: Mark
    at: datetime.datetime | None = None


def last(status: Status, *kinds: EventKind) -> Happened | None:
    """The latest event of one of these kinds."""
    return next((event for event in reversed(status.times) if event.kind in kinds), None)


def is_returned(status: Status) -> bool:
    """Whether it failed because a moderator gave it back."""
    event = last(status, "failed", "returned")
    return status.state == "failed" and event is not None and event.kind == "returned"


def words(status: Status) -> tuple[str, str]:
    """The name of its state, and what that means."""
    return RETURNED if is_returned(status) else STATES[status.state]


def reason(status: Status) -> str:
    """Why it failed, was returned, or waits, in full; that it was hidden meanwhile has a reason of its own."""
    event = last(status, *_REASONS.get(status.state, ()))
    return event.reason if event else ""


def hidden_reason(status: Status) -> str:
    """Why it is hidden; "" where it is not."""
    event = last(status, "hidden")
    return event.reason if status.hidden and event else ""


def is_moving(status: Status) -> bool:
    """Whether a look a moment later may show something else without anybody doing anything."""
    return status.state in MOVING or not status.stored


def is_on_board(status: Status) -> bool:
    """Whether its row is shown: published, also while newer scores are being published, and not hidden."""
    published = status.state == "published" or (status.state == "scored" and last(status, "published") is not None)
    return published and not status.hidden


def steps(status: Status) -> list[Step]:
    """The way with what was passed, where it is now, and what is to come; where it ended otherwise, up to there."""
    times = {event.kind: event.at for event in status.times}
    times.setdefault("received", status.receipt.at)
    order = [state for state, _ in _WAY]
    if status.state in order:
        now = order.index(status.state)
        return [
            Step(
                state,
                STATES[state][0],
                "done" if place < now else "now" if place == now else "todo",
                times.get(kind) if place <= now else None,
            )
            for place, (state, kind) in enumerate(_WAY)
        ]
    passed = [Step(state, STATES[state][0], "done", times[kind]) for state, kind in _WAY if kind in times]
    event = last(status, *_REASONS.get(status.state, ("withdrawn",)))
    here = Step(status.state, words(status)[0], "now", event.at if event else None)
    if status.state != "held":
        return [*passed, here]
    return [passed[0], here, *(Step(state, STATES[state][0], "todo") for state in order[1:])]
