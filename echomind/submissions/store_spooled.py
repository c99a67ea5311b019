"""Two stores as one: ``local`` on this machine, which is always there, and ``remote``, which all machines share.

What is kept: ``create`` and ``append`` return when ``local`` has it; ``stored`` tells whether ``remote`` has it too
("received, not yet stored" until then), and ``catch_up`` brings it there as often as it takes. A submission or event
that was brought is not brought again, whoever tries, and nothing is ever taken out of either store.

Who may score is another matter: of two machines that both claim a submission only one may win, so a claim is decided
in ``remote`` alone, and refused (``StoreUnavailable``) while that is away.

Events that two machines added while they could not see each other are merged by their ids: first those that ``remote``
has, in its order, then those that only ``local`` has, in the order in which they were added here. Once they are brought
they stand in the same order everywhere. Where both brought a report of one name with different contents, both are kept:
the later one under a name with its event's id, which the event then names.
"""

from __future__ import annotations

import datetime
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol, TypeVar

from echomind.submissions.layout import KeptEvent, check_identifier, digest, reports_of
from echomind.submissions.model import Event, Receipt
from echomind.submissions.remote_order import RemoteOrder
from echomind.submissions.store import (
    Conflict,
    Store,
    StoreError,
    StoreUnavailable,
    Submission,
    UnknownSubmission,
)

log = logging.getLogger(__name__)

AWAY_AFTER = 2  # submissions in a row that cannot be brought: the remote store is away, not the submission at fault

_T = TypeVar("_T")


class CopyableStore(Store, Protocol):
    """A store whose submissions can be copied whole."""

    def kept_events(self, submission_id: str) -> tuple[KeptEvent, ...]:
        """The events with the names and hashes of the reports that each brought."""


class RemoteStore(CopyableStore, Protocol):
    """A store that can say quickly what it has."""

    def versions(self) -> dict[str, int]:
        """The number of events of every submission."""


@dataclass(frozen=True)
class Progress:
    """What one round brought, as ids of submissions, and which it had to leave for the next one, with the reason."""

    done: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


class SpooledStore:
    """A ``Store`` over ``local`` and ``remote``; ``order`` remembers what ``remote`` is known to have.

    Whoever opens it calls ``restore`` and then, for as long as the process lives, ``catch_up`` and ``restore`` again,
    in a thread of its own; both raise ``StoreUnavailable`` while the remote store is away.
    """

    def __init__(self, local: CopyableStore, remote: RemoteStore, order: RemoteOrder) -> None:
        self.local, self.remote, self.order = local, remote, order
        self._failures: Counter[str] = Counter()

    def create(self, receipt: Receipt, files: Mapping[str, bytes], *, contact: str = "") -> None:
        """Keep a new submission here; see ``Store.create``. The remote store has it when ``stored`` says so."""
        self.local.create(receipt, files, contact=contact)

    def append(
        self, submission_id: str, event: Event, files: Mapping[str, bytes] | None = None, *, expect: int | None = None
    ) -> int:
        """Add an event here, or a claim there; see ``Store.append``."""
        if event.kind == "claimed":
            return self._claim(submission_id, event, files, expect)
        self._here(submission_id, lambda: self.local.append(submission_id, event, files, expect=expect))
        return self._version(submission_id, event)

    def get(self, submission_id: str) -> Submission:
        """The submission with its events in the order that all machines agree on; see ``Store.get``."""
        here = self._here(submission_id, lambda: self.local.get(submission_id))
        rank = {event: position for position, event in enumerate(self.order.of(submission_id))}
        events = sorted(here.events, key=lambda event: rank.get(event.id, len(rank)))  # the rest stays in its order
        return Submission(here.receipt, tuple(events), here.contact)

    def read(self, submission_id: str, name: str) -> bytes:
        """A file of a submission; see ``Store.read``."""
        return self._here(submission_id, lambda: self.local.read(submission_id, name))

    def ids(self) -> Iterator[str]:
        """All ids that are here, oldest first; see ``restore``."""
        return self.local.ids()

    def find(self, *, content: str | None = None, sender: str | None = None) -> list[str]:
        """Those that are here; see ``Store.find``."""
        return self.local.find(content=content, sender=sender)

    def count_since(self, sender: str, since: datetime.datetime) -> int:
        """Counts those that are here; see ``Store.count_since``."""
        return self.local.count_since(sender, since)

    def stored(self, submission_id: str) -> bool:
        """Whether the remote store is known to have the submission: receipt, files and contact."""
        return bool(self.order.of(submission_id))

    def waiting(self) -> list[str]:
        """Ids of submissions of which something is not known to be in the remote store, oldest first."""
        known = self.order.counts()
        return [i for i in self.local.ids() if (here := self._count(i)) is None or here != known.get(i)]

    def catch_up(self) -> Progress:
        """Bring everything that is here to the remote store, and what it has of the same submissions here.

        Repeating it changes nothing. A submission that the remote store refuses does not keep the others waiting.
        Raises ``StoreUnavailable`` when the remote store is away; what was brought until then stays.
        """
        known = self.order.counts()
        there = self.remote.versions()
        for submission_id in known.keys() - there.keys():
            self.order.forget(submission_id)
        ids = list(self.local.ids())
        return self._each([i for i in ids if not (self._count(i) or -1) == there.get(i) == known.get(i)], self._sync)

    def restore(self) -> Progress:
        """Fetch what only the remote store has: a disk may be empty after a restart, and other machines add to it.

        Raises ``StoreUnavailable`` when the remote store is away; what was fetched until then stays.
        """
        here = set(self.local.ids())
        return self._each([i for i in self.remote.versions() if i not in here], self._fetch)

    def _each(self, ids: Iterable[str], work: Callable[[str], None]) -> Progress:
        progress, in_a_row = Progress(), 0
        for submission_id in sorted(ids, key=lambda i: self._failures[i]):  # who failed before does not go first
            try:
                work(submission_id)
            except StoreUnavailable as error:
                self._failures[submission_id] += 1
                progress.left[submission_id] = str(error)
                in_a_row += 1
                if in_a_row == AWAY_AFTER:
                    raise
                continue
            except StoreError as error:
                self._failures[submission_id] += 1
                progress.left[submission_id] = str(error)
                log.error("%s", error)
            else:
                del self._failures[submission_id]
                progress.done.append(submission_id)
            in_a_row = 0
        return progress

    def _count(self, submission_id: str) -> int | None:
        """The number of events here; ``None`` where they cannot be read, which says so when they are brought."""
        try:
            return len(self.local.kept_events(submission_id))
        except StoreError:
            return None

    def _here(self, submission_id: str, ask: Callable[[], _T]) -> _T:
        """What the local store answers, after fetching a submission that another machine received a moment ago."""
        try:
            return ask()
        except UnknownSubmission:
            check_identifier(submission_id)  # whatever else somebody typed is not asked for
            self._fetch(submission_id)
            return ask()

    def _fetch(self, submission_id: str) -> None:
        there = self.remote.get(submission_id)
        files = {file.name: self.remote.read(submission_id, file.name) for file in there.receipt.files}
        self.local.create(there.receipt, files, contact=there.contact)
        self._sync(submission_id)

    def _sync(self, submission_id: str) -> None:
        """Bring what only one of the two has of a submission to the other one."""
        here = self.local.kept_events(submission_id)
        there = self._there(submission_id)
        if _copy(submission_id, _missing(here, there), self.local, self.remote, there):
            there = self.remote.kept_events(submission_id)  # others may have added something meanwhile
        _copy(submission_id, _missing(there, here), self.remote, self.local, here)
        self.order.learn(submission_id, [event.id for event in there])

    def _there(self, submission_id: str) -> tuple[KeptEvent, ...]:
        try:
            return self.remote.kept_events(submission_id)
        except UnknownSubmission:
            here = self.local.get(submission_id)
            files = {file.name: self.local.read(submission_id, file.name) for file in here.receipt.files}
            self.remote.create(here.receipt, files, contact=here.contact)
            return self.remote.kept_events(submission_id)

    def _claim(self, submission_id: str, event: Event, files: Mapping[str, bytes] | None, expect: int | None) -> int:
        self._here(submission_id, lambda: self._sync(submission_id))
        seen = self.get(submission_id)
        if expect is not None and seen.version != expect and event.id not in {known.id for known in seen.events}:
            raise Conflict(f"{submission_id}: found {seen.version} events, expected {expect}")
        version = self.remote.append(submission_id, event, files, expect=expect)
        self.local.append(submission_id, event, files)  # from here on nothing needs the remote store any more
        known = self.order.of(submission_id)
        if version == len(known) + 1:
            self.order.learn(submission_id, [*known, event.id])
        return self._version(submission_id, event)

    def _version(self, submission_id: str, event: Event) -> int:
        return [known.id for known in self.get(submission_id).events].index(event.id) + 1


def is_stored(store: Store, submission_id: str) -> bool:
    """Whether a submission has reached the place that is to keep it; else it is "received, not yet stored"."""
    return store.stored(submission_id) if isinstance(store, SpooledStore) else True


def _missing(events: Iterable[KeptEvent], other: Iterable[KeptEvent]) -> list[KeptEvent]:
    there = {event.id for event in other}
    return [event for event in events if event.id not in there]


def _copy(
    submission_id: str, events: Iterable[KeptEvent], source: Store, target: Store, there: Iterable[KeptEvent]
) -> int:
    """Add ``events`` of ``source`` with their reports to ``target``, which has the events ``there``; how many."""
    taken = reports_of(list(there))
    count = 0
    for kept in events:
        files = {name: source.read(submission_id, name) for name in kept.files}
        event, files = _beside(kept.event, files, taken)
        target.append(submission_id, event, files)
        taken |= {name: digest(content) for name, content in files.items()}
        count += 1
    return count


def _beside(event: Event, files: dict[str, bytes], taken: Mapping[str, str]) -> tuple[Event, dict[str, bytes]]:
    """The event with its reports under names that are free: another content may have one of the names already."""
    free = {}
    for name, content in files.items():
        path = PurePosixPath(name)
        clash = taken.get(name, digest(content)) != digest(content)
        free[name] = f"{path.stem[:80]}-{event.id}{path.suffix[:8]}" if clash else name
    data = {key: free.get(value, value) for key, value in event.data.items()}
    return event.model_copy(update={"data": data}), {free[name]: content for name, content in files.items()}
