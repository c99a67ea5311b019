"""Every result there is at this moment: the files of ``results/`` and the rows of published submissions.

The files are those that come with the app or, once there is one, those of a copy from the Hub: of one of the two, never
of both.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from echomind.leaderboard.hub_refresh import HubRefresh, HubState
from echomind.leaderboard.record_files import NOTHING, RecordFiles
from echomind.leaderboard.records import Record
from echomind.leaderboard.submitted import published_board
from echomind.submissions.store import Store, StoreError

log = logging.getLogger(__name__)


class Look(NamedTuple):
    """A board at one moment. ``version`` is another number whenever anything of the rest is another.

    ``submissions_missing``: the store of submissions could not be read, so their rows are not among the ``records``.
    """

    records: Mapping[str, Record]
    version: int = 0
    submissions_missing: bool = False


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    parts: tuple[Mapping[str, Record], Mapping[str, Record], bool] | None = None
    look: Look = field(default_factory=lambda: Look(NOTHING))
    at: float = float("-inf")


class Results:
    """Records of all boards, as they are at each look; cheap while nothing changed. Without ``store``: files alone.

    ``bundled`` is the folder that comes with the app; with ``hub``, the copies that it keeps take its place. Safe
    between threads: who looks at a board while somebody else does waits for that one.
    """

    def __init__(self, bundled: Path, store: Store | None = None, hub: HubRefresh | None = None) -> None:
        self.bundled, self.store, self._hub = bundled, store, hub
        self._files = self._bundled_files = RecordFiles(bundled)
        self._boards: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    @property
    def hub(self) -> HubState | None:
        """What is known of the results on the Hub; ``None`` where the app does not ask there."""
        return self._hub.state if self._hub is not None else None

    @property
    def results_dir(self) -> Path:
        """The folder whose files are shown at this moment."""
        state = self.hub
        return state.copy.folder if state is not None and state.copy is not None else self.bundled

    def came_with_the_app(self, board: str) -> Mapping[str, Record]:
        """The records of one board as the app brought them, whatever is shown. Raises ``ResultsError``."""
        return self._bundled_files.board(board)

    def board(self, board: str) -> dict[str, Record]:
        """Every record of one board by slug, see ``look``."""
        return dict(self.look(board).records)

    def look(self, board: str, *, at_most_s: float = 0.0) -> Look:
        """Every record of one board: those of ``results/`` first. A board without any has no records.

        ``at_most_s``: a look of so many seconds ago will do, whoever it was for. While the store of submissions cannot
        be reached, the look says that their rows are missing. Raises ``ResultsError`` for a file that is no record.
        """
        with self._lock:
            kept = self._boards.setdefault(board, _Kept())
        with kept.lock:
            if time.monotonic() - kept.at >= at_most_s:
                self._renew(kept, board)
                kept.at = time.monotonic()
            return kept.look

    def _renew(self, kept: _Kept, board: str) -> None:
        files = self._in(self.results_dir).board(board)
        submitted, missing = self._submitted(board, kept.look.submissions_missing)
        if kept.parts is not None and (
            files is kept.parts[0] and submitted is kept.parts[1] and missing is kept.parts[2]
        ):
            return
        kept.parts = (files, submitted, missing)
        records = {**files, **{slug: record for slug, record in submitted.items() if slug not in files}}
        kept.look = Look(MappingProxyType(records), kept.look.version + 1, missing)

    def _in(self, folder: Path) -> RecordFiles:
        with self._lock:
            if self._files.results_dir != folder:
                self._files = RecordFiles(folder)
            return self._files

    def _submitted(self, board: str, missing_before: bool) -> tuple[Mapping[str, Record], bool]:
        if self.store is None:
            return NOTHING, False
        try:
            return published_board(self.store, board), False
        except StoreError as error:
            if not missing_before:  # once: pages look every few seconds
                log.error("the rows of submissions to %s are missing: %s", board, error)
            return NOTHING, True
