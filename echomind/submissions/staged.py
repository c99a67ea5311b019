"""From a staging folder into the store, in one step that is done or not done, and back where it was not done."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from echomind.submissions.files import FILE, kind_of, list_folder, sync_folder, write_new
from echomind.submissions.layout import (
    CONTACT,
    EVENTS,
    RAW,
    RECEIPT,
    Contact,
    KeptEvent,
    event_name,
    kept_event,
    received_event,
    to_json,
)
from echomind.submissions.model import Receipt
from echomind.submissions.store import StoreError
from echomind.submissions.stored_folder import StoredFolder

log = logging.getLogger(__name__)

_EVENT = ".event"  # no report can have this name


def write_submission(folder: Path, receipt: Receipt, files: Mapping[str, bytes], contact: Contact | None) -> None:
    """Fill an empty folder with a whole submission, on the disk when this returns; ``files`` are the receipt's."""
    first = received_event(receipt)
    for inside in (RAW, EVENTS):
        (folder / inside).mkdir()
    for name, data in files.items():
        write_new(folder / RAW / name, data)
    if contact is not None:
        write_new(folder / CONTACT, to_json(contact), private=True)
    write_new(folder / EVENTS / event_name(1, first), to_json(kept_event(first, {})))
    write_new(folder / RECEIPT, to_json(receipt))
    for written in (folder / RAW, folder / EVENTS, folder):
        sync_folder(written)


def add_event(
    staged: Path, folder: StoredFolder, number: int, event: KeptEvent, files: Mapping[str, bytes], fresh: Sequence[str]
) -> None:
    """Add the ``number``-th event with the ``fresh`` ones of its ``files``; both are there, or neither is.

    ``staged`` is an empty staging folder; hold the submission's lock. What an end of the process leaves behind is
    taken back by ``take_back`` as long as ``staged`` is there.
    """
    for name in fresh:
        write_new(staged / name, files[name])
    write_new(staged / _EVENT, to_json(event))
    if fresh:  # for ``take_back`` after a loss of power: the folder is there for good before anything leaves it
        sync_folder(staged)
        sync_folder(staged.parent)
    try:
        for name in fresh:
            _make_way(folder, name)
            os.link(staged / name, folder.path / name)
        if fresh:
            sync_folder(folder.path)  # the reports are there for good before the event that names them
        os.link(staged / _EVENT, folder.events_path / event_name(number, event))
        sync_folder(folder.events_path)
    except BaseException:
        take_back(staged, folder)
        raise


def _make_way(folder: StoredFolder, name: str) -> None:
    """Remove a report that no event names: its writer ended before the event, as nobody else holds the lock now."""
    path, where = folder.path / name, f"{folder.where}/{name}"
    kind = kind_of(path)
    if kind == FILE:
        log.warning("%s: removed, as no event names it", where)
        path.unlink()
    elif kind:
        raise StoreError(f"{where}: found {kind}, expected no file of this name")


def take_back(staged: Path, folder: StoredFolder) -> None:
    """Remove the reports that went from ``staged`` into the submission, unless their event is there too."""
    places = {entry.name: staged / entry.name for entry in list_folder(staged, staged.name) if entry.kind == FILE}
    event = places.pop(_EVENT, None)
    if event is not None and any(event.samefile(path) for path in folder.events_path.iterdir()):
        return
    for name, path in places.items():
        target = folder.path / name
        if kind_of(target) == FILE and path.samefile(target):
            target.unlink()
