"""Results from the Hub in the background: what comes with the app is shown until a copy is there, and then the copy.

One thread asks every so many minutes for the newest commit; nobody waits for it. While the Hub is away, or what it has
is not valid, what was shown stays, and ``HubState`` says since when. Waits are drawn by chance, so that apps that began
together do not ask together; after a failure they begin short and grow up to the usual one.
"""

from __future__ import annotations

import datetime
import logging
import os
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from echomind.errors import EchoMindError
from echomind.leaderboard.hub_copy import HubCopies, HubCopy, record_names
from echomind.settings import Settings
from echomind.submissions.hub_faults import Patience
from echomind.submissions.hub_repo import HubRepo, repo_id_of
from echomind.submissions.model import now
from echomind.submissions.store import StoreUnavailable

log = logging.getLogger(__name__)
TOKEN = "HF_TOKEN"  # noqa: S105 (the name of a variable)
FIRST_RETRY_S = 30.0
SPREAD = 0.2  # a wait is up to so much longer or shorter


@dataclass(frozen=True)
class HubState:
    """What is known of the results on the Hub, at one moment; replaced as a whole, never changed.

    ``copy`` is what is shown, ``None`` while that is what comes with the app. ``missing`` are the rows
    (``<board>/<slug>``) that come with the app and are not in the copy. ``checked`` is when the Hub last answered;
    ``failing_since`` and ``unreachable`` say that it does not, or that its newest commit could not be taken over.
    """

    repo_id: str
    copy: HubCopy | None = None
    missing: tuple[str, ...] = ()
    checked: datetime.datetime | None = None
    failing_since: datetime.datetime | None = None
    unreachable: bool = False

    @property
    def stale(self) -> bool:
        """Whether what is shown may be behind, or less than what comes with the app."""
        return bool(self.failing_since or self.missing or (self.copy and self.copy.left_out))


class HubRefresh:
    """Keeps ``state`` up to date from ``start`` to ``stop``. ``bundled`` are the results that come with the app."""

    def __init__(
        self, copies: HubCopies, bundled: Path, every_s: float, clock: Callable[[], datetime.datetime] = now
    ) -> None:
        self.copies, self.bundled, self.every_s, self._clock = copies, bundled, every_s, clock
        self.state = HubState(copies.repo.repo_id)
        self.stopped = threading.Event()
        self._failures = 0
        self._thread: threading.Thread | None = None

    def check(self) -> bool:
        """Ask once and take over what is new; whether that worked. Never raises: the log says what went wrong."""
        try:
            copy = self.copies.newest(self.state.copy)
        except StoreUnavailable as error:
            return self._failed(error, unreachable=True)
        except (EchoMindError, OSError) as error:
            return self._failed(error, unreachable=False)
        except Exception as error:  # a bug of ours must not end the thread in silence
            log.exception("looking for new results")
            return self._failed(error, unreachable=False)
        self._failures = 0
        if copy is not self.state.copy:
            self._take(copy)
        self.state = replace(self.state, checked=self._clock(), failing_since=None, unreachable=False)
        return True

    def wait_s(self) -> float:
        """Seconds until the next look."""
        wait = min(self.every_s, FIRST_RETRY_S * 2.0 ** (self._failures - 1)) if self._failures else self.every_s
        return wait * random.uniform(1 - SPREAD, 1 + SPREAD)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="results from the Hub", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Ask for no more; a request that is under way is left to itself after ``timeout_s``."""
        self.stopped.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until ``stop``."""
        self.stopped.wait(seconds)

    def _run(self) -> None:
        while not self.stopped.is_set():
            self.check()
            self.sleep(self.wait_s())

    def _take(self, copy: HubCopy) -> None:
        missing = tuple(sorted(record_names(self.bundled) - copy.records()))
        log.info("results are those of %s, commit %s", self.state.repo_id, copy.commit[:7])
        if missing:
            log.warning("not in it of the rows that come with the app: %s", ", ".join(missing))
        self.state = replace(self.state, copy=copy, missing=missing)

    def _failed(self, error: Exception, *, unreachable: bool) -> bool:
        self._failures += 1
        if self._failures == 1:  # once: it is asked again and again
            log.error("results stay as they are: %s", error)
        since = self.state.failing_since or self._clock()
        self.state = replace(self.state, failing_since=since, unreachable=unreachable)
        if self.state.copy is None and (last := self._last()) is not None:
            self._take(last)
        return False

    def _last(self) -> HubCopy | None:
        try:
            return self.copies.last()
        except OSError as error:
            log.error("no older copy can be read: %s", error)
            return None


@contextmanager
def open_refresh(settings: Settings, environ: Mapping[str, str] = os.environ) -> Iterator[HubRefresh | None]:
    """The refresh that the settings ask for, at work until the end of the block; ``None`` where they ask for none.

    Raises ``ConfigurationError`` for a repository id that is none.
    """
    if not settings.results_repo:
        yield None
        return
    repo_id = repo_id_of(settings.results_repo, "ECHOMIND_RESULTS_REPO")
    repo = HubRepo(repo_id, environ.get(TOKEN, "").strip(), private=False)
    copies = HubCopies(repo, settings.data_dir / f"results-of-{repo_id.replace('/', '--')}")
    refresh = HubRefresh(copies, settings.results_dir, 60.0 * settings.results_refresh_min)
    # What is repeated within one look waits no longer than the app lives.
    repo.patience = Patience(faults=3, sleep=refresh.sleep)
    refresh.start()
    try:
        yield refresh
    finally:
        refresh.stop()
