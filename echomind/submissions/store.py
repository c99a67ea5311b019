"""Where submissions are kept: one protocol for a folder with SQLite here and for a data set repository on the Hub.

The promise: what ``create`` and ``append`` have returned for is on the disk (or in the repository), whole, and survives
the end of the process at any moment. What they have not returned for is there whole or not at all.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from echomind.errors import EchoMindError
from echomind.submissions.model import Event, Receipt, Standing, standing


class StoreError(EchoMindError):
    """The store refuses, or holds something that it should not."""


class StoreUnavailable(StoreError):
    """The store cannot be reached now; the same call may work later."""


class Conflict(StoreError):
    """Somebody else added an event first: read again, decide again."""


class UnknownSubmission(StoreError):
    """There is no submission with this id."""


@dataclass(frozen=True)
class Submission:
    """A submission as the store has it. ``contact`` is private. ``version`` is the number of ``events``."""

    receipt: Receipt
    events: tuple[Event, ...]
    contact: str = ""

    @property
    def version(self) -> int:
        """What ``append`` is to expect."""
        return len(self.events)

    @property
    def standing(self) -> Standing:
        """What the events amount to."""
        return standing(self.events)


class Store(Protocol):
    """Keeps submissions. Safe to use from several threads and processes (and machines, where the store is shared)."""

    def create(self, receipt: Receipt, files: Mapping[str, bytes], *, contact: str = "") -> None:
        """Keep a new submission with its files and a ``received`` event. Again with the same receipt: nothing happens.

        Raises ``StoreError`` when ``files`` and the receipt do not fit each other or the id has another receipt,
        ``StoreUnavailable``.
        """

    def append(
        self, submission_id: str, event: Event, files: Mapping[str, bytes] | None = None, *, expect: int | None = None
    ) -> int:
        """Add an event with files (reports) beside it, both or neither; returns the new version.

        An event whose id is there already is not added again, and its own version is returned; with other words or
        other files it is refused (``StoreError``). With ``expect``, raises ``Conflict`` unless the submission has
        exactly that many events. An existing file is never replaced by another content (``StoreError``).
        """

    def get(self, submission_id: str) -> Submission:
        """The submission; raises ``UnknownSubmission``."""

    def read(self, submission_id: str, name: str) -> bytes:
        """A file of the receipt or a report that an event brought, checked against its hash; raises ``StoreError``."""

    def ids(self) -> Iterator[str]:
        """All ids, oldest receipt first; equal times in the order of ids."""

    def find(self, *, content: str | None = None, sender: str | None = None) -> list[str]:
        """Ids with this content hash and from this sender, oldest first; what is not given is not asked for.

        A sender is ``"huggingface:name"``, compared exactly.
        """

    def count_since(self, sender: str, since: datetime.datetime) -> int:
        """How many submissions this sender's receipts show at or after ``since``, a time with its zone."""
