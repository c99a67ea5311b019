"""How new what is shown is: the newest source of all rows, and whether rows are missing because a store is away."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from echomind.errors import ResultsError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.results import Results
from echomind.leaderboard.source_words import source_words
from echomind.submissions.model import now
from echomind.words import Text, joined, t


@dataclass(frozen=True)
class Freshness:
    """``newest`` is the latest date that a row's source bears, ``None`` without rows; ``unreadable`` names boards.

    ``source`` says in sentences which results are shown. ``stale``: there may be newer ones, which cannot be had.
    """

    newest: datetime.date | None
    rows: int
    submissions_missing: bool = False
    unreadable: tuple[str, ...] = ()
    source: tuple[Text, ...] = ()
    stale: bool = False

    @property
    def sentence(self) -> str:
        """Plain words: the date, and what is not there at the moment and why."""
        newest = t("Data as of {isoformat}.", isoformat=self.newest.isoformat()) if self.newest else None
        parts = [newest or t("There are no results."), *self.source]
        if self.submissions_missing:
            parts.append(t("Stale: submissions cannot be reached just now, and their rows are missing."))
        if self.unreadable:
            parts.append(t("Not readable just now: {join}.", join=joined(t(", "), self.unreadable)))
        return joined(t(" "), parts)


def freshness(results: Results, *, at_most_s: float = 0.0) -> Freshness:
    """Of all boards, as they are now, or were up to ``at_most_s`` seconds ago."""
    dates: list[datetime.date] = []
    unreadable: list[str] = []
    missing = False
    for board in BOARDS.values():
        try:
            look = results.look(board.id, at_most_s=at_most_s)
        except ResultsError:
            unreadable.append(board.title)
            continue
        missing = missing or look.submissions_missing
        dates += [record.provenance.date for record in look.records.values()]
    hub = results.hub
    stale = missing or bool(unreadable) or (hub is not None and hub.stale)
    source = tuple(source_words(hub, now()))
    return Freshness(max(dates, default=None), len(dates), missing, tuple(unreadable), source, stale)
