import json
import shutil

import pytest

from echomind.errors import ResultsError
from echomind.leaderboard.known_items import KnownItems, items_of
from echomind.leaderboard.records import read_board
from echomind.leaderboard.submitted import published_records
from echomind.settings import ROOT, Settings
from echomind.submissions.model import Form
from echomind.submissions.outcomes import add_scored, publish
from echomind.submissions.scoring_run import Ended
from echomind.submissions.service import Submissions
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.test_scripts_data import row
from tests.unit.submissions.made_submissions import made_receipt
from tests.unit.submissions.scoring_hooks import made_report

BOARD = "echomind-mini"
RESULTS = ROOT / "results"


@pytest.fixture
def service(tmp_path):
    return Submissions(LocalStore(tmp_path / "submissions"), Settings(data_dir=tmp_path, submissions_per_day=0))


def send(service, lines):
    files = {"answers.jsonl": b"x"}
    receipt = made_receipt(files)
    form = Form.model_validate(receipt.form.model_dump() | {"prompt": "enhanced"})
    receipt = receipt.model_copy(update={"form": form})
    service.submit(receipt, files)
    report = made_report().model_dump_json(by_alias=True).encode()
    ended = Ended("scored", scorer="echomind-1.0", report=report, items=lines)
    assert add_scored(service.store, receipt.id, "worker", ended, lambda found: True)
    assert publish(service.store, receipt.id, "worker")
    return receipt


def jsonl(*rows):
    return b"".join(json.dumps(r).encode() + b"\n" for r in rows)


GOOD = jsonl(row("understanding_acc", "s1", 100.0), row("understanding_acc", "s2", 0.0))


def test_items_of_a_submission_are_those_beside_its_report(service):
    receipt = send(service, GOOD)
    found = items_of(service.store, service.store.get(receipt.id))
    assert (found.board, found.model, found.set_digest) == (BOARD, "A model", "0" * 64)
    assert found.metrics["understanding_acc"].value == 50.0


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (b"{}\n", "line 1: key: Field required"),
        (GOOD + b"no json\n", "line 3: row"),
        (jsonl(row("bleu", "s1", "many")), "line 1: value"),
        (jsonl(row("wer_utterance_mean", "s1", 1.0)), "found no items of the metrics"),
    ],
)
def test_items_that_cannot_be_read_are_an_error_with_its_place(service, lines, says):
    receipt = send(service, lines)
    with pytest.raises(ResultsError, match=says):
        items_of(service.store, service.store.get(receipt.id))


def test_a_submission_that_was_never_scored_has_no_items(service):
    files = {"answers.jsonl": b"x"}
    receipt = made_receipt(files)
    service.submit(receipt, files)
    with pytest.raises(ResultsError, match="found no scores of single items"):
        items_of(service.store, service.store.get(receipt.id))


def test_rows_of_both_kinds_are_found_and_kept(service):
    send(service, GOOD)
    ((slug, record),) = published_records(service.store, BOARD).items()
    known = KnownItems(RESULTS, service.store)
    assert known.of(BOARD, slug, record).metrics["understanding_acc"].n == 2
    assert known.of(BOARD, slug, record) is known.of(BOARD, slug, record)
    ours = read_board(RESULTS, BOARD)["echomind"]
    assert known.of(BOARD, "echomind", ours).model == "EchoMind tiny"
    assert known.of(BOARD, "echomind", ours) is known.of(BOARD, "echomind", ours)


def test_published_means_and_rows_without_a_store_have_none(service):
    send(service, GOOD)
    ((slug, record),) = published_records(service.store, BOARD).items()
    assert KnownItems(RESULTS).of(BOARD, slug, record) is None
    paper = read_board(RESULTS, "echomind")
    assert KnownItems(RESULTS).of("echomind", "gpt-4o-audio", paper["gpt-4o-audio"]) is None
    assert KnownItems(RESULTS).of("echomind", "../../secret", paper["gpt-4o-audio"]) is None


def test_a_file_that_changed_is_read_again_and_a_broken_one_counts_as_unknown(tmp_path, caplog):
    shutil.copytree(RESULTS / BOARD, tmp_path / BOARD)
    record = read_board(tmp_path, BOARD)["random"]
    known = KnownItems(tmp_path)
    assert known.of(BOARD, "random", record) is not None
    (tmp_path / BOARD / "items" / "random.json").write_text("{}")
    assert known.of(BOARD, "random", record) is None
    assert known.of(BOARD, "random", record) is None
    assert caplog.text.count("scores of single scripts are missing") == 1  # not read twice


def test_while_the_store_is_away_items_are_unknown_and_come_back(service, monkeypatch):
    send(service, GOOD)
    ((slug, record),) = published_records(service.store, BOARD).items()
    known = KnownItems(RESULTS, service.store)
    with monkeypatch.context() as away:

        def get(submission_id):
            raise StoreUnavailable("away")

        away.setattr(service.store, "get", get)
        assert known.of(BOARD, slug, record) is None
    assert known.of(BOARD, slug, record) is not None
