"""All submissions of a store, read again only where something changed.

In a folder of this machine the time of a submission's events folder says whether anything was added; in any other store
each look reads all. Nothing here is kept anywhere: it is a view that can be made anew at any moment.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from echomind.submissions.layout import EVENTS, month_of
from echomind.submissions.store import Store, StoreError, StoreUnavailable, Submission

log = logging.getLogger(__name__)

# A folder's time moves in ticks of some milliseconds: what was added within one tick of reading shows no change.
_SETTLED_NS = 1_000_000_000

Stamp = tuple[int, ...]


class Listing:
    """The submissions of ``store``; ``version`` moves whenever a look finds something new. Safe between threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.version = 0
        self._known: dict[str, tuple[Stamp, Submission]] = {}
        self._said: set[str] = set()
        self._lock = threading.Lock()
        local = getattr(store, "local", store)
        self._root: Path | None = getattr(local, "root", None)
        self._order: Path | None = getattr(getattr(store, "order", None), "path", None)

    def all(self) -> list[Submission]:
        """Every submission that can be read, oldest first. Raises ``StoreUnavailable``."""
        with self._lock:
            order = self._order_stamp()
            found = {}
            for submission_id in self.store.ids():
                if (entry := self._look(submission_id, order)) is not None:
                    found[submission_id] = entry
            if list(found) != list(self._known) or any(
                found[i][1].version != self._known[i][1].version or found[i][1].events != self._known[i][1].events
                for i in found
                if found[i] is not self._known[i]
            ):
                self.version += 1
            self._known = found
            return [submission for _, submission in found.values()]

    def _look(self, submission_id: str, order: Stamp) -> tuple[Stamp, Submission] | None:
        known = self._known.get(submission_id)
        at = time.time_ns()
        if known is not None and known[0] and known[0] == self._stamp(known[1], order, at):
            return known
        try:
            read = self.store.get(submission_id)
        except StoreUnavailable:
            raise
        except StoreError as error:
            if str(error) not in self._said:  # once: this is looked at every few seconds
                self._said.add(str(error))
                log.error("left out of the submissions: %s", error)
            return None
        # the time as it was before reading: what comes while it lasts is seen at the next look
        return self._stamp(read, order, at), read

    def _stamp(self, submission: Submission, order: Stamp, at: int) -> Stamp:
        """What changes with every event; empty where nothing says so, or where it changed just now."""
        if self._root is None:
            return ()
        folder = self._root / month_of(submission.receipt) / submission.receipt.id / EVENTS
        try:
            changed = folder.stat().st_mtime_ns
        except OSError:
            return ()
        newest = max((changed, *order))
        return (changed, *order) if at - newest > _SETTLED_NS else ()

    def _order_stamp(self) -> Stamp:
        """When the order of events that another store agreed to was last written, where there is one."""
        if self._order is None:
            return ()
        times = []
        for path in (self._order, self._order.with_name(f"{self._order.name}-wal")):
            try:
                times.append(path.stat().st_mtime_ns)
            except FileNotFoundError:
                times.append(0)
        return tuple(times)
