"""Looking a submission up by its receipt, for pages and endpoints that anybody reaches.

What is not on this machine is asked of the Hub, which answers a machine only so often: whoever tries receipts out must
not use that up for everybody. So receipts that do not exist may be asked for only so often, and those that are here
are found all the same.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from echomind.errors import EchoMindError
from echomind.submissions.desk import Desk
from echomind.submissions.layout import check_identifier
from echomind.submissions.service import Status
from echomind.submissions.store import UnknownSubmission

MISSES, WINDOW_S = 30, 60.0  # people mistype a receipt now and then; only programs do so more often


class TooManyLookups(EchoMindError):
    """Too many receipts that do not exist were asked for just now."""


class Misses:
    """Counts look-ups of what is not there: at most ``most`` in ``window_s`` seconds. Safe between threads."""

    def __init__(
        self, most: int = MISSES, window_s: float = WINDOW_S, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> float:
        """One more, as what ``give_back`` takes. Raises ``TooManyLookups``."""
        with self._lock:
            now = self._clock()
            while self._times and self._times[0] <= now - self._window_s:
                self._times.popleft()
            if len(self._times) >= self._most:
                wait = max(1, round(self._times[0] + self._window_s - now))
                raise TooManyLookups(
                    f"too many receipts that do not exist were asked for just now; please try again in {wait} s"
                )
            self._times.append(now)
            return now

    def give_back(self, taken: float) -> None:
        """It was there, so it does not count."""
        with self._lock:
            if taken in self._times:
                self._times.remove(taken)


_misses: WeakKeyDictionary[Desk, Misses] = WeakKeyDictionary()
_misses_lock = threading.Lock()


class Lookups:
    """Look-ups at one desk; however many of these there are, they count together."""

    def __init__(self, desk: Desk, misses: Misses | None = None) -> None:
        self._desk = desk
        self._local = getattr(desk.store, "local", desk.store)  # what answers without asking elsewhere
        with _misses_lock:
            self._misses = misses or _misses.setdefault(desk, Misses())

    def status(self, submission_id: str) -> Status:
        """Where the submission is. Raises ``UnknownSubmission``, ``TooManyLookups``, ``StoreError``."""
        check_identifier(submission_id)
        if self._is_here(submission_id):
            return self._desk.submissions.status(submission_id)
        taken = self._misses.take()
        status = self._desk.submissions.status(submission_id)
        self._misses.give_back(taken)
        return status

    def _is_here(self, submission_id: str) -> bool:
        try:
            self._local.get(submission_id)
        except UnknownSubmission:
            return False
        return True
