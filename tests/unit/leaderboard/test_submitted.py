import datetime

import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard import submitted
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.records import SLUG, parse_record
from echomind.leaderboard.submitted import published_records, record_of_submission
from echomind.settings import Settings
from echomind.submissions.model import Form, Sender
from echomind.submissions.moderation import Moderator
from echomind.submissions.outcomes import add_scored, publish
from echomind.submissions.scoring_run import Ended
from echomind.submissions.service import Submissions
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import START, made_receipt
from tests.unit.submissions.scoring_hooks import made_report

BOARD = "echomind-mini"
MODERATOR = Moderator("local:admin")
DAY = datetime.timedelta(days=1)


@pytest.fixture
def service(tmp_path):
    return Submissions(LocalStore(tmp_path / "submissions"), Settings(data_dir=tmp_path, submissions_per_day=0))


def send(service, seed=0, *, value=50.0, scorers=("echomind-1.0",), published=True, set_id=BOARD, **form):
    files = {"answers.jsonl": f"{seed}".encode()}
    receipt = made_receipt(files, seed=seed, at=START + seed * DAY)
    given = {"prompt": "enhanced"} | form
    receipt = receipt.model_copy(update={"form": Form.model_validate(receipt.form.model_dump() | given)})
    service.submit(receipt, files)
    for scorer in scorers:
        report = made_report(scorer, value).model_copy(update={"set_id": set_id})
        data = report.model_dump_json(by_alias=True).encode()
        ended = Ended("scored", scorer=scorer, report=data, items=b"{}\n")
        assert add_scored(service.store, receipt.id, "worker", ended, lambda found: True)
        if published:
            assert publish(service.store, receipt.id, "worker")
    return receipt


def test_a_published_submission_is_a_row_with_its_provenance(service):
    receipt = send(service, hub_id="ada/model", weights="open", url="https://example.org/paper", speech_out=True)
    ((slug, record),) = published_records(service.store, BOARD).items()
    assert slug == f"a-model-{receipt.id.partition('-')[2][:10]}"
    assert record.scores == {"understanding_acc": 50.0}
    assert record.intervals == {"understanding_acc": (45.0, 55.0)}
    assert (record.model.name, record.model.hub_id, record.model.params_b) == ("A model", "ada/model", 7.1)
    said = record.provenance
    assert (said.kind, said.receipt, said.verified, said.date) == ("submission", receipt.id, False, START.date())
    assert record.protocol == get_board(BOARD).protocol  # so it is ranked
    assert parse_record(record.model_dump_json(by_alias=True).encode()) == record
    assert published_records(service.store, "echomind") == {}
    assert "Ada" not in record.model_dump_json()


def test_what_was_measured_otherwise_is_listed_by_its_own_protocol(service):
    send(service, prompt="zero")
    ((_, record),) = published_records(service.store, BOARD).items()
    assert record.protocol.prompt == "zero"
    assert record.protocol != get_board(BOARD).protocol


def test_several_of_one_model_are_all_shown_newest_first(service):
    receipts = [send(service, seed, value=50.0 + seed) for seed in range(3)]
    records = published_records(service.store, BOARD)
    assert [r.provenance.receipt for r in records.values()] == [r.id for r in reversed(receipts)]
    assert [r.scores["understanding_acc"] for r in records.values()] == [52, 51, 50]


def test_rows_follow_every_event_at_once(service):
    receipt = send(service)

    def row():
        return next(iter(published_records(service.store, BOARD).values()), None)

    assert not row().provenance.verified
    service.verify(receipt.id, MODERATOR)
    assert row().provenance.verified
    service.hide(receipt.id, MODERATOR, "for a look")
    assert row() is None
    service.show(receipt.id, MODERATOR)
    assert row().provenance.verified
    service.withdraw(receipt.id, Sender(provider="huggingface", name="Ada"))
    assert row() is None
    send(service, 1, published=False)
    assert row() is None
    returned = send(service, 2)
    assert row().provenance.receipt == returned.id
    service.return_to_sender(returned.id, MODERATOR, "name the checkpoint")
    assert row() is None


def test_the_row_has_the_scores_of_the_present_scorer(service):
    send(service, scorers=("echomind-0.9", "echomind-1.0"))
    ((_, record),) = published_records(service.store, BOARD).items()
    assert record.protocol.scorer == "echomind-1.0"


def test_the_row_stays_while_newer_scores_are_published(service):
    receipt = send(service, scorers=("echomind-0.9",))
    report = made_report("echomind-1.0").model_dump_json(by_alias=True).encode()
    ended = Ended("scored", scorer="echomind-1.0", report=report, items=b"{}\n")
    assert add_scored(service.store, receipt.id, "worker", ended, lambda found: True)
    assert service.status(receipt.id).state == "scored"
    assert len(published_records(service.store, BOARD)) == 1


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", '=HYPERLINK("x")', "../../etc", "模型", "🙂", "...", "a" * 80, "Ünï", "-", "MODEL"],
)
def test_any_name_has_a_slug_of_ours_and_stays_itself(service, name):
    send(service, model=name)
    ((slug, record),) = published_records(service.store, BOARD).items()
    assert SLUG.fullmatch(slug)
    assert record.model.name == name


def test_receipts_that_begin_alike_have_slugs_of_their_own(service, monkeypatch):
    monkeypatch.setattr(submitted, "_CHANCE", 1)
    for seed in range(17):  # of sixteen digits
        send(service, seed, model="m" * 70)
    records = published_records(service.store, BOARD)
    assert len(records) == 17
    assert all(SLUG.fullmatch(slug) for slug in records)


def test_a_report_that_does_not_fit_the_board_is_said_and_left_out(service, caplog):
    bad, good = send(service, 0, set_id="echomind"), send(service, 1)
    records = published_records(service.store, BOARD)
    assert [r.provenance.receipt for r in records.values()] == [good.id]
    assert f"{bad.id}: no row on the board: found a report with the set 'echomind'" in caplog.text
    with pytest.raises(EchoMindError):
        record_of_submission(service.store, service.store.get(bad.id))


def test_nothing_is_read_again_while_nothing_changed(service, monkeypatch):
    for seed in range(4):
        send(service, seed)
    first = published_records(service.store, BOARD)
    made = []
    make = record_of_submission
    monkeypatch.setattr(submitted, "record_of_submission", lambda *given: made.append(given) or make(*given))
    again = published_records(service.store, BOARD)
    assert made == []
    assert all(again[slug] is first[slug] for slug in first)
    again.clear()  # the caller's own
    service.verify(service.all()[0].id, MODERATOR)
    assert len(published_records(service.store, BOARD)) == 4
    assert len(made) == 1
