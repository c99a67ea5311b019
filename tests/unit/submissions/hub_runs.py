"""One run of several writers against a Hub with faults at random moments, and a look at what is left of their work.

Each writer has a store of its own, as on a machine of its own. What it is told counts: what ``create`` or ``append``
returned for must be there, whole and once; what they gave up on may be there, once, or not at all. A run is drawn from
its seed; the order in which the writers' requests meet is left to the threads.
"""

from __future__ import annotations

import random
import threading
import types
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from unittest import mock

from huggingface_hub import constants
from huggingface_hub.utils import _http

from echomind.submissions.hub_faults import Patience
from echomind.submissions.model import Event, Receipt
from echomind.submissions.store import Conflict, StoreUnavailable
from echomind.submissions.store_hub import HubStore
from tests.unit.submissions.hub_cues import ANYWHERE, OF_COMMITS, Fault
from tests.unit.submissions.hub_server import TOKEN, HubServer
from tests.unit.submissions.made_submissions import made_event, made_receipt

WRITERS = 4
TRIES = 60  # of a writer whose store said that the Hub is away
SHARED = {"shared.json": b"[]"}

T = TypeVar("T")


@contextmanager
def nobody_waits(waits: list[float] | None = None) -> Iterator[None]:
    """The real client talks to a server on this machine, by the LFS protocol, and its own retries do not sleep."""
    waits = [] if waits is None else waits
    with (
        mock.patch.object(constants, "HF_HUB_OFFLINE", False),
        mock.patch.object(constants, "HF_HUB_DISABLE_XET", True),
        mock.patch.object(_http, "time", types.SimpleNamespace(sleep=waits.append)),
    ):
        yield


class RandomFaults:
    """Faults drawn from a seed: each request may go wrong, and sometimes the Hub is away for a while."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.lock, self.stopped = rng, threading.Lock(), False
        self.chance = rng.choice([0.03, 0.1, 0.25])
        self.commit_chance = rng.choice([0.2, 0.4, 0.6])
        self.away_for = 0

    def __call__(self, endpoint: str) -> Fault | None:
        with self.lock:
            if self.stopped:
                return None
            if self.away_for:
                self.away_for -= 1
                return Fault.AWAY
            if self.rng.random() < 0.004:
                self.away_for = self.rng.randrange(5, 60)
            kinds, chance = (OF_COMMITS, self.commit_chance) if endpoint == "commit" else (ANYWHERE, self.chance)
            return self.rng.choice(kinds) if self.rng.random() < chance else None


@dataclass
class Told:
    """What the writers were told."""

    created: dict[str, tuple[Receipt, dict[str, bytes], str]] = field(default_factory=dict)
    versions: dict[tuple[str, str], set[int]] = field(default_factory=dict)  # (submission, event) -> its versions
    reports: dict[tuple[str, str], bytes] = field(default_factory=dict)
    claims: dict[tuple[str, int], list[str]] = field(default_factory=dict)  # (submission, expected) -> who won
    tried: set[tuple[str, str]] = field(default_factory=set)  # every event that somebody tried to add
    counted: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.counted[what] += 1

    def try_to_add(self, submission_id: str, event: Event) -> None:
        with self.lock:
            self.tried.add((submission_id, event.id))

    def added(self, submission_id: str, event: Event, version: int) -> None:
        with self.lock:
            self.versions.setdefault((submission_id, event.id), set()).add(version)

    def won(self, submission_id: str, event: Event, expect: int) -> None:
        with self.lock:
            self.claims.setdefault((submission_id, expect), []).append(event.id)


@dataclass(frozen=True)
class Figures:
    """What happened in runs. ``lost`` and ``doubled`` are what may never be anything but 0."""

    created: int = 0
    appended: int = 0
    claimed: int = 0
    lost_races: int = 0
    gave_up: int = 0
    requests: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    moved: int = 0
    lost: int = 0
    doubled: int = 0

    @classmethod
    def of(cls, hub: HubServer, told: Told, *, lost: int, doubled: int) -> Figures:
        """What a run amounts to."""
        return cls(
            created=len(told.created),
            appended=len(told.versions),
            claimed=len(told.claims),
            lost_races=told.counted["lost_races"],
            gave_up=told.counted["gave_up"],
            requests=hub.requests.total(),
            faults=hub.happened.copy(),
            moved=hub.answers[412],
            lost=lost,
            doubled=doubled,
        )

    def __add__(self, other: Figures) -> Figures:
        return Figures(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})


def hub_run(seed: int) -> Figures:
    """One run: every writer creates submissions, adds reports and fights for claims; then the Hub is searched."""
    rng = random.Random(seed)
    with nobody_waits(), HubServer() as hub:
        hub.faults = faults = RandomFaults(random.Random(rng.random()))
        told = Told()
        together([_writer(hub, told, number, rng.random()) for number in range(WRITERS)])
        faults.stopped = True
        return _found(hub, told)


def together(works: list[Callable[[], None]]) -> None:
    """All at the same time; raises what one of them raised."""
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _writer(hub: HubServer, told: Told, number: int, seed: float) -> Callable[[], None]:
    rng = random.Random(seed)
    store = HubStore("me/box", TOKEN, hub.endpoint, patience=Patience(faults=4, sleep=lambda s: None))

    def create(receipt: Receipt, files: dict[str, bytes], contact: str) -> None:
        patiently(told, lambda: store.create(receipt, files, contact=contact))
        told.created[receipt.id] = (receipt, files, contact)

    def append(submission_id: str, event: Event, name: str, report: bytes) -> None:
        told.try_to_add(submission_id, event)
        version = patiently(told, lambda: store.append(submission_id, event, {name: report}))
        told.added(submission_id, event, version)
        told.reports[submission_id, name] = report

    def claim(submission_id: str, event: Event) -> None:
        expect = patiently(told, lambda: store.get(submission_id).version)
        told.try_to_add(submission_id, event)
        try:
            version = store.append(submission_id, event, expect=expect)
        except Conflict:
            told.count("lost_races")
        except StoreUnavailable:
            told.count("gave_up")  # for good: a claim is not worth waiting for
        else:
            told.added(submission_id, event, version)
            told.won(submission_id, event, expect)

    def work() -> None:
        shared = made_receipt(SHARED, seed=0)
        own = {"raw.zip": rng.randbytes(rng.randrange(1, 3000)), "asr.json": b"[%d]" % number}
        receipt = made_receipt(own, seed=number + 1)
        create(shared, SHARED, "everybody")
        create(receipt, own, f"writer {number}")
        for turn in range(2):
            mark = 100 * number + turn
            claim(shared.id, made_event("claimed", seed=f"claim {mark}", until="2027-01-01T00:00:00+00:00"))
            append(shared.id, made_event("held", seed=f"shared {mark}"), f"report-{mark}.json", b"%d" % mark)
            append(receipt.id, made_event("held", seed=f"own {mark}"), f"report-{mark}.json", b"%d" % mark)

    return work


def patiently(told: Told, call: Callable[[], T]) -> T:
    """Call again while the Hub is said to be away, as whoever uses a store does."""
    for _ in range(TRIES):
        try:
            return call()
        except StoreUnavailable:
            told.count("gave_up")
    raise AssertionError(f"the Hub was away {TRIES} times in a row")


def _found(hub: HubServer, told: Told) -> Figures:
    store, lost, doubled, events = HubStore("me/box", TOKEN, hub.endpoint), 0, 0, 0
    for submission_id, (receipt, files, contact) in told.created.items():
        kept = store.get(submission_id)
        whole = kept.receipt == receipt and kept.contact == contact
        lost += not (whole and all(store.read(submission_id, name) == data for name, data in files.items()))
        ids = [event.id for event in kept.events]
        events += len(ids) - 1
        doubled += len(ids) - len(set(ids)) + [event.kind for event in kept.events].count("received") - 1
        doubled += len({e for e in ids[1:] if (submission_id, e) not in told.tried})
        for (where, event_id), versions in told.versions.items():
            if where == submission_id:
                lost += any(ids[version - 1 : version] != [event_id] for version in versions)
                doubled += len(versions) - 1
    lost += sum(store.read(where, name) != report for (where, name), report in told.reports.items())
    doubled += sum(len(winners) - 1 for winners in told.claims.values())
    doubled += len(hub.ours()) - len(told.created) - events  # one commit for each thing
    doubled += len(list(store.ids())) - len(told.created)
    return Figures.of(hub, told, lost=lost, doubled=doubled)
