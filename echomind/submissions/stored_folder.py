"""Submissions on the disk, as they are read: every file checked, and whatever does not belong there named."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from echomind.submissions.files import FILE, FOLDER, kind_of, list_folder, locked, read_file, writing
from echomind.submissions.layout import (
    CONTACT,
    EVENTS,
    MONTH,
    RAW,
    RECEIPT,
    Contact,
    KeptEvent,
    check_bytes,
    digest,
    from_json,
    is_identifier,
    month_of,
    ordered_event_names,
    parse_event_name,
    reports_of,
    shown,
)
from echomind.submissions.model import Receipt
from echomind.submissions.store import StoreError, StoreUnavailable

# A listing may miss an event that is added while it lasts and show the next one: a gap counts only if it stays.
_LISTINGS = 3


class _Kept(NamedTuple):
    """A file that has to be there: where in the folder, and as what."""

    place: str
    sha256: str
    size: int | None = None


class StoredFolder:
    """The folder of a submission; it is there and no link. ``where`` names it in messages: ``<yyyy-mm>/<id>``.

    What cannot be read raises ``StoreError``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events_path = path / EVENTS
        self.where = f"{path.parent.name}/{path.name}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock that everybody takes who adds an event; raises ``OSError`` where it cannot be had."""
        if (kind := kind_of(self.events_path)) != FOLDER:
            raise StoreError(f"{self.where}/{EVENTS}: found {kind or 'nothing'}, expected {FOLDER}")
        with locked(self.events_path):
            yield

    def receipt(self) -> Receipt:
        """The receipt, if it is the one of this id and month."""
        receipt = from_json(Receipt, self._read(RECEIPT), f"{self.where}/{RECEIPT}")
        if (found := f"{month_of(receipt)}/{receipt.id}") != self.where:
            raise StoreError(f"{self.where}/{RECEIPT}: found the receipt of {found}, expected that of this folder")
        return receipt

    def contact(self) -> str:
        """How to reach the sender; "": not given."""
        if not kind_of(self.path / CONTACT):
            return ""
        return from_json(Contact, self._read(CONTACT), f"{self.where}/{CONTACT}").contact

    def events(self) -> list[KeptEvent]:
        """All events in their order."""
        return [self._event(name) for name in self._event_names()]

    def _event_names(self) -> list[str]:
        def names() -> list[str]:
            where = f"{self.where}/{EVENTS}"
            return ordered_event_names([entry.name for entry in list_folder(self.events_path, where)], where)

        for _ in range(_LISTINGS - 1):
            with suppress(StoreError):
                return names()
        return names()

    def _event(self, name: str) -> KeptEvent:
        where = f"{self.where}/{EVENTS}/{name}"
        event = from_json(KeptEvent, read_file(self.events_path / name, where), where)
        parsed = parse_event_name(name)
        if parsed is None or (event.kind, event.id) != (parsed.kind, parsed.id):
            raise StoreError(f"{where}: found the event {event.kind} {event.id}, expected the one that its name says")
        return event

    def file(self, name: str) -> bytes:
        """A file of the receipt or a report, with the hash that it should have."""
        kept = _sent_files(self.receipt())
        if name not in kept:
            kept = _report_files(self.events())
        if name not in kept:
            raise StoreError(f"{self.where}: found no file {shown(name)}, expected one of the receipt or a report")
        return self._bytes(kept[name])

    def fresh_reports(self, events: Sequence[KeptEvent], files: Mapping[str, bytes]) -> list[str]:
        """Names of those ``files`` that are not there yet; raises ``StoreError`` where another content would go."""
        there = _report_files(events) | _sent_files(self.receipt())
        for name, data in files.items():
            if name in there and there[name].sha256 != digest(data):
                raise StoreError(f"{self.where}/{name}: found another file of this name, expected none or the same")
        return [name for name in files if name not in there]

    def problems(self, *, contents: bool) -> list[str]:
        """A line for everything in the folder that is not as it should be; ``contents``: with the hashes of files."""
        try:
            self.contact()
            sent = _sent_files(self.receipt())
            with writing(self.where), self.locked():  # a report that comes now is named by an event a moment later
                reports = _report_files(self.events())
                lines = self._strays("", {RECEIPT, CONTACT, RAW, EVENTS, *reports}) + self._strays(RAW, sent)
        except StoreError as error:
            return [str(error)]
        for file in (reports | sent).values():  # a report that is a sent file again was not written a second time
            try:
                self._bytes(file) if contents else self._there(file)
            except StoreError as error:
                lines.append(str(error))
        return lines

    def _strays(self, inside: str, expected: Collection[str]) -> list[str]:
        where = f"{self.where}/{inside}".rstrip("/")
        listed = list_folder(self.path / inside, where)
        return [
            f"{where}: found {entry.kind} {shown(entry.name)}, expected only files of the submission"
            for entry in listed
            if entry.name not in expected
        ]

    def _bytes(self, file: _Kept) -> bytes:
        self._there(file)
        data = self._read(file.place)
        check_bytes(data, file.sha256, f"{self.where}/{file.place}", size=file.size)
        return data

    def _there(self, file: _Kept) -> None:
        path, where = self.path / file.place, f"{self.where}/{file.place}"
        for place, expected in ((path.parent, FOLDER), (path, FILE)):
            if (kind := kind_of(place)) != expected:
                raise StoreError(f"{where}: found {kind or 'nothing'} at {place.name}, expected {expected}")

    def _read(self, name: str) -> bytes:
        return read_file(self.path / name, f"{self.where}/{name}")


def _sent_files(receipt: Receipt) -> dict[str, _Kept]:
    return {file.name: _Kept(f"{RAW}/{file.name}", file.sha256, file.size) for file in receipt.files}


def _report_files(events: Sequence[KeptEvent]) -> dict[str, _Kept]:
    return {name: _Kept(name, sha256) for name, sha256 in reports_of(events).items()}


class Listed(NamedTuple):
    """What lies in a store: the folders of its submissions by id, and a line for everything that does not belong."""

    folders: dict[str, StoredFolder]
    problems: list[str]


def list_submissions(root: Path, own: Collection[str]) -> Listed:
    """All submissions under ``root``, found by their names; ``own`` are the store's own names there."""
    problems: list[str] = []
    found: dict[str, list[StoredFolder]] = {}
    for month in _months(root, own, problems):
        for entry in list_folder(root / month, month):
            if entry.kind == FOLDER and is_identifier(entry.name):
                found.setdefault(entry.name, []).append(StoredFolder(root / month / entry.name))
            else:
                problems.append(f"{month}: found {entry.kind} {shown(entry.name)}, expected folders of submissions")
    problems += [_found_twice(folders) for folders in found.values() if len(folders) > 1]
    return Listed({name: folders[0] for name, folders in found.items() if len(folders) == 1}, problems)


def find_submission(root: Path, submission_id: str) -> StoredFolder | None:
    """The folder of a submission; ``None``: there is none. ``StoreError``: there is something else, or two."""
    folders = []
    for month in _months(root, (), []):
        kind = kind_of(root / month / submission_id)
        if kind not in ("", FOLDER):
            raise StoreError(f"{month}/{submission_id}: found {kind}, expected {FOLDER}")
        if kind:
            folders.append(StoredFolder(root / month / submission_id))
    if len(folders) > 1:
        raise StoreError(_found_twice(folders))
    return folders[0] if folders else None


def _months(root: Path, own: Collection[str], problems: list[str]) -> list[str]:
    if kind_of(root) != FOLDER:
        raise StoreUnavailable(f"{root.name}: the folder of submissions is not there")
    months = []
    for entry in list_folder(root, root.name):
        if entry.kind == FOLDER and MONTH.fullmatch(entry.name):
            months.append(entry.name)
        elif entry.name not in own:
            problems.append(f"{root.name}: found {entry.kind} {shown(entry.name)}, expected months such as 2026-11")
    return months


def _found_twice(folders: Sequence[StoredFolder]) -> str:
    return f"found {' and '.join(folder.where for folder in folders)}, expected each submission once"
