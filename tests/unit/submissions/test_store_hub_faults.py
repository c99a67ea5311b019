"""What the store makes of a Hub that is busy, slow, cut off or silent, and of other writers."""

import pytest

from echomind.submissions.hub_faults import Patience
from echomind.submissions.hub_repo import SILENCE
from echomind.submissions.store import StoreUnavailable
from tests.unit.submissions.hub_cues import ANYWHERE, OF_COMMITS, Fault
from tests.unit.submissions.made_submissions import FILES, made_event, made_receipt
from tests.unit.submissions.store_contract import REPORT, SCORED

LARGE = {"replies.zip": b"PK" + bytes(5000), "asr.json": b"[]"}


@pytest.fixture
def store(hub_store):
    return hub_store()


@pytest.mark.parametrize("fault", OF_COMMITS)
@pytest.mark.parametrize("what", ["create", "append"])
def test_no_fault_of_a_commit_loses_or_doubles_anything(hub, store, slept, fault, what):
    receipt = made_receipt(LARGE)
    if what == "append":
        store.create(receipt, LARGE)
    before = len(hub.ours())
    hub.script("commit", fault)
    if what == "create":
        store.create(receipt, LARGE, contact="ada@example.org")
    else:
        assert store.append(receipt.id, made_event("scored", **SCORED), REPORT, expect=1) == 2
        assert store.read(receipt.id, SCORED["file"]) == REPORT[SCORED["file"]]
    assert hub.happened == {fault: 1}
    assert len(hub.ours()) == before + 1
    assert len(slept) == 1
    assert store.get(receipt.id).version == (1 if what == "create" else 2)
    assert {name: store.read(receipt.id, name) for name in LARGE} == LARGE


@pytest.mark.parametrize("fault", ANYWHERE)
@pytest.mark.parametrize("endpoint", ["revision", "create", "tree", "paths-info", "preupload", "batch", "upload"])
def test_no_fault_elsewhere_stops_a_submission(hub, store, fault, endpoint):
    store.create(made_receipt(seed=1), FILES) if endpoint == "paths-info" else None
    hub.script(endpoint, fault, fault)
    store.create(made_receipt(LARGE), LARGE)
    assert hub.happened == {fault: 2}
    assert store.get(made_receipt(LARGE).id).version == 1


@pytest.mark.parametrize("fault", ANYWHERE)
def test_no_fault_stops_reading(hub, store, hub_store, fault):
    store.create(made_receipt(), FILES)
    hub.script("resolve", fault, None, fault)
    assert hub_store().get(made_receipt().id) == store.get(made_receipt().id)
    assert hub.happened == {fault: 2}


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.SLOW])
def test_a_silent_hub_is_not_waited_for(hub, store, monkeypatch, fault):
    store.create(made_receipt(seed=1), FILES)
    monkeypatch.setattr("echomind.submissions.hub_repo.SILENCE", dict.fromkeys(SILENCE, 0.2))
    hub.script("commit", fault)
    store.create(made_receipt(), FILES)
    assert hub.happened == {fault: 1}
    assert len(hub.ours()) == 2


def test_a_large_file_that_came_before_the_cut_is_not_sent_again(hub, store):
    hub.script("commit", Fault.CUT)
    store.create(made_receipt(LARGE), LARGE)
    assert hub.requests["batch"] == 2
    assert hub.requests["upload"] == 1
    folder = f"submissions/2026-11/{made_receipt(LARGE).id}"
    assert hub.repo.head.files[f"{folder}/raw/replies.zip"].large


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.AWAY, Fault.CUT, Fault.BUSY])
def test_a_hub_that_stays_away_is_said_to_be_away(hub, store, slept, fault):
    store.create(made_receipt(seed=1), FILES)
    hub.faults = lambda endpoint: fault if endpoint == "commit" else None
    with pytest.raises(StoreUnavailable) as away:
        store.create(made_receipt(), FILES)
    assert hub.happened[fault] == 5
    assert len(slept) == 4
    assert len(str(away.value)) < 400
    assert "\n" not in str(away.value)
    hub.faults = lambda endpoint: None
    store.create(made_receipt(), FILES)
    assert len(hub.ours()) == 2


def test_an_answer_lost_for_good_still_doubles_nothing(hub, hub_store, slept):
    """The commit is made, and nobody can tell: whoever asks again later finds it."""
    hub.faults = lambda endpoint: Fault.LOST if endpoint == "commit" else Fault.AWAY if hub.happened else None
    with pytest.raises(StoreUnavailable):
        hub_store().create(made_receipt(), FILES)
    hub.faults = lambda endpoint: None
    hub_store().create(made_receipt(), FILES)
    assert len(hub.ours()) == 1


def test_other_writers_are_let_in_first_but_not_for_ever(hub, hub_store):
    hub.faults = lambda endpoint: Fault.CONFLICT if endpoint == "commit" else None
    with pytest.raises(StoreUnavailable, match="A commit has happened since"):
        hub_store(patience=Patience(conflicts=7, sleep=lambda s: None)).create(made_receipt(), FILES)
    assert hub.happened == {Fault.CONFLICT: 7}
    assert hub.ours() == []


def test_it_waits_as_long_as_the_hub_asks(hub, store, slept):
    hub.retry_after = "17"
    hub.script("commit", Fault.BUSY)
    store.create(made_receipt(), FILES)
    assert len(slept) == 1
    assert slept[0] >= 17


def test_who_is_asked_to_wait_very_long_gives_up_at_once(hub, store, slept):
    hub.retry_after = "3600"
    hub.script("preupload", Fault.BUSY)
    with pytest.raises(StoreUnavailable, match="429"):
        store.create(made_receipt(), FILES)
    assert slept == []
