"""What changed on a board and when, newest first.

From the dates of its rows, the events of submissions and, where a copy from the Hub is shown, what is other in it than
in the results that came with the app.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from echomind.leaderboard.hub_copy import HubCopy
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.record_files import NOTHING
from echomind.leaderboard.records import Record
from echomind.submissions.model import EventKind
from echomind.submissions.store import Submission
from echomind.words import Text, joined, t

NEWEST = 20
_FIGURES = 3  # named of a row that has others
_ADDED = {
    "paper": t("figures published by its source"),
    "measured": t("measured here"),
    "submission": t("submitted predictions, scored here"),
}
_HAPPENED: dict[EventKind, str] = {
    "published": t("published"),
    "verified": t("verified: a person compared it with its source"),
    "unverified": t("no longer verified"),
    "withdrawn": t("withdrawn by its sender"),
    "hidden": t("hidden by a moderator"),
    "shown": t("shown again"),
    "scored": t("scored again"),
}


_Found = tuple[datetime.datetime, str, str, str]  # when, which model, its slug, what


@dataclass(frozen=True)
class Change:
    """One thing that happened to one row. ``slug`` is empty where the row is not on the board any more."""

    date: datetime.date
    model: str
    slug: str
    what: str


def changes(
    board: str,
    records: Mapping[str, Record],
    submissions: Iterable[Submission],
    newest: int = NEWEST,
    *,
    bundled: Mapping[str, Record] = NOTHING,
    copy: HubCopy | None = None,
) -> list[Change]:
    """The ``newest`` changes of ``board``, newest first: at least one for every row that is there.

    Of submissions, only those that were public at some time; of one that is not any more, no name is told: it was taken
    off. Where a ``copy`` from the Hub is shown, also what is other in it than in ``bundled``, the rows of the board
    that came with the app.
    """
    found = [*_of_submissions(board, records, submissions)]
    told = {slug for _, _, slug, _ in found}
    for slug, record in records.items():
        if record.provenance.kind != "submission" or slug not in told:
            what = _ADDED[record.provenance.kind]
            day = datetime.datetime.combine(record.provenance.date, datetime.time(), datetime.UTC)
            found.append((day, record.model.name, slug, what))
    if copy is not None:
        found += _since_the_snapshot(board, records, bundled, copy)
    found.sort(key=lambda change: (-change[0].timestamp(), change[1]))
    return [Change(at.date(), *rest) for at, *rest in found[:newest]]


def _of_submissions(board: str, records: Mapping[str, Record], submissions: Iterable[Submission]) -> Iterator[_Found]:
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
                yield event.at, name, slug, _HAPPENED[event.kind]


def _since_the_snapshot(
    board: str, records: Mapping[str, Record], bundled: Mapping[str, Record], copy: HubCopy
) -> Iterator[_Found]:
    """What came, changed and went with the copy. A file is told with the time of the commit it was first seen in."""
    for slug in (*bundled, *(slug for slug in records if slug not in bundled)):
        at = copy.since.get(f"{board}/{slug}.json")
        before, now = bundled.get(slug), records.get(slug) if at is not None else None
        if now is None:
            if before is not None:
                yield copy.at, before.model.name, "", t("not among the results on the Hub any more")
        elif at is not None and before is None:
            yield at, now.model.name, slug, t("came with the results on the Hub")
        elif at is not None and before is not None and before != now:
            yield at, now.model.name, slug, _difference(before, now)


def _difference(before: Record, now: Record) -> Text:
    """The scores that are other ones; where none is, that something else is."""
    metrics = [m for m in {**before.scores, **now.scores} if before.scores.get(m) != now.scores.get(m)]
    if not metrics:
        return t("other details changed on the Hub; no score did")
    parts = [
        t("{title} from {before} to {now}", title=METRICS[m].title, before=_score(before, m), now=_score(now, m))
        for m in metrics[:_FIGURES]
    ]
    said = joined(t(", "), parts)
    more = len(metrics) - _FIGURES
    if more > 0:
        return t("changed on the Hub: {figures} and {n} more", figures=said, n=more)
    return t("changed on the Hub: {figures}", figures=said)


def _score(record: Record, metric: str) -> str:
    value = record.scores.get(metric)
    return "—" if value is None else METRICS[metric].text(value)
