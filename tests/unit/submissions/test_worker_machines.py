"""Workers of two machines over one data set repository: each submission is scored by one of them."""

import threading
from collections import Counter

import pytest

from echomind.submissions.commands import exchange
from echomind.submissions.living import living
from echomind.submissions.model import now
from echomind.submissions.scoring_run import ScoringRun
from echomind.submissions.service import Submissions
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.worker import Worker, workers_folder
from tests.unit.submissions.made_submissions import made_receipt
from tests.unit.submissions.scoring_hooks import COMMAND
from tests.unit.submissions.working import settings_in


def send(store, data_dir, seed):
    files = {"answers.jsonl": f"quick {seed}".encode()}
    receipt = made_receipt(files, seed=seed, at=now())
    Submissions(store, settings_in(data_dir)).submit(receipt, files)
    return receipt.id


def work(store, data_dir):
    settings = settings_in(data_dir)
    with living(workers_folder(settings)) as own:
        worker = Worker(store, settings, own, run=ScoringRun(settings, command=COMMAND, tick_s=0.05))
        while worker.run_once():
            pass


def test_two_machines_score_each_submission_once(machine, tmp_path):
    stores = {name: machine(name) for name in ("a", "b")}
    ids = [send(stores["a"], tmp_path / "a", seed) for seed in range(4)]
    exchange(stores["a"])
    exchange(stores["b"])
    both = [threading.Thread(target=work, args=(store, tmp_path / name)) for name, store in stores.items()]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    for name in ("a", "b", "a"):
        exchange(stores[name])
    for submission_id in ids:
        events = [store.get(submission_id).events for store in stores.values()]
        assert events[0] == events[1]
        counts = Counter(event.kind for event in events[0])
        assert (counts["scored"], counts["published"]) == (1, 1)


def test_nothing_is_claimed_while_the_remote_store_is_away(machine, away, tmp_path):
    store = machine("a")
    submission_id = send(store, tmp_path / "a", 0)
    service = Submissions(store, settings_in(tmp_path / "a"))
    with pytest.raises(StoreUnavailable):
        work(store, tmp_path / "a")
    status = service.status(submission_id)
    assert (status.state, status.stored, status.position) == ("received", False, 1)
    away(False)
    exchange(store)
    assert service.status(submission_id).stored
    work(store, tmp_path / "a")
    assert service.status(submission_id).state == "published"
