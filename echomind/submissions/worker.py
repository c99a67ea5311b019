"""Takes submissions from the store, lets each be scored in a process of its own, and says what came of it.

Any number of workers on any number of machines share a store. A claim is an event that only one of them gets in; it
holds for some minutes and is renewed while scoring lasts. A worker that ends in the middle leaves a claim behind, which
runs out by itself, or is given back at once by the next worker on the same machine. A result is added only while the
claim is still held, so whatever is scored twice after an accident is kept once. What the files cause is ``failed``, at
once and in full; what we cause is tried once more and then ``held`` for a person, with a reference into the log.
"""

from __future__ import annotations

import datetime
import logging
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from echomind.settings import Settings
from echomind.submissions.listing import Listing
from echomind.submissions.living import dead, living
from echomind.submissions.model import Event, EventKind, Receipt, new_event, now
from echomind.submissions.outcomes import add_scored, add_while, publish
from echomind.submissions.progress import Progress, ProgressFiles
from echomind.submissions.queue import CUT_OFF, FAULT, attempts, queue
from echomind.submissions.scoring_run import Ended, ScoringRun
from echomind.submissions.service import progress_folder
from echomind.submissions.store import Conflict, Store, StoreError, StoreUnavailable, Submission

log = logging.getLogger(__name__)
CLAIM_S = 600.0  # how long a claim holds; renewed from half of it on
POLL_S = 5.0  # longest time until a submission is seen that another machine received
MOST_FAULTS = 2  # of ours: one retry
# Ends of the worker while it scored the same submission: restarts of the machine do that, but so does what eats it up.
MOST_CUT_OFF = 10

Told = Callable[[str, float, str], None]


class Worker:
    """One worker, living in ``own``, a folder of ``living``. ``run`` scores; ``told`` hears of progress besides."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        own: Path,
        *,
        run: ScoringRun | None = None,
        claim_s: float = CLAIM_S,
        told: Told = lambda submission_id, done, doing: None,
    ) -> None:
        self.store, self.name, self._own = store, own.name, own
        self._run = run or ScoringRun(settings)
        self._claim_for = datetime.timedelta(seconds=claim_s)
        self._progress = ProgressFiles(progress_folder(settings))
        self._told = told
        self._listing = Listing(store)

    def run_forever(self, stop: threading.Event, wake: threading.Event | None = None, poll_s: float = POLL_S) -> None:
        """Score what comes until ``stop`` is set; ``wake``, set with it and when something came, ends a wait."""
        wake = wake or stop
        while not stop.is_set():
            if wake is not stop:
                wake.clear()
            try:
                did = self.run_once(stop)
            except StoreError as error:
                log.warning("%s: the store cannot be used now: %s", self.name, error)
                did = False
            except Exception:  # a bug stays loud, but nobody's submission is to wait for the app's next start
                log.exception("%s: something is wrong", self.name)
                did = False
            if not did and not stop.is_set():
                wake.wait(poll_s)

    def run_once(self, stop: threading.Event | None = None) -> bool:
        """Give back what dead workers held, publish what was scored, score one submission; whether there was one.

        Raises ``StoreError``.
        """
        stop = stop or threading.Event()
        self._give_back()
        submissions = self._listing.all()
        for submission in submissions:
            if submission.standing.state == "scored":  # who scored it ended before the next line
                publish(self.store, submission.receipt.id, self.name)
        for submission in queue(submissions, now()):
            if stop.is_set():
                return False
            if self._claim(submission):
                self._score(submission.receipt, stop)
                return True
        return False

    def _give_back(self) -> None:
        with dead(self._own.parent) as names:
            for submission in self._listing.all() if names else []:
                if submission.standing.claimed_by in names:
                    holder = submission.standing.claimed_by
                    self._add(submission.receipt.id, "released", holder=holder, **{CUT_OFF: "yes"})

    def _claim(self, submission: Submission) -> bool:
        submission_id = submission.receipt.id
        if attempts(submission.events).cut_off >= MOST_CUT_OFF:
            reason = _our_fault(f"the worker ended {MOST_CUT_OFF} times while it was scored", secrets.token_hex(4))
            log.error("%s: %s", submission_id, reason)
            held = new_event("held", self.name, reason=reason)
            add_while(self.store, submission_id, lambda _: held, lambda found: found.version == submission.version)
            return False
        try:
            self.store.append(submission_id, self._claimed(), expect=submission.version)
        except Conflict:
            return False  # somebody was quicker, or took it back
        return True

    def _claimed(self) -> Event:
        return new_event("claimed", self.name, until=(now() + self._claim_for).isoformat())

    def _score(self, receipt: Receipt, stop: threading.Event) -> None:
        submission_id = receipt.id

        def tell(done: float, doing: str) -> None:
            try:
                self._progress.put(submission_id, Progress(done=done, doing=doing, at=now()))
            except OSError as error:
                log.warning("%s: its progress cannot be shown: %s", submission_id, error)
            self._told(submission_id, done, doing)

        try:
            tell(0.0, "starting")
            ended = self._run(
                self.store,
                receipt,
                self._own,
                tell=tell,
                go_on=lambda: not stop.is_set() and self._keep_claim(submission_id),
            )
        except Exception:  # whatever is wrong with one submission, the next one is to be scored
            code = secrets.token_hex(4)
            log.exception("reference %s: %s could not be scored", code, submission_id)
            ended = Ended("crashed", f"it could not be read or written (reference {code})")
        finally:
            self._progress.clear(submission_id)
        self._conclude(submission_id, ended)

    def _conclude(self, submission_id: str, ended: Ended) -> None:
        if ended.kind == "stopped":
            self._add(submission_id, "released", reason="its worker was stopped")
        elif ended.kind == "scored":
            if add_scored(self.store, submission_id, self.name, ended, self._holds):
                publish(self.store, submission_id, self.name)
        elif ended.kind != "crashed":
            self._add(submission_id, ended.kind, reason=ended.reason)
        elif attempts(self.store.get(submission_id).events).faults + 1 < MOST_FAULTS:
            self._add(submission_id, "released", **{FAULT: "yes", "reason": ended.reason})
        else:
            self._add(submission_id, "held", reason=_our_fault(ended.reason))

    def _add(self, submission_id: str, kind: EventKind, *, holder: str = "", **data: str) -> None:
        """Add an event while ``holder``, by default this worker, holds the claim; else it is not ours to say."""
        event = new_event(kind, self.name, **data)
        wanted = self._holds if not holder else lambda found: _held_by(found, holder)
        if not add_while(self.store, submission_id, lambda _: event, wanted):
            log.info("%s: not %s any more: it was taken back or over", submission_id, kind)

    def _holds(self, found: Submission) -> bool:
        return _held_by(found, self.name)

    def _keep_claim(self, submission_id: str) -> bool:
        """Whether the submission is still ours to score; the claim is renewed in good time."""
        try:
            found = self.store.get(submission_id)
            if not self._holds(found):
                return False
            until = found.standing.claimed_until
            if until is not None and until - now() < self._claim_for / 2:
                self.store.append(submission_id, self._claimed(), expect=found.version)
        except Conflict:
            return True  # looked at again in a moment
        except StoreUnavailable as error:
            log.warning("%s: its claim cannot be renewed now: %s", submission_id, error)
        return True


def _held_by(found: Submission, name: str) -> bool:
    return found.standing.state == "scoring" and found.standing.claimed_by == name


def _our_fault(what: str, code: str = "") -> str:
    return f"a fault of ours: {what}{f' (reference {code})' if code else ''}; a person will look at it"


class Workers:
    """The workers of one process, in threads: as many as ``settings`` say, or ``number``."""

    def __init__(
        self, store: Store, settings: Settings, *, number: int | None = None, run: ScoringRun | None = None
    ) -> None:
        self.store, self.settings, self._run = store, settings, run
        count = settings.scoring_workers if number is None else number
        self._stop = threading.Event()
        self._wakes = [threading.Event() for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._work, args=(wake,), name=f"scoring-{n}", daemon=True)
            for n, wake in enumerate(self._wakes, start=1)
        ]

    def start(self) -> None:
        """Let them work."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something came: look at once."""
        for wake in self._wakes:
            wake.set()

    def stop(self, timeout_s: float | None = None) -> None:
        """Let them give back what they hold, and wait for it."""
        self._stop.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout_s)

    def _work(self, wake: threading.Event) -> None:
        with living(workers_folder(self.settings)) as own:
            Worker(self.store, self.settings, own, run=self._run).run_forever(self._stop, wake)


def workers_folder(settings: Settings) -> Path:
    """Where the workers of this machine live."""
    return settings.data_dir / "submission-workers"
