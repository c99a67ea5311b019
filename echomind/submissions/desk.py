"""Where submissions are handed in: one store with its workers, which all pages and endpoints of a process share."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from echomind.settings import Settings
from echomind.submissions.check import Check, IntakeError
from echomind.submissions.commands import opened
from echomind.submissions.form import read_form
from echomind.submissions.intake import accept, check_files, prepare
from echomind.submissions.model import Receipt, Sender
from echomind.submissions.sent_files import Incoming
from echomind.submissions.service import Submissions
from echomind.submissions.store import Store
from echomind.submissions.trays import Trays
from echomind.submissions.worker import Workers

log = logging.getLogger(__name__)


class Desk:
    """Checks what comes, keeps it, and lets it be scored. Safe between threads.

    ``submissions`` is the service with all else that senders and moderators do; ``trays`` hold uploads that are not
    handed in yet.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self.workers = Workers(store, settings)
        self.submissions = Submissions(store, settings, on_received=self.workers.wake)
        self.trays = Trays(settings.data_dir / "submission-trays")

    def check(self, files: Sequence[Incoming], given: Mapping[str, Any]) -> Check:
        """What is wrong with files and form together; nothing is kept. ``given``: texts by field name, see ``FIELDS``.

        Where the form has problems, the files are checked all the same, if it names a board. Raises
        ``IntakeUnavailable``.
        """
        form = read_form(given)
        if form.form is not None:
            return check_files(files, form.form.board, form.form, self.settings)
        board = given.get("board")
        check = check_files(files, board.strip() if isinstance(board, str) else "", None, self.settings)
        told = {problem.field for problem in form.problems}
        twice = [problem for problem in check.problems if problem.field == "board" and "board" in told]
        return replace(
            check,
            problems=(*form.problems, *(problem for problem in check.problems if problem not in twice)),
            problem_count=len(form.problems) + check.problem_count - len(twice),
            preview=None,
        )

    def submit(self, files: Sequence[Incoming], given: Mapping[str, Any], sender: Sender) -> Receipt:
        """Check once more and keep; what is returned is kept for good.

        Raises ``IntakeError`` with every problem, ``IntakeUnavailable``, ``AlreadyReceived``, ``LimitReached``,
        ``StoreError``.
        """
        form = read_form(given)
        if form.form is None:
            raise IntakeError(self.check(files, given))
        receipt, kept = accept(files, form.form, sender, self.settings)
        return self.submissions.submit(receipt, kept, form.contact)


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """A desk whose workers work until it closes. Raises ``ConfigurationError`` for a store that cannot be opened."""
    with opened(settings) as store:
        desk = Desk(store, settings)
        # meanwhile pages are served: only who checks an upload in the first seconds waits for it
        threading.Thread(target=prepare, args=(settings,), name="preparing", daemon=True).start()
        desk.workers.start()
        log.info("submissions are kept by %s; workers: %d", type(store).__name__, settings.scoring_workers)
        try:
            yield desk
        finally:
            desk.workers.stop(timeout_s=30)
