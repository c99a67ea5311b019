import dataclasses

import pytest

from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_spooled import Progress, is_stored
from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.made_submissions import FILES, made_event, made_receipt
from tests.unit.submissions.store_contract import REPORT, SCORED, StoreContract, together

RECEIPT = made_receipt()
ID = RECEIPT.id


@pytest.fixture
def store(machine):
    return machine()


class TestSpooledStoreKeepsTheContract(StoreContract):
    @pytest.fixture
    def open_store(self, machine):
        return machine


# Received, not yet stored.


def test_nothing_is_asked_of_the_hub_before_something_is_received(hub, store):
    store.create(RECEIPT, FILES, contact="ada@example.org")
    store.append(ID, made_event())
    assert store.get(ID).contact == "ada@example.org"
    assert not hub.requests
    assert not is_stored(store, ID)
    assert is_stored(store.local, ID)


def test_what_is_received_while_the_hub_is_away_is_stored_when_it_is_back(hub, store, away, hub_store):
    store.create(RECEIPT, FILES, contact="ada@example.org")
    store.append(ID, made_event("scored", **SCORED), REPORT)
    assert not store.stored(ID)
    assert store.waiting() == [ID]
    with pytest.raises(StoreUnavailable):
        store.catch_up()
    assert not store.stored(ID)
    away(False)
    assert store.catch_up() == Progress(done=[ID])
    assert store.stored(ID)
    assert store.waiting() == []
    there = hub_store()
    assert there.get(ID) == store.get(ID)
    assert {name: there.read(ID, name) for name in FILES | REPORT} == FILES | REPORT


def test_catching_up_again_changes_nothing_and_asks_little(hub, store):
    store.create(RECEIPT, FILES)
    store.catch_up()
    hub.requests.clear()
    assert store.catch_up() == Progress()
    assert hub.requests == {"revision": 1, "tree": 2}  # a listing of two pages
    assert len(hub.ours()) == 1


def test_a_restart_goes_on_where_it_was(hub, machine):
    machine().create(RECEIPT, FILES)
    machine().catch_up()
    machine().append(ID, made_event())
    assert machine().stored(ID)
    assert machine().waiting() == [ID]
    assert machine().catch_up() == Progress(done=[ID])
    assert machine().waiting() == []
    assert len(hub.ours()) == 2


def test_what_it_knows_of_the_hub_may_be_lost(hub, machine, tmp_path):
    machine().create(RECEIPT, FILES)
    machine().append(ID, made_event())
    machine().catch_up()
    for file in (tmp_path / "a").glob("order*"):
        file.unlink()
    store = machine()
    assert not store.stored(ID)
    assert store.catch_up() == Progress(done=[ID])
    assert store.stored(ID)
    assert len(hub.ours()) == 2


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.FAILED_AFTER, Fault.LATE, Fault.CUT, Fault.CONFLICT])
def test_no_fault_doubles_what_is_brought(hub, store, fault):
    store.create(RECEIPT, FILES)
    store.append(ID, made_event("scored", **SCORED), REPORT)
    hub.script("commit", fault, fault)
    assert store.catch_up() == Progress(done=[ID])
    assert hub.happened[fault] == 2
    assert len(hub.ours()) == 2
    assert hub.repo.head.files.keys() >= {f"submissions/2026-11/{ID}/{SCORED['file']}"}


def test_many_threads_may_catch_up_at_once(hub, store, machine):
    for seed in range(3):
        store.create(made_receipt(seed=seed), FILES)
        store.append(made_receipt(seed=seed).id, made_event(seed=seed))
    outcomes = together([machine().catch_up for _ in range(4)])
    assert not [outcome for outcome in outcomes if not isinstance(outcome, Progress) or outcome.left]
    assert store.waiting() == []
    assert len(hub.ours()) == 6


def test_one_that_the_hub_refuses_does_not_stop_the_others(hub, store):
    odd = {"odd.json": b"{}"}
    store.create(made_receipt(odd, seed=1), odd)
    for seed in (2, 3):
        store.create(made_receipt(seed=seed), FILES)
    store.remote.repo.head()
    hub.repo.ignored.add("odd.json")
    progress = store.catch_up()
    assert sorted(progress.done) == sorted(made_receipt(seed=seed).id for seed in (2, 3))
    assert list(progress.left) == [made_receipt(odd, seed=1).id]
    assert "odd.json" in progress.left[made_receipt(odd, seed=1).id]
    assert not store.stored(made_receipt(odd, seed=1).id)


def test_one_that_never_gets_through_does_not_stop_the_others(hub, store):
    receipts = [made_receipt(seed=seed) for seed in range(4)]
    for receipt in receipts:
        store.create(receipt, FILES)
    stuck = next(store.ids())
    create = store.remote.create

    def refuse(receipt, files, *, contact=""):
        if receipt.id == stuck:
            raise StoreUnavailable("timed out")
        create(receipt, files, contact=contact)

    store.remote.create = refuse
    assert store.catch_up().left == {stuck: "timed out"}
    assert store.waiting() == [stuck]
    store.remote.create = create
    assert store.catch_up() == Progress(done=[stuck])


def test_one_that_cannot_be_read_here_does_not_stop_the_others(store, tmp_path):
    for seed in range(3):
        store.create(made_receipt(seed=seed), FILES)
    (event,) = (tmp_path / "a").glob(f"submissions/*/{ID}/events/*")
    event.write_text("{")
    progress = store.catch_up()
    assert len(progress.done) == 2
    assert list(progress.left) == store.waiting() == [ID]


def test_two_in_a_row_are_the_hub(hub, store, away):
    away(False)
    for seed in range(6):
        store.create(made_receipt(seed=seed), FILES)
    hub.faults = lambda endpoint: Fault.AWAY if endpoint == "commit" else None
    with pytest.raises(StoreUnavailable):
        store.catch_up()
    assert hub.requests["commit"] == 2 * 5


def test_what_somebody_took_out_of_the_repository_is_brought_again(hub, store):
    store.create(RECEIPT, FILES)
    store.catch_up()
    hub.repo.commits.append(dataclasses.replace(hub.repo.commits[0], oid="0" * 40))
    assert store.catch_up() == Progress(done=[ID])
    assert store.stored(ID)
