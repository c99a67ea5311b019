"""Several machines, each with a disk of its own, and one Hub."""

import shutil

import pytest

from echomind.submissions.store import Conflict, StoreError, StoreUnavailable, UnknownSubmission
from echomind.submissions.store_spooled import Progress
from tests.unit.submissions.hub_cues import Fault
from tests.unit.submissions.made_submissions import FILES, made_event, made_receipt
from tests.unit.submissions.store_contract import OUTSIDE_IDS, REPORT, SCORED, together

RECEIPT = made_receipt()
ID = RECEIPT.id
CLAIM = {"until": "2026-12-01T00:00:00+00:00"}


@pytest.fixture
def store(machine):
    return machine()


def kinds(submission):
    return [event.kind for event in submission.events]


def test_an_empty_disk_is_filled_from_the_hub(store, machine):
    for seed in range(3):
        store.create(made_receipt(seed=seed), FILES, contact=f"contact {seed}")
    store.append(ID, made_event("scored", **SCORED), REPORT)
    store.append(ID, made_event("published", seed=2))
    store.catch_up()
    other = machine("b")
    assert sorted(other.restore().done) == sorted(store.ids())
    for submission_id in store.ids():
        assert other.get(submission_id) == store.get(submission_id)
        assert {name: other.read(submission_id, name) for name in FILES} == FILES
        assert other.stored(submission_id)
    assert other.read(ID, SCORED["file"]) == REPORT[SCORED["file"]]
    assert other.catch_up() == other.restore() == Progress()


def test_a_submission_of_another_machine_is_found_at_once(hub, store, machine):
    store.create(RECEIPT, FILES)
    store.catch_up()
    assert machine("b").get(ID) == store.get(ID)
    assert machine("c").read(ID, "response.json") == FILES["response.json"]
    assert machine("d").append(ID, made_event(), expect=1) == 2


def test_what_nobody_here_knows_cannot_be_told_apart_while_the_hub_is_away(store, away):
    with pytest.raises(StoreUnavailable):
        store.get(ID)
    away(False)
    with pytest.raises(UnknownSubmission):
        store.get(ID)


@pytest.mark.parametrize("submission_id", OUTSIDE_IDS)
def test_what_is_no_id_is_not_asked_for(hub, store, submission_id):
    with pytest.raises(UnknownSubmission):
        store.get(submission_id)
    assert not hub.requests


def test_events_added_apart_stand_in_one_order_everywhere(hub, store, machine, away, hub_store):
    away(False)
    store.create(RECEIPT, FILES)
    store.catch_up()
    other = machine("b")
    other.restore()
    away(True)
    assert store.append(ID, made_event("published", seed="a1")) == 2
    assert store.append(ID, made_event("hidden", seed="a2")) == 3
    assert other.append(ID, made_event("held", seed="b1")) == 2
    assert other.append(ID, made_event("withdrawn", seed="b2")) == 3
    away(False)
    other.catch_up()
    store.catch_up()
    assert kinds(store.get(ID)) == ["received", "held", "withdrawn", "published", "hidden"]  # b was first at the Hub
    other.catch_up()
    third = machine("c")
    third.restore()
    for reader in (other, third, hub_store(), machine(), machine("b")):
        assert reader.get(ID) == store.get(ID)
    assert len(hub.ours()) == 1 + 4


def test_an_event_keeps_its_place_when_it_is_added_again(store, machine, away):
    away(False)
    store.create(RECEIPT, FILES)
    store.catch_up()
    other = machine("b")
    other.append(ID, made_event(seed="b"))
    assert store.append(ID, made_event(seed="a")) == 2
    other.catch_up()
    store.catch_up()
    assert store.append(ID, made_event(seed="a")) == 3
    assert store.append(ID, made_event(seed="b")) == 2
    with pytest.raises(Conflict):
        store.append(ID, made_event(seed="c"), expect=2)
    assert store.append(ID, made_event(seed="c"), expect=3) == 4


def test_two_reports_of_one_name_are_both_kept(hub, store, machine, away, hub_store):
    away(False)
    store.create(RECEIPT, FILES)
    store.catch_up()
    other = machine("b")
    other.restore()
    name = SCORED["file"]
    first, second = made_event("scored", seed="a", **SCORED), made_event("scored", seed="b", **SCORED)
    store.append(ID, first, {name: b"from a"})
    other.append(ID, second, {name: b"from b"})
    for each in (other, store, other):
        each.catch_up()
    third = machine("c")
    for reader in (third, store, other, hub_store()):
        events = {event.id: event for event in reader.get(ID).events}
        assert list(events)[1:] == [second.id, first.id]
        assert reader.read(ID, events[first.id].data["file"]) == b"from a"
        assert reader.read(ID, events[second.id].data["file"]) == b"from b"
        assert reader.read(ID, reader.get(ID).standing.scores["echomind-1.0"]) == b"from a"
    assert store.catch_up() == other.catch_up() == Progress()


# Claims.


def test_of_machines_that_claim_at_once_one_wins(hub, store, machine):
    store.create(RECEIPT, FILES)
    store.catch_up()
    machines = [machine(name) for name in "abcd"]
    for each in machines:
        each.restore()
    claims = [made_event("claimed", seed=i, by=f"worker {i}", **CLAIM) for i in range(4)]
    outcomes = together([lambda m=m, c=c: m.append(ID, c, expect=1) for m, c in zip(machines, claims, strict=True)])
    assert sorted(map(str, map(type, outcomes))) == sorted(map(str, [int, Conflict, Conflict, Conflict]))
    winner = claims[[type(outcome) for outcome in outcomes].index(int)]
    for each in machines:
        each.catch_up()
        assert each.get(ID).standing.claimed_by == winner.by
        assert kinds(each.get(ID)) == ["received", "claimed"]


def test_nobody_may_claim_while_the_hub_is_away(store, away):
    store.create(RECEIPT, FILES)
    with pytest.raises(StoreUnavailable):
        store.append(ID, made_event("claimed", **CLAIM), expect=1)
    assert kinds(store.get(ID)) == ["received"]
    away(False)
    assert store.append(ID, made_event("claimed", **CLAIM), expect=1) == 2
    assert store.stored(ID)


def test_who_claims_sees_what_others_did_first(store, machine):
    store.create(RECEIPT, FILES)
    store.catch_up()
    other = machine("b")
    other.append(ID, made_event("withdrawn", seed=1))
    other.catch_up()
    with pytest.raises(Conflict):
        store.append(ID, made_event("claimed", **CLAIM), expect=1)
    assert store.get(ID).standing.state == "withdrawn"


def test_a_claim_that_was_won_is_held_though_the_hub_goes_away_the_next_moment(hub, store):
    store.create(RECEIPT, FILES)
    store.catch_up()
    seen = []

    def away_after_the_read_back(endpoint):
        seen.append(endpoint)
        return Fault.AWAY if "commit" in seen[:-2] else None

    hub.faults = away_after_the_read_back
    assert store.append(ID, made_event("claimed", **CLAIM), expect=1) == 2
    assert store.get(ID).standing.state == "scoring"
    assert store.waiting() == []


def test_a_claim_is_repeated_harmlessly(hub, store, machine):
    store.create(RECEIPT, FILES)
    claim = made_event("claimed", **CLAIM)
    assert store.append(ID, claim, expect=1) == 2
    assert machine().append(ID, claim, expect=1) == 2
    with pytest.raises(StoreError):
        store.append(ID, made_event("claimed", by="another", **CLAIM), expect=1)
    assert len(hub.ours()) == 2


def test_a_disk_that_was_lost_costs_nothing_that_was_stored(machine, tmp_path):
    machine().create(RECEIPT, FILES, contact="ada@example.org")
    machine().append(ID, made_event("claimed", **CLAIM))
    before = machine().get(ID)
    shutil.rmtree(tmp_path / "a")
    assert list(machine().ids()) == []
    machine().restore()
    assert machine().get(ID) == before
