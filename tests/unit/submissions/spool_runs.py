"""One run of several machines, each with a disk of its own, against a Hub with faults at random moments.

What a machine received is on its disk; in the end, when the Hub has been there for a while, everything has to be in the
repository and on every disk, once and in one order, and of claims for one version at most one may have been won.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from echomind.submissions.hub_faults import Patience
from echomind.submissions.model import Event, Receipt
from echomind.submissions.remote_order import RemoteOrder
from echomind.submissions.store import Conflict, StoreUnavailable
from echomind.submissions.store_hub import HubStore
from echomind.submissions.store_local import LocalStore
from echomind.submissions.store_spooled import SpooledStore
from tests.unit.submissions.hub_runs import SHARED, Figures, RandomFaults, Told, nobody_waits, together
from tests.unit.submissions.hub_server import TOKEN, HubServer
from tests.unit.submissions.made_submissions import made_event, made_receipt

MACHINES = 3
STEPS = 14
SHARED_RECEIPT = made_receipt(SHARED, seed=0)


def spool_run(seed: int, disks: Path) -> Figures:
    """One run: every machine receives, adds, claims, catches up and restarts; then all of them are compared."""
    rng = random.Random(seed)
    with nobody_waits(), HubServer() as hub:
        told = Told()
        first = _opened(hub, disks, 0)
        first.create(SHARED_RECEIPT, SHARED, contact="everybody")
        first.catch_up()
        told.created[SHARED_RECEIPT.id] = (SHARED_RECEIPT, SHARED, "everybody")
        hub.faults = faults = RandomFaults(random.Random(rng.random()))
        together([_machine(hub, disks, told, number, rng.random()) for number in range(MACHINES)])
        faults.stopped = True
        stores = [_opened(hub, disks, number) for number in range(MACHINES)]
        for store in stores * 2:  # the first round brings everything there, the second one everywhere
            store.catch_up()
            store.restore()
        return _compared(hub, told, stores)


def _opened(hub: HubServer, disks: Path, number: int) -> SpooledStore:
    disk = disks / str(number)
    remote = HubStore("me/box", TOKEN, hub.endpoint, patience=Patience(faults=3, sleep=lambda s: None))
    return SpooledStore(LocalStore(disk / "submissions"), remote, RemoteOrder(disk / "order.sqlite3"))


def _machine(hub: HubServer, disks: Path, told: Told, number: int, seed: float) -> Callable[[], None]:
    rng = random.Random(seed)

    def create(store: SpooledStore, receipt: Receipt, files: dict[str, bytes]) -> None:
        store.create(receipt, files, contact=f"machine {number}")
        told.created[receipt.id] = (receipt, files, f"machine {number}")

    def append(store: SpooledStore, submission_id: str, mark: int) -> None:
        event, name = made_event("held", seed=f"event {mark}"), f"report-{mark}.json"
        told.try_to_add(submission_id, event)
        try:
            version = store.append(submission_id, event, {name: b"%d" % mark})
        except StoreUnavailable:
            told.count("gave_up")  # it was not on this disk, and the Hub was away
            return
        told.added(submission_id, event, version)
        told.reports[submission_id, name] = b"%d" % mark

    def claim(store: SpooledStore, event: Event) -> None:
        told.try_to_add(SHARED_RECEIPT.id, event)
        try:
            expect = store.get(SHARED_RECEIPT.id).version
            version = store.append(SHARED_RECEIPT.id, event, expect=expect)
        except Conflict:
            told.count("lost_races")
        except StoreUnavailable:
            told.count("gave_up")
        else:
            assert version == expect + 1
            told.added(SHARED_RECEIPT.id, event, version)
            told.won(SHARED_RECEIPT.id, event, expect)

    def round_trip(store: SpooledStore) -> None:
        try:
            store.catch_up()
            store.restore()
        except StoreUnavailable:
            told.count("gave_up")

    def work() -> None:
        store, own = _opened(hub, disks, number), {"raw.zip": rng.randbytes(500), "asr.json": b"[%d]" % number}
        receipt = made_receipt(own, seed=number + 1)
        create(store, receipt, own)
        for step in range(STEPS):
            mark = 100 * number + step
            match rng.randrange(6):
                case 0:
                    append(store, receipt.id, mark)
                case 1:
                    append(store, SHARED_RECEIPT.id, mark)
                case 2:
                    claim(store, made_event("claimed", seed=f"claim {mark}", until="2027-01-01T00:00:00+00:00"))
                case 3:
                    store = _opened(hub, disks, number)
                case _:
                    round_trip(store)

    return work


def _compared(hub: HubServer, told: Told, stores: list[SpooledStore]) -> Figures:
    there, lost, doubled, events = HubStore("me/box", TOKEN, hub.endpoint), 0, 0, 0
    claims = {winner for winners in told.claims.values() for winner in winners}
    for submission_id, (receipt, files, contact) in told.created.items():
        kept = there.get(submission_id)
        ids = [event.id for event in kept.events]
        events += len(ids) - 1
        doubled += len(ids) - len(set(ids)) + len({e for e in ids[1:] if (submission_id, e) not in told.tried})
        for store in [there, *stores]:
            whole = store.get(submission_id) == kept and kept.receipt == receipt and kept.contact == contact
            lost += not (whole and all(store.read(submission_id, name) == data for name, data in files.items()))
        for (where, event_id), versions in told.versions.items():
            if where == submission_id:
                lost += event_id not in ids
                lost += event_id in claims and any(ids[version - 1 : version] != [event_id] for version in versions)
    for store in [there, *stores]:
        lost += sum(store.read(where, name) != report for (where, name), report in told.reports.items())
        doubled += abs(len(list(store.ids())) - len(told.created))
    lost += sum(len(store.waiting()) for store in stores)
    doubled += sum(len(winners) - 1 for winners in told.claims.values())
    doubled += len(hub.ours()) - len(told.created) - events  # one commit for each thing
    return Figures.of(hub, told, lost=lost, doubled=doubled)
