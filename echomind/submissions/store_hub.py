"""Submissions in a private data set repository on the Hub: one commit for each thing that happens.

What is kept: a commit is whole or not there, and it goes in only on top of the commit that was read before it
(``parent_commit``). So of two writers one goes first, and the other one reads what changed and decides again. Before
every new try the repository is asked whether the last one had worked after all: an answer that got lost doubles
nothing. ``create`` and ``append`` return after the hashes of the new files have been read back at the new commit.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from echomind.submissions import layout
from echomind.submissions.hub_faults import Patience
from echomind.submissions.hub_layout import ROOT, event_names, event_path, month_folder, place
from echomind.submissions.hub_repo import Blob, HubRepo
from echomind.submissions.layout import CONTACT, RAW, RECEIPT, EventName, KeptEvent
from echomind.submissions.model import Event, Receipt
from echomind.submissions.store import Conflict, StoreError, Submission, UnknownSubmission

FOLDER_LIMIT = 9_000  # submissions in one folder: the Hub wants fewer than 10,000, and several writers may add at once
READERS = 8  # requests at a time when many receipts are read
REMEMBERED = 8_192  # small files kept in memory; they never change, so what is remembered is always right

_T = TypeVar("_T")


class _Seen(NamedTuple):
    """A submission's folder at one commit: its files by their path inside the folder."""

    folder: str
    files: Mapping[str, Blob]

    @property
    def events(self) -> list[EventName]:
        return event_names(self.files)


class HubStore:
    """A ``Store`` in the data set repository ``repo_id``. Safe for any number of threads, processes and machines.

    ``token`` may write there; ``endpoint`` is another Hub. ``private=False`` takes a repository that everybody can
    read, and then no contact. ``patience`` says how often requests are repeated.
    """

    def __init__(
        self,
        repo_id: str,
        token: str,
        endpoint: str | None = None,
        *,
        private: bool = True,
        patience: Patience | None = None,
        folder_limit: int = FOLDER_LIMIT,
    ) -> None:
        self.repo = HubRepo(repo_id, token, endpoint, private=private, patience=patience)
        self.folder_limit = folder_limit
        self._folders: dict[str, str] = {}
        self._one_at_a_time = threading.Lock()  # threads of one process would only take the parent from each other
        self._small = lru_cache(maxsize=REMEMBERED)(self.repo.read)

    def create(self, receipt: Receipt, files: Mapping[str, bytes], *, contact: str = "") -> None:
        """Keep a new submission; see ``Store.create``."""
        layout.check_identifier(receipt.id)
        layout.check_files(receipt, files)
        if contact and not self.repo.private:
            raise StoreError(f"{receipt.id}: found a contact, expected none in a repository that everybody can read")
        received = layout.kept_event(layout.received_event(receipt), {})
        new = {f"{RAW}/{name}": content for name, content in files.items()}
        new |= {RECEIPT: layout.to_json(receipt), _event_path(1, received): layout.to_json(received)}
        if contact:
            new[CONTACT] = _contact(contact)

        def once() -> None:
            head = self.repo.head()
            seen = self._look(receipt.id, head)
            if seen is None:
                self._write(f"Keep {receipt.id}", f"{self._month(receipt, head)}/{receipt.id}", new, head)
            elif self._receipt(seen) != receipt:
                raise StoreError(f"{receipt.id}: found another receipt with this id, expected a new id")

        self._patiently(once)

    def append(
        self, submission_id: str, event: Event, files: Mapping[str, bytes] | None = None, *, expect: int | None = None
    ) -> int:
        """Add an event with its reports; see ``Store.append``."""
        layout.check_identifier(submission_id)
        reports = dict(files or {})
        layout.check_reports(reports)
        kept = layout.kept_event(event, reports)

        def once() -> int:
            head = self.repo.head()
            seen = self._look(submission_id, head)
            if seen is None:
                raise UnknownSubmission(f"found no submission {submission_id} in {self.repo.repo_id}")
            ids = [name.id for name in seen.events]
            if event.id in ids:
                version = ids.index(event.id) + 1
                if self._event(seen, seen.events[version - 1]) != kept:
                    raise StoreError(f"{submission_id}: found another event {event.id}, expected a new event id")
                return version
            if expect is not None and len(ids) != expect:
                raise Conflict(f"{submission_id}: found {len(ids)} events, expected {expect}")
            number = seen.events[-1].number + 1
            new = _new_reports(submission_id, reports, seen) | {_event_path(number, kept): layout.to_json(kept)}
            after = self._write(f"{submission_id}: {event.kind}", seen.folder, new, head)
            if [name.number for name in after.events].count(number) != 1:
                raise StoreError(f"{submission_id}: the Hub took two events number {number} on one parent")
            return len(ids) + 1

        return self._patiently(once)

    def get(self, submission_id: str) -> Submission:
        """The submission as it is now; see ``Store.get``."""
        seen = self._known(submission_id)
        contact = ""
        if blob := seen.files.get(CONTACT):
            contact = layout.from_json(layout.Contact, self._small(blob), blob.path).contact
        return Submission(self._receipt(seen), tuple(kept.event for kept in self._events(seen)), contact)

    def kept_events(self, submission_id: str) -> tuple[KeptEvent, ...]:
        """The events with the names and hashes of their reports."""
        return self._events(self._known(submission_id))

    def read(self, submission_id: str, name: str) -> bytes:
        """A file of the sender or a report, checked against its hash; see ``Store.read``."""
        seen = self._known(submission_id)
        hashes = {file.name: (f"{RAW}/{name}", file.sha256) for file in self._receipt(seen).files}
        hashes |= {report: (name, sha256) for report, sha256 in layout.reports_of(self._events(seen)).items()}
        if name not in hashes:
            raise StoreError(
                f"{submission_id}: found no file {layout.shown(name)}, expected one of its receipt or of its reports"
            )
        path, sha256 = hashes[name]
        content = self.repo.read(self._blob(seen, path))
        layout.check_bytes(content, sha256, f"{self.repo.repo_id}: {seen.folder}/{path}")
        return content

    def ids(self) -> Iterator[str]:
        """All ids, oldest first."""
        return iter([receipt.id for receipt in self._receipts()])

    def find(self, *, content: str | None = None, sender: str | None = None) -> list[str]:
        """Ids with this content hash, or from this sender; see ``Store.find``."""
        return [
            receipt.id
            for receipt in self._receipts()
            if (content is None or receipt.content == content)
            and (sender is None or layout.sender_key(receipt.sender) == sender)
        ]

    def count_since(self, sender: str, since: datetime.datetime) -> int:
        """How many submissions of this sender are not older; see ``Store.count_since``."""
        if since.tzinfo is None:
            raise ValueError(f"found the time {since} without its zone, expected one with it")
        return sum(r.at >= since for r in self._receipts() if layout.sender_key(r.sender) == sender)

    def versions(self) -> dict[str, int]:
        """The number of events of every submission, from one listing of the repository."""
        places = [place(blob.path) for blob in self.repo.tree(ROOT, self.repo.head())]
        inside: dict[str, list[str]] = {}
        for found in filter(None, places):
            inside.setdefault(found.submission_id, []).append(found.rest)
        return {submission_id: len(event_names(paths)) for submission_id, paths in inside.items()}

    def _patiently(self, once: Callable[[], _T]) -> _T:
        def alone() -> _T:
            with self._one_at_a_time:
                return once()

        return self.repo.patience.retrying()(alone)

    def _write(self, message: str, folder: str, new: Mapping[str, bytes], parent: str) -> _Seen:
        commit = self.repo.commit(message, {f"{folder}/{path}": content for path, content in new.items()}, parent)
        seen = self._at(folder, commit)
        for path, content in new.items():
            if not self._blob(seen, path).holds(content):
                raise StoreError(f"{self.repo.repo_id}: {folder}/{path} has another hash after commit {commit}")
        return seen

    def _known(self, submission_id: str) -> _Seen:
        layout.check_identifier(submission_id)
        seen = self._look(submission_id, self.repo.head())
        if seen is None:
            raise UnknownSubmission(f"found no submission {submission_id} in {self.repo.repo_id}")
        return seen

    def _look(self, submission_id: str, head: str) -> _Seen | None:
        if submission_id not in self._folders:
            folders = [f"{month}/{submission_id}" for month in self.repo.folders(ROOT, head)]
            there = self.repo.present([f"{folder}/{RECEIPT}" for folder in folders], head)
            if not there:
                return None
            self._folders[submission_id] = there[0].removesuffix(f"/{RECEIPT}")  # it never moves
        seen = self._at(self._folders[submission_id], head)
        if RECEIPT not in seen.files:  # somebody took it out of the repository
            del self._folders[submission_id]
            return None
        return seen

    def _at(self, folder: str, commit: str) -> _Seen:
        blobs = self.repo.tree(folder, commit)
        return _Seen(folder, {blob.path.removeprefix(f"{folder}/"): blob for blob in blobs})

    def _month(self, receipt: Receipt, head: str) -> str:
        part = 1
        while len(self.repo.folders(month_folder(receipt, part), head)) >= self.folder_limit:
            part += 1
        return month_folder(receipt, part)

    def _blob(self, seen: _Seen, path: str) -> Blob:
        if path not in seen.files:
            raise StoreError(f"{self.repo.repo_id}: found no {seen.folder}/{path}, expected it beside its receipt")
        return seen.files[path]

    def _receipt(self, seen: _Seen) -> Receipt:
        blob = self._blob(seen, RECEIPT)
        return layout.from_json(Receipt, self._small(blob), blob.path)

    def _events(self, seen: _Seen) -> tuple[KeptEvent, ...]:
        return tuple(self._event(seen, name) for name in seen.events)

    def _event(self, seen: _Seen, name: EventName) -> KeptEvent:
        blob = self._blob(seen, event_path(name))
        return layout.from_json(KeptEvent, self._small(blob), blob.path)

    def _receipts(self) -> list[Receipt]:
        places = [(blob, place(blob.path)) for blob in self.repo.tree(ROOT, self.repo.head())]
        blobs = [blob for blob, found in places if found and found.rest == RECEIPT]
        with ThreadPoolExecutor(READERS) as readers:
            contents = list(readers.map(self._small, blobs))
        receipts = [layout.from_json(Receipt, data, blob.path) for blob, data in zip(blobs, contents, strict=True)]
        return sorted(receipts, key=lambda receipt: (receipt.at, receipt.id))


def _contact(contact: str) -> bytes:
    try:
        return layout.to_json(layout.Contact(contact=contact))
    except ValidationError as error:
        raise StoreError(f"contact: {error.errors()[0]['msg']}") from None


def _event_path(number: int, event: Event) -> str:
    return event_path(EventName(number, event.kind, event.id))


def _new_reports(submission_id: str, reports: Mapping[str, bytes], seen: _Seen) -> dict[str, bytes]:
    """Those reports that are not there yet; raises ``StoreError`` where another content has the name already."""
    new = {}
    for name, content in reports.items():
        there = seen.files.get(name)
        if f"{RAW}/{name}" in seen.files:
            raise StoreError(f"{submission_id}: found {name} among the sender's files, expected a name that is free")
        if there is None:
            new[name] = content
        elif not there.holds(content):
            raise StoreError(f"{submission_id}: found {name} with another content, expected a name that is free")
    return new
