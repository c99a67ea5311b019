import pytest
from pydantic import SecretStr

from echomind.errors import EchoMindError
from echomind.settings import Settings
from echomind.submissions.layout import from_json
from echomind.submissions.model import Receipt, Sender, new_event, now
from echomind.submissions.moderation import Moderator, NotAllowed
from echomind.submissions.outcomes import add_scored, publish
from echomind.submissions.progress import Progress
from echomind.submissions.scoring_run import Ended
from echomind.submissions.service import Submissions
from echomind.submissions.store import StoreError, UnknownSubmission
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import made_receipt
from tests.unit.submissions.scoring_hooks import made_report

MODERATOR = Moderator("huggingface:Mo")
ADA = Sender(provider="huggingface", name="Ada")


@pytest.fixture
def service(tmp_path):
    woken = []
    settings = Settings(data_dir=tmp_path, submissions_per_day=0, moderators="Mo, Jo", admin_token=SecretStr("sesame"))
    service = Submissions(LocalStore(tmp_path / "submissions"), settings, on_received=lambda: woken.append(1))
    service.__dict__["woken"] = woken
    return service


def send(service, seed=0, contact="", **given):
    files = {"answers.jsonl": f"quick {seed}".encode()}
    return service.submit(made_receipt(files, seed=seed, **{"at": now()} | given), files, contact)


def claim(service, receipt, by="worker-1"):
    service.store.append(receipt.id, new_event("claimed", by, until="2099-01-01T00:00:00+00:00"))


def scored(service, receipt, scorer="echomind-1.0", value=50.0):
    report = made_report(scorer, value).model_dump_json(by_alias=True).encode() + b"\n"
    ended = Ended("scored", scorer=scorer, report=report, items=b'{"metric": "understanding_acc"}\n')
    assert add_scored(service.store, receipt.id, "worker-1", ended, lambda found: True)
    assert publish(service.store, receipt.id, "worker-1")


def test_a_receipt_is_kept_and_wakes_a_worker(service):
    receipt = send(service)
    assert service.woken == [1]
    assert service.store.get(receipt.id).receipt == receipt


def test_status_tells_each_state_with_its_time_and_place_in_the_queue(service):
    first, second = send(service, 0), send(service, 1)
    assert [service.status(r.id).position for r in (first, second)] == [1, 2]
    claim(service, first)
    service.progress.put(first.id, Progress(done=0.25, doing="reading", at=now()))
    status = service.status(first.id)
    assert (status.state, status.progress.done, status.position, status.stored) == ("scoring", 0.25, None, True)
    assert service.status(second.id).position == 1
    scored(service, first)
    status = service.status(first.id)
    assert status.progress is None
    assert [h.kind for h in status.times] == ["received", "claimed", "scored", "published"]
    assert [h.at for h in status.times] == sorted(h.at for h in status.times)
    assert status.scores == {"echomind-1.0": "scores-echomind-1.0.json"}
    with pytest.raises(UnknownSubmission):
        service.status("../../etc/passwd")


def test_nothing_private_is_shown(service):
    receipt = send(service, contact="ada@example.org")
    claim(service, receipt, by="worker-of-host-x")
    shown = service.status(receipt.id).model_dump_json() + repr(service.download(receipt.id))
    assert "ada@example.org" not in shown
    assert "host-x" not in shown
    assert service.contact(receipt.id, MODERATOR) == "ada@example.org"


def test_mine_are_those_of_this_sender_newest_first(service):
    receipts = [send(service, seed) for seed in range(3)]
    send(service, 9, sender="Bo")
    send(service, 10, provider="local")
    assert [s.id for s in service.mine(ADA)] == [r.id for r in reversed(receipts)]


@pytest.mark.parametrize("before", ["received", "scoring", "held", "published"])
def test_withdraw(service, before):
    receipt = send(service)
    if before == "scoring":
        claim(service, receipt)
    elif before == "held":
        service.store.append(receipt.id, new_event("held", "worker-1", reason="why"))
    elif before == "published":
        scored(service, receipt)
    for stranger in (Sender(provider="local", name="Ada"), Sender(provider="huggingface", name="ada")):
        with pytest.raises(NotAllowed, match="only who sent it"):
            service.withdraw(receipt.id, stranger)
    service.withdraw(receipt.id, ADA)
    service.withdraw(receipt.id, ADA)
    status = service.status(receipt.id)
    assert status.state == "withdrawn"
    assert [h.kind for h in status.times].count("withdrawn") == 1


def test_what_failed_cannot_be_withdrawn(service):
    receipt = send(service)
    service.store.append(receipt.id, new_event("failed", "worker-1", reason="line 3"))
    with pytest.raises(NotAllowed, match="found it failed"):
        service.withdraw(receipt.id, ADA)


def test_the_report_and_the_download(service):
    receipt = send(service)
    with pytest.raises(StoreError, match="found no score report"):
        service.report(receipt.id)
    scored(service, receipt, "echomind-0.9", 40.0)
    scored(service, receipt, "echomind-1.0", 60.0)
    assert service.report(receipt.id).level["understanding"]["understanding_acc"].value == 60
    assert service.report(receipt.id, "echomind-0.9").level["understanding"]["understanding_acc"].value == 40
    files = service.download(receipt.id)
    assert files["raw/answers.jsonl"] == b"quick 0"
    assert sorted(files) == sorted(
        ["receipt.json", "raw/answers.jsonl"]
        + [f"{kind}-echomind-{v}.json{'l' * (kind == 'items')}" for kind in ("scores", "items") for v in ("0.9", "1.0")]
    )


def test_a_download_does_not_tell_how_old_the_account_is(service):
    sender = Sender(provider="huggingface", name="Ada", account_since=now())
    files = {"answers.jsonl": b"aged"}
    receipt = service.submit(made_receipt(files, at=now()).model_copy(update={"sender": sender}), files)
    shown = from_json(Receipt, service.download(receipt.id)["receipt.json"], "receipt.json")
    assert shown == receipt.model_copy(update={"sender": sender.model_copy(update={"account_since": None})})


def test_who_moderates(service):
    assert service.moderator(Sender(provider="huggingface", name="Mo")) == Moderator("huggingface:Mo")
    assert service.moderator(token="sesame") == Moderator("local:admin")
    for sender, token in [
        (None, ""),
        (None, "sesam"),
        (None, "\ud800"),
        (ADA, ""),
        (Sender(provider="local", name="Mo"), ""),
        (Sender(provider="huggingface", name="mo"), ""),
    ]:
        with pytest.raises(NotAllowed):
            service.moderator(sender, token)


def test_nobody_moderates_where_no_setting_says_so(tmp_path):
    service = Submissions(LocalStore(tmp_path / "submissions"), Settings(data_dir=tmp_path))
    for sender in (None, ADA):
        with pytest.raises(NotAllowed):
            service.moderator(sender, "")


def test_verify_hide_and_return(service):
    receipt = send(service)
    with pytest.raises(NotAllowed, match="found it received; it can be verified while it is published, scored"):
        service.verify(receipt.id, MODERATOR)
    scored(service, receipt)
    service.verify(receipt.id, MODERATOR, "compared with the paper")
    service.verify(receipt.id, MODERATOR)
    with pytest.raises(EchoMindError, match="found no reason"):
        service.hide(receipt.id, MODERATOR, "")
    with pytest.raises(EchoMindError, match="reason:"):
        service.hide(receipt.id, MODERATOR, "a\u202eb")
    service.hide(receipt.id, MODERATOR, "the model's name is somebody else's")
    status = service.status(receipt.id)
    assert (status.verified, status.hidden, status.reason) == (True, True, "the model's name is somebody else's")
    assert [h.kind for h in status.times].count("verified") == 1
    service.show(receipt.id, MODERATOR)
    service.unverify(receipt.id, MODERATOR)
    assert not service.status(receipt.id).hidden
    service.return_to_sender(receipt.id, MODERATOR, "please name the checkpoint")
    status = service.status(receipt.id)
    assert (status.state, status.verified, status.reason) == ("failed", False, "please name the checkpoint")
    with pytest.raises(NotAllowed):
        service.return_to_sender(receipt.id, MODERATOR, "again")


def test_what_is_held_is_scored_when_a_person_says_so(service):
    receipt = send(service)
    with pytest.raises(NotAllowed):
        service.score_again(receipt.id, MODERATOR)
    service.store.append(receipt.id, new_event("held", "worker-1", reason="the references are absent"))
    assert service.status(receipt.id).position is None
    service.score_again(receipt.id, MODERATOR, "they are here now")
    assert (service.status(receipt.id).state, service.status(receipt.id).position) == ("received", 1)
    assert service.woken == [1, 1]


def test_a_store_that_spools_says_what_is_not_stored_yet(service, monkeypatch):
    receipt = send(service)
    monkeypatch.setattr(service.store, "stored", lambda submission_id: False, raising=False)
    assert not service.status(receipt.id).stored
