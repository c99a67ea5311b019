"""Every result there is at this moment: the files of ``results/`` and the rows of published submissions."""

from __future__ import annotations

import logging
from pathlib import Path

from echomind.leaderboard.records import Record, read_board
from echomind.leaderboard.submitted import published_records
from echomind.submissions.store import Store, StoreUnavailable

log = logging.getLogger(__name__)


class Results:
    """Records of all boards, read anew at each look; cheap while nothing changed. Without ``store``: files alone."""

    def __init__(self, results_dir: Path, store: Store | None = None) -> None:
        self.results_dir, self.store = results_dir, store

    def board(self, board: str) -> dict[str, Record]:
        """Every record of one board by slug: those of ``results/`` first. A board without any has no records.

        While the store of submissions cannot be reached, their rows are missing, and the log says so. Raises
        ``ResultsError`` for a file that is no valid record.
        """
        records = read_board(self.results_dir, board)
        if self.store is not None:
            try:
                submitted = published_records(self.store, board)
            except StoreUnavailable as error:
                log.error("the rows of submissions to %s are missing: %s", board, error)
            else:
                records |= {slug: record for slug, record in submitted.items() if slug not in records}
        return records
