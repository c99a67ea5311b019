"""What changed on a board and when, newest first: from the dates of its rows and the events of submissions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from echomind.leaderboard.records import Record
from echomind.submissions.model import EventKind
from echomind.submissions.store import Submission
from echomind.words import t

NEWEST = 20
_ADDED = {"paper": t("figures published by its source"), "measured": t("measured here")}
_HAPPENED: dict[EventKind, str] = {
    "published": t("published"),
    "verified": t("verified: a person compared it with its source"),
    "unverified": t("no longer verified"),
    "withdrawn": t("withdrawn by its sender"),
    "hidden": t("hidden by a moderator"),
    "shown": t("shown again"),
    "scored": t("scored again"),
}


@dataclass(frozen=True)
class Change:
    """One thing that happened to one row. ``slug`` is empty where the row is not on the board any more."""

    date: datetime.date
    model: str
    slug: str
    what: str


def changes(
    board: str, records: Mapping[str, Record], submissions: Iterable[Submission], newest: int = NEWEST
) -> list[Change]:
    """The ``newest`` changes of ``board``, newest first.

    Only of submissions that were public at some time; of one that is not any more, no name is told: it was taken off.
    """
    found: list[tuple[datetime.datetime, str, str, str]] = [
        (datetime.datetime.combine(r.provenance.date, datetime.time(), datetime.UTC), r.model.name, slug, what)
        for slug, r in records.items()
        if (what := _ADDED.get(r.provenance.kind)) is not None
    ]
    rows = {record.provenance.receipt: slug for slug, record in records.items() if record.provenance.receipt}
    for submission in submissions:
        receipt = submission.receipt
        if receipt.form.board != board:
            continue
        slug, public = rows.get(receipt.id, ""), False
        for event in submission.events:
            again = event.kind != "scored" or public  # the first scoring is before it was public, and nobody's news
            public = public or event.kind == "published"
            if public and again and event.kind in _HAPPENED:
                name = receipt.form.model if slug else t("submission {id}", id=receipt.id[:12])
                found.append((event.at, name, slug, _HAPPENED[event.kind]))
    found.sort(key=lambda change: (-change[0].timestamp(), change[1]))
    return [Change(at.date(), *rest) for at, *rest in found[:newest]]
