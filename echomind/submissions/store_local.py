"""Submissions in a folder of this machine.

The promise: what ``create`` and ``append`` have returned for survives ``kill -9`` at any moment, and a loss of power as
far as the disk keeps what ``fsync`` of files and folders gave it. What they have not returned for is there whole or not
at all, and calling them again with the same receipt or event finishes it, once.

How it is kept: a submission is written into a staging folder, forced to the disk and renamed into its month; an event
and its reports are written into a staging folder, forced to the disk and linked into the submission, the event last,
under a lock of the submission that all threads and processes of this machine respect. A report counts only when an
event names it. The folders are the truth; the index beside them (``index.py``) is derived from them.
"""

from __future__ import annotations

import datetime
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from pydantic import ValidationError

from echomind.submissions.files import (
    FOLDER,
    abandoned,
    kind_of,
    list_folder,
    locked,
    make_folder,
    staging,
    sync_folder,
    writing,
)
from echomind.submissions.index import Index, Question
from echomind.submissions.layout import (
    Contact,
    KeptEvent,
    check_files,
    check_identifier,
    check_reports,
    is_file_name,
    is_identifier,
    kept_event,
    month_of,
    shown,
)
from echomind.submissions.model import Event, Receipt
from echomind.submissions.staged import add_event, take_back, write_submission
from echomind.submissions.store import Conflict, StoreError, StoreUnavailable, Submission, UnknownSubmission
from echomind.submissions.stored_folder import StoredFolder, find_submission, list_submissions

log = logging.getLogger(__name__)

_INCOMING, _INDEX = ".incoming", ".index"
_OWN = frozenset({_INCOMING, _INDEX})
_NEW = "new"  # label of the staging folder of a new submission; that of an event is the id of its submission
_STAGED = re.compile(r"(.+)-[0-9a-f]{16}", re.ASCII)


class LocalStore:
    """A ``Store`` in the folder ``root``, made if missing. Safe for any number of threads and processes of one machine.

    ``leftovers_after``: how old a staging folder of a writer that is gone has to be to be removed when the store is
    opened. Raises ``StoreUnavailable`` when the folder cannot be made.
    """

    def __init__(self, root: Path, *, leftovers_after: datetime.timedelta = datetime.timedelta(minutes=10)) -> None:
        self.root = root.resolve()  # the whole store may lie behind a link; nothing inside it may
        with writing(root.name):
            make_folder(self.root / _INCOMING)
            # Who made the root may have ended before this line. (Who may not list the parent did not make it there.)
            with suppress(PermissionError):
                sync_folder(self.root.parent)
        self._said: set[str] = set()
        self._index = Index(self.root / _INDEX)
        self._index.check()
        self._remove_leftovers(leftovers_after)

    def create(self, receipt: Receipt, files: Mapping[str, bytes], *, contact: str = "") -> None:
        """See ``Store.create``."""
        check_identifier(receipt.id)
        check_files(receipt, files)
        private = _contact(contact)
        month = self.root / month_of(receipt)
        with writing(receipt.id):
            if not self._has(receipt):
                with self._staging(_NEW) as staged:
                    write_submission(staged, receipt, files, private)
                    with locked(self.root):  # one id has one receipt, also where two would go into different months
                        if not self._has(receipt):
                            self._make_month(month)
                            staged.rename(month / receipt.id)
            sync_folder(month)  # also where it was there: who put it there may have ended before this line
            sync_folder(self.root)

    def append(
        self, submission_id: str, event: Event, files: Mapping[str, bytes] | None = None, *, expect: int | None = None
    ) -> int:
        """See ``Store.append``."""
        files = files or {}
        folder = self._folder(submission_id)
        check_reports(files)
        kept = kept_event(event, files)
        with writing(folder.where), folder.locked():
            events = folder.events()
            for version, known in enumerate(events, start=1):
                if known.id == kept.id:
                    if known != kept:
                        raise StoreError(
                            f"{folder.where}: found another event with the id {kept.id}, expected the same"
                        )
                    sync_folder(folder.events_path)
                    return version
            if expect is not None and expect != len(events):
                raise Conflict(f"{folder.where}: found {len(events)} events, expected {expect}")
            fresh = folder.fresh_reports(events, files)
            with self._staging(submission_id) as staged:
                add_event(staged, folder, len(events) + 1, kept, files, fresh)
        return len(events) + 1

    def get(self, submission_id: str) -> Submission:
        """See ``Store.get``."""
        folder = self._folder(submission_id)
        events = tuple(kept.event for kept in folder.events())
        return Submission(folder.receipt(), events, folder.contact())

    def kept_events(self, submission_id: str) -> tuple[KeptEvent, ...]:
        """The events with the names and hashes of the reports that each brought, for whoever copies a submission."""
        return tuple(self._folder(submission_id).events())

    def read(self, submission_id: str, name: str) -> bytes:
        """See ``Store.read``."""
        folder = self._folder(submission_id)
        if not is_file_name(name):
            raise StoreError(f"{folder.where}: found the file name {shown(name)}, expected one of a file of ours")
        return folder.file(name)

    def ids(self) -> Iterator[str]:
        """See ``Store.ids``. What lies in the store and is no submission is left out, logged, and in ``problems``."""
        return iter(self._ask(Question()))

    def find(self, *, content: str | None = None, sender: str | None = None) -> list[str]:
        """See ``Store.find``."""
        return self._ask(Question(content, sender))

    def count_since(self, sender: str, since: datetime.datetime) -> int:
        """See ``Store.count_since``."""
        if since.tzinfo is None:
            raise ValueError("expected a time with its zone")
        return len(self._ask(Question(None, sender, since)))

    def problems(self, *, contents: bool = False) -> list[str]:
        """A line for everything in the store that is not as it should be, with its path; ``contents``: reads all files.

        Without ``contents`` receipts and events are read, and the other files have to be there.
        """
        listed = list_submissions(self.root, _OWN)
        lines = list(listed.problems)
        for folder in listed.folders.values():
            lines += folder.problems(contents=contents)
        for entry in list_folder(self.root / _INCOMING, _INCOMING):
            if entry.kind != FOLDER or not _STAGED.fullmatch(entry.name):
                lines.append(
                    f"{_INCOMING}: found {entry.kind} {shown(entry.name)}, expected only what is being written"
                )
        return lines

    def _folder(self, submission_id: str) -> StoredFolder:
        check_identifier(submission_id)
        folder = find_submission(self.root, submission_id)
        if folder is None:
            raise UnknownSubmission(f"found no submission {submission_id}")
        return folder

    def _has(self, receipt: Receipt) -> bool:
        folder = find_submission(self.root, receipt.id)
        if folder is not None and folder.receipt() != receipt:
            raise StoreError(f"{folder.where}: found another receipt with the id {receipt.id}, expected the same")
        return folder is not None

    def _make_month(self, month: Path) -> None:
        if (kind := kind_of(month)) not in ("", FOLDER):
            raise StoreError(f"{month.name}: found {kind}, expected {FOLDER}")
        month.mkdir(exist_ok=True)

    def _staging(self, label: str) -> AbstractContextManager[Path]:
        make_folder(self.root / _INCOMING)
        return staging(self.root / _INCOMING, label)

    def _ask(self, question: Question) -> list[str]:
        listed = list_submissions(self.root, _OWN)
        for line in listed.problems:
            self._say(line)

        def load(submission_id: str) -> Receipt | None:
            try:
                return listed.folders[submission_id].receipt()
            except StoreUnavailable:
                raise
            except StoreError as error:
                self._say(str(error))
                return None

        return self._index.ask(question, listed.folders, load)

    def _say(self, line: str) -> None:
        if line not in self._said:  # once: the store is listed with every page
            self._said.add(line)
            log.error("left out of the submissions: %s", line)

    def _remove_leftovers(self, after: datetime.timedelta) -> None:
        """Remove what writers that are gone were writing, and take back what of it had reached a submission."""
        for entry in list_folder(self.root / _INCOMING, _INCOMING):
            label = _STAGED.fullmatch(entry.name)
            if entry.kind != FOLDER or label is None:
                continue  # not ours to remove: in ``problems``
            try:
                self._remove_leftover(self.root / _INCOMING / entry.name, label[1], after.total_seconds())
            except (OSError, StoreError) as error:
                log.warning("cannot be removed now: %s/%s (%s)", _INCOMING, entry.name, error)

    def _remove_leftover(self, staged: Path, label: str, after_s: float) -> None:
        with abandoned(staged, after_s) as is_abandoned:
            if not is_abandoned:
                return
            folder = find_submission(self.root, label) if is_identifier(label) else None
            if folder is not None:
                with folder.locked():
                    take_back(staged, folder)
            shutil.rmtree(staged)
            log.info("removed %s/%s, whose writer is gone", _INCOMING, staged.name)


def _contact(contact: str) -> Contact | None:
    try:
        return Contact(contact=contact) if contact else None
    except ValidationError as error:
        raise StoreError(f"contact: {error.errors()[0]['msg']}") from None
