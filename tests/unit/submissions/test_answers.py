import pytest

from echomind.settings import Settings
from echomind.submissions.answers import status_answer
from echomind.submissions.model import new_event, now
from echomind.submissions.outcomes import add_scored, publish
from echomind.submissions.progress import Progress
from echomind.submissions.scoring_run import Ended
from echomind.submissions.service import Submissions
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import made_receipt
from tests.unit.submissions.scoring_hooks import made_report


@pytest.fixture
def service(tmp_path):
    return Submissions(LocalStore(tmp_path / "submissions"), Settings(data_dir=tmp_path))


def send(service, seed=0, contact="ada@example.org"):
    files = {"answers.jsonl": f"quick {seed}".encode()}
    return service.submit(made_receipt(files, seed=seed, at=now()), files, contact)


def answer_of(service, receipt):
    status = service.status(receipt.id)
    return status_answer(status, service.report(receipt.id) if status.scores else None)


def test_all_of_a_submission_on_its_way(service):
    first, second = send(service, 0), send(service, 1)
    answer = answer_of(service, second)
    assert answer | {"times": None} == {
        "id": second.id,
        "state": "received",
        "done": False,
        "reason": "",
        "times": None,
        "progress": None,
        "position": 2,
        "stored": True,
        "verified": False,
        "hidden": False,
        "board": "echomind-mini",
        "model": "A model",
        "scores": None,
        "links": {"page": f"/submissions?receipt={second.id}", "status": "/submission_status"},
    }
    assert [event["kind"] for event in answer["times"]] == ["received"]
    service.store.append(first.id, new_event("claimed", "w", until="2099-01-01T00:00:00+00:00"))
    at = now()
    service.progress.put(first.id, Progress(done=0.5, doing="scoring", at=at))
    answer = answer_of(service, first)
    shown_at = answer["progress"].pop("at")
    assert (answer["state"], answer["progress"]) == ("scoring", {"done": 0.5, "doing": "scoring"})
    assert shown_at.startswith(f"{at:%Y-%m-%dT%H:%M}")


def test_scores_are_those_of_the_report_and_nothing_private_is_said(service):
    receipt, report = send(service), made_report(value=61.25)
    service.store.append(receipt.id, new_event("claimed", "w", until="2099-01-01T00:00:00+00:00"))
    ended = Ended("scored", scorer=report.scorer, report=report.model_dump_json(by_alias=True).encode(), items=b"")
    add_scored(service.store, receipt.id, "w", ended, lambda found: True)
    publish(service.store, receipt.id, "w")
    answer = answer_of(service, receipt)
    assert (answer["state"], answer["done"]) == ("published", True)
    assert answer["scores"]["scorer"] == report.scorer
    assert answer["scores"]["level"] == report.model_dump(mode="json")["level"]
    assert "ada@example.org" not in str(answer) and "'w'" not in str(answer)
