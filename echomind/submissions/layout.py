"""How a stored submission looks, the same in every store: which files it has, what they are called, what is in them.

``<yyyy-mm>/<id>/`` holds ``receipt.json``, ``raw/<file name>``, ``contact.json`` (private, only where one was given),
``events/<8 digits>-<kind>-<event id>.json`` counted from 1, and the reports, each named by the event that brought it.
Nothing here touches a disk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from echomind import strict_json
from echomind.errors import EchoMindError
from echomind.submissions.model import Digest, Event, EventKind, FileName, Identifier, Receipt, Sender
from echomind.submissions.store import StoreError, UnknownSubmission

RECEIPT, CONTACT, RAW, EVENTS = "receipt.json", "contact.json", "raw", "events"
RESERVED = frozenset({RECEIPT, CONTACT, RAW, EVENTS})  # no report takes one of these names
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)

_EVENT_NAME = re.compile(rf"(\d{{8}})-({'|'.join(get_args(EventKind))})-([0-9a-f]{{32}})\.json", re.ASCII)
_IDENTIFIER, _FILE_NAME = TypeAdapter(Identifier), TypeAdapter(FileName)

Document = TypeVar("Document", bound=BaseModel)


class Contact(BaseModel):
    """How to reach the sender; in a file of its own, so that nothing that shows a receipt can show it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    contact: str


class KeptEvent(Event):
    """An event as it is stored: with the names and hashes of the reports that came with it."""

    files: dict[FileName, Digest] = {}

    @property
    def event(self) -> Event:
        """The event alone."""
        return Event.model_construct(id=self.id, at=self.at, kind=self.kind, by=self.by, data=self.data)


class EventName(NamedTuple):
    """What the name of an event's file says."""

    number: int
    kind: str
    id: str


def shown(value: object) -> str:
    """``value`` quoted for a message of one line: escaped, and cut where it is long."""
    text = ascii(value)
    return text if len(text) <= 120 else f"{text[:120]}…"


def digest(data: bytes) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def is_identifier(text: object) -> bool:
    """Whether ``text`` could be the id of a submission: nothing else ever becomes a path."""
    return _is(_IDENTIFIER, text)


def is_file_name(text: object) -> bool:
    """Whether ``text`` is a file name of ours."""
    return _is(_FILE_NAME, text)


def _is(kind: TypeAdapter[str], text: object) -> bool:
    try:
        kind.validate_python(text, strict=True)
    except ValidationError:
        return False
    return True


def check_identifier(submission_id: str) -> None:
    """Raises ``UnknownSubmission`` for what cannot be an id."""
    if not is_identifier(submission_id):
        raise UnknownSubmission(f"found {shown(submission_id)}, expected the id of a submission")


def month_of(receipt: Receipt) -> str:
    """The folder of its month, in UTC: ``2026-11``."""
    return f"{receipt.at.year:04}-{receipt.at.month:02}"


def sender_key(sender: Sender) -> str:
    """The sender as ``find`` and ``count_since`` know it: ``huggingface:name``, compared exactly."""
    return f"{sender.provider}:{sender.name}"


def received_event(receipt: Receipt) -> Event:
    """The first event of every submission: the same for the same receipt, wherever and however often it is kept."""
    chance = receipt.id.partition("-")[2]
    return Event(id=chance, at=receipt.at, kind="received", by=sender_key(receipt.sender))


def event_name(number: int, event: Event) -> str:
    """Name of the file of the ``number``-th event, counted from 1."""
    return f"{number:08}-{event.kind}-{event.id}.json"


def parse_event_name(name: str) -> EventName | None:
    """What the name of an event's file says; ``None``: it is no such name."""
    match = _EVENT_NAME.fullmatch(name)
    return EventName(int(match[1]), match[2], match[3]) if match else None


def ordered_event_names(names: Iterable[str], where: str) -> list[str]:
    """The names of all events' files in order; raises ``StoreError`` unless they count 1, 2, 3, … without a gap."""
    ordered = sorted(names)
    for position, name in enumerate(ordered, start=1):
        parsed = parse_event_name(name)
        if parsed is None:
            raise StoreError(f"{where}: found {shown(name)}, expected only events")
        if parsed.number != position:
            raise StoreError(f"{where}: found {shown(name)}, expected event number {position}")
    if not ordered:
        raise StoreError(f"{where}: found no event, expected at least that it was received")
    return ordered


def check_files(receipt: Receipt, files: Mapping[str, bytes]) -> None:
    """Raises ``StoreError`` unless ``files`` are exactly those of the receipt: names, sizes and hashes."""
    names = [file.name for file in receipt.files]
    if len(set(names)) != len(names):
        raise StoreError(f"{receipt.id}: found a file name twice in the receipt, expected each once")
    if extra := sorted(set(files) - set(names), key=str):
        raise StoreError(f"{receipt.id}: found the file {shown(extra[0])}, expected only those of the receipt")
    for file in receipt.files:
        if file.name not in files:
            raise StoreError(f"{receipt.id}: found no file {file.name}, expected it from the receipt")
        check_bytes(files[file.name], file.sha256, f"{receipt.id}/{RAW}/{file.name}", size=file.size)


def check_reports(files: Mapping[str, bytes]) -> None:
    """Raises ``StoreError`` unless every name is one that a report may have."""
    for name in files:
        if not is_file_name(name) or name in RESERVED:
            raise StoreError(f"found the file name {shown(name)}, expected one such as scores-echomind-1.0.json")


def check_bytes(data: bytes, sha256: str, where: str, *, size: int | None = None) -> None:
    """Raises ``StoreError`` unless ``data`` has this hash (and size, in bytes)."""
    if size is not None and len(data) != size:
        raise StoreError(f"{where}: found {len(data)} bytes, expected {size}")
    if (found := digest(data)) != sha256:
        raise StoreError(f"{where}: found the SHA-256 {found}, expected {sha256}")


def kept_event(event: Event, files: Mapping[str, bytes]) -> KeptEvent:
    """The event with the hashes of its reports, as it is to be stored."""
    hashes = {name: digest(files[name]) for name in sorted(files)}
    return KeptEvent(id=event.id, at=event.at, kind=event.kind, by=event.by, data=event.data, files=hashes)


def reports_of(events: Sequence[KeptEvent]) -> dict[str, str]:
    """Names and hashes of all reports that ``events`` brought."""
    return {name: sha256 for event in events for name, sha256 in event.files.items()}


def to_json(document: BaseModel) -> bytes:
    """The document as one JSON object, UTF-8, with a line end; the same document gives the same bytes."""
    return document.model_dump_json(by_alias=True, indent=1).encode() + b"\n"


def from_json(kind: type[Document], data: bytes, where: str) -> Document:
    """A stored document; raises ``StoreError`` with ``where`` and the first field that is not as expected."""
    try:
        strict_json.loads(data)
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        raise StoreError(f"{where}: {field}: {first['msg']}") from None
    except EchoMindError as error:
        raise StoreError(f"{where}: {error}") from None
