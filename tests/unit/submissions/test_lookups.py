"""Receipts that do not exist are asked for only so often; those that are here are always found."""

import secrets
from types import SimpleNamespace

import pytest

from echomind.settings import Settings
from echomind.submissions.desk import Desk
from echomind.submissions.lookups import MISSES, Lookups, Misses, TooManyLookups
from echomind.submissions.store import StoreUnavailable, UnknownSubmission
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, made_receipt


def unknown():
    return f"{secrets.token_hex(6)}-{secrets.token_hex(16)}"


@pytest.fixture
def desk(tmp_path):
    return Desk(LocalStore(tmp_path / "submissions"), Settings(data_dir=tmp_path))


def test_what_is_here_is_found_however_many_others_were_asked_for(desk):
    receipt = made_receipt()
    desk.submissions.submit(receipt, FILES)
    lookups = Lookups(desk)
    for _ in range(MISSES):
        with pytest.raises(UnknownSubmission):
            lookups.status(unknown())
    with pytest.raises(TooManyLookups, match="try again in"):
        lookups.status(unknown())
    assert lookups.status(receipt.id).id == receipt.id


def test_all_lookups_of_a_desk_count_together(desk):
    for _ in range(MISSES):
        with pytest.raises(UnknownSubmission):
            Lookups(desk).status(unknown())
    with pytest.raises(TooManyLookups):
        Lookups(desk).status(unknown())


@pytest.mark.parametrize("text", ["", "x", "../../etc/passwd", "<script>", "0" * 45, "a" * 1_000_000])
def test_what_cannot_be_a_receipt_does_not_count(desk, text):
    lookups = Lookups(desk, Misses(most=0))
    with pytest.raises(UnknownSubmission):
        lookups.status(text)


def test_a_minute_later_it_may_be_asked_again():
    now = [100.0]
    misses = Misses(2, 60.0, clock=lambda: now[0])
    misses.take()
    now[0] = 130.0
    misses.take()
    with pytest.raises(TooManyLookups, match="in 30 s"):
        misses.take()
    now[0] = 160.0
    misses.take()
    with pytest.raises(TooManyLookups):
        misses.take()


class Elsewhere:
    """A store that fetches what another machine received, or cannot be reached."""

    def __init__(self, store, answer):
        self.local, self.asked, self._answer = store, [], answer

    def get(self, submission_id):
        self.asked.append(submission_id)
        return self._answer()


def test_what_another_machine_received_does_not_count_and_what_cannot_be_found_out_does(desk):
    receipt = made_receipt()
    other = LocalStore(desk.settings.data_dir / "elsewhere")
    other.create(receipt, FILES)

    def away():
        raise StoreUnavailable("the Hub is away")

    for answer, error in ((lambda: other.get(receipt.id), None), (away, StoreUnavailable)):
        store = Elsewhere(desk.store, answer)
        service = SimpleNamespace(status=lambda submission_id, store=store: store.get(submission_id).receipt)
        lookups = Lookups(SimpleNamespace(store=store, submissions=service), Misses(most=1))
        if error is None:
            assert [lookups.status(receipt.id) for _ in range(3)] == [receipt] * 3
            assert len(store.asked) == 3
        else:
            with pytest.raises(error):
                lookups.status(receipt.id)
            with pytest.raises(TooManyLookups):
                lookups.status(receipt.id)
            assert len(store.asked) == 1
