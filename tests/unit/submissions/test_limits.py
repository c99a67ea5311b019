import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest

from echomind.settings import Settings
from echomind.submissions.limits import AlreadyReceived, LimitReached, check_limit
from echomind.submissions.model import new_event, now
from echomind.submissions.service import Submissions
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import made_receipt

HOUR = datetime.timedelta(hours=1)


def sent(number, **given):
    files = {"answers.jsonl": f"quick {number}".encode()}
    return made_receipt(files, seed=number, **{"at": now()} | given), files


@pytest.fixture
def opened(tmp_path):
    """The service of a process: opened anew, as after a restart."""

    def open_anew(per_day=3):
        settings = Settings(data_dir=tmp_path, submissions_per_day=per_day)
        return Submissions(LocalStore(tmp_path / "submissions"), settings)

    return open_anew


def test_the_limit_survives_a_restart(opened):
    for number in range(3):
        opened().submit(*sent(number))
    with pytest.raises(LimitReached, match="found 3 submissions in the last 24 hours, expected fewer than 3"):
        opened().submit(*sent(3))
    assert len(opened().all()) == 3


def test_the_limit_is_one_for_each_sender_and_day(opened):
    service = opened()
    for number in range(3):
        service.submit(*sent(number, at=now() - 23 * HOUR))
    service.submit(*sent(3, sender="Bo"))
    service.submit(*sent(4, provider="local"))
    with pytest.raises(LimitReached):
        service.submit(*sent(5))
    receipt, _ = sent(0)
    check_limit(service.store, receipt.sender, 3, now() + 2 * HOUR)


def test_zero_is_no_limit(opened):
    service = opened(per_day=0)
    for number in range(5):
        service.submit(*sent(number))
    assert len(service.all()) == 5


def test_many_at_the_same_moment_do_not_pass_the_limit(opened):
    def send(number):
        try:
            opened().submit(*sent(number))
        except LimitReached:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(12))) == 3
    assert len(opened().all()) == 3


def test_the_same_bytes_are_told_where_they_are(opened):
    first, files = sent(0)
    opened().submit(first, files)
    again = made_receipt(files, seed=99, at=now())
    with pytest.raises(AlreadyReceived, match=f"received before, as {first.id} \\(received\\)") as told:
        opened().submit(again, files)
    assert told.value.submission_id == first.id
    opened().submit(made_receipt(files, seed=98, at=now(), sender="Bo"), files)  # somebody else's bytes are theirs


def test_what_was_taken_back_or_failed_may_be_sent_again(opened):
    service = opened(per_day=9)
    first, files = sent(0)
    service.submit(first, files)
    service.withdraw(first.id, first.sender)
    second = made_receipt(files, seed=99, at=now())
    service.submit(second, files)
    service.store.append(second.id, new_event("failed", "worker", reason="no"))
    service.submit(made_receipt(files, seed=98, at=now()), files)
    assert [s.state for s in service.all()] == ["received", "failed", "withdrawn"]


def test_the_same_receipt_again_is_the_same_submission(opened):
    receipt, files = sent(0)
    for _ in range(3):
        assert opened(per_day=1).submit(receipt, files) == receipt
    assert len(opened().all()) == 1


def test_what_cannot_be_counted_is_kept_and_waits_for_a_person(opened, monkeypatch):
    service = opened()

    def away(*_):
        raise StoreUnavailable("the index is away")

    monkeypatch.setattr(service.store, "count_since", away)
    receipt, files = sent(0)
    service.submit(receipt, files)
    status = opened().status(receipt.id)
    assert (status.state, status.position) == ("held", None)
    assert "could not be counted; a person will look at it" in status.reason
