"""How much one sender may send, counted from the store, so that a restart forgets nothing."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from echomind.errors import EchoMindError
from echomind.submissions.files import locked, make_folder, writing
from echomind.submissions.layout import sender_key
from echomind.submissions.model import Receipt, Sender
from echomind.submissions.store import Store

WINDOW = datetime.timedelta(hours=24)
# States in which the same bytes of the same sender are already on their way or on the board.
LIVE = frozenset({"received", "scoring", "scored", "held", "published"})


class LimitReached(EchoMindError):
    """The sender has sent as much as is taken for now."""


class AlreadyReceived(EchoMindError):
    """The same bytes from the same sender are here already, as ``submission_id``."""

    def __init__(self, message: str, submission_id: str) -> None:
        super().__init__(message)
        self.submission_id = submission_id


def check_limit(store: Store, sender: Sender, per_day: int, at: datetime.datetime) -> None:
    """Raises ``LimitReached`` for a sender with ``per_day`` receipts in the last 24 hours (0: any number is taken).

    Whatever became of those submissions counts alike. Raises ``StoreError`` when it cannot be counted.
    """
    if not per_day:
        return
    count = store.count_since(sender_key(sender), at - WINDOW)
    if count >= per_day:
        raise LimitReached(f"found {count} submissions in the last 24 hours, expected fewer than {per_day}")


def check_fresh(store: Store, receipt: Receipt) -> None:
    """Raises ``AlreadyReceived`` for bytes that this sender has on their way or on the board; ``StoreError``.

    What failed, was returned or withdrawn may be sent again as it is: the form may be another.
    """
    for submission_id in store.find(content=receipt.content, sender=sender_key(receipt.sender)):
        state = store.get(submission_id).standing.state
        if submission_id != receipt.id and state in LIVE:
            raise AlreadyReceived(
                f"these files were received before, as {submission_id} ({state}); withdraw that one to send them again",
                submission_id,
            )


@contextmanager
def one_at_a_time(folder: Path, sender: Sender) -> Iterator[None]:
    """While it lasts no other process or thread of this machine counts or keeps anything of this sender.

    ``folder`` is where the locks lie, made if missing. Raises ``StoreUnavailable`` where it cannot be written.
    """
    name = hashlib.sha256(sender_key(sender).encode()).hexdigest()[:32]  # a name from outside is never a path
    with writing(folder.name):
        make_folder(folder / name)
    with locked(folder / name):
        yield
