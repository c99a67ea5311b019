import datetime
import os
import random
import select
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from echomind.settings import ROOT
from echomind.submissions import worker as workers
from echomind.submissions.living import living
from echomind.submissions.model import Sender, new_event, now
from echomind.submissions.moderation import Moderator
from echomind.submissions.queue import attempts, queue
from echomind.submissions.rescore import rescore
from echomind.submissions.scoring_run import ScoringRun, environment
from echomind.submissions.service import Submissions
from echomind.submissions.store_local import LocalStore
from echomind.submissions.worker import Worker, Workers, workers_folder
from tests.unit.submissions.made_submissions import START, made_receipt
from tests.unit.submissions.scoring_hooks import COMMAND
from tests.unit.submissions.working import settings_in, work

ADA = Sender(provider="huggingface", name="Ada")
MODERATOR = Moderator("local:admin")
A_MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def service(tmp_path):
    return Submissions(LocalStore(tmp_path / "submissions"), settings_in(tmp_path))


def send(service, what, seed=0):
    files = {"answers.jsonl": f"{what} {seed}".encode()}
    return service.submit(made_receipt(files, seed=seed, at=START + seed * A_MINUTE), files).id


def kinds(service, submission_id):
    return [h.kind for h in service.status(submission_id).times]


def test_it_is_scored_and_published_with_report_and_items_in_one_step(service, tmp_path):
    submission_id = send(service, "quick")
    told = []
    work(tmp_path, lambda *said: told.append((said, service.status(said[0]).progress.done)))
    assert kinds(service, submission_id) == ["received", "claimed", "scored", "published"]
    scored = service.store.kept_events(submission_id)[2]
    assert set(scored.files) == {"scores-echomind-1.0.json", "items-echomind-1.0.jsonl"}
    assert service.report(submission_id).set_id == "echomind-mini"
    assert not service.status(submission_id).verified
    assert told == [((submission_id, 0.0, "starting"), 0.0), ((submission_id, 0.5, "half way"), 0.5)]
    assert not any((tmp_path / "submission-progress").iterdir())
    assert not any(workers_folder(service.settings).iterdir())


@pytest.mark.parametrize(
    ("what", "state", "events", "reason"),
    [
        ("wrong", "failed", ["failed"], "line 3: found “E”, expected one of A to D\nand so on"),
        ("absent", "held", ["held"], "the references of echomind cannot be read here"),
        ("crash", "held", ["released", "claimed", "held"], "ended by signal 9 (reference "),
        ("bomb", "held", ["released", "claimed", "held"], "ended with status 1 (reference "),
        ("flood", "held", ["released", "claimed", "held"], "ended with status 1 (reference "),
        ("hang", "held", ["released", "claimed", "held"], "took longer than 2 s (reference "),
    ],
)
def test_what_goes_wrong_is_told_and_does_not_block_the_next(service, tmp_path, what, state, events, reason, caplog):
    bad, good = send(service, what, 0), send(service, "quick", 1)
    order = []
    work(tmp_path, lambda submission_id, *_: order.append(submission_id), scoring_time_s=2 if what == "hang" else 60)
    status = service.status(bad)
    assert (status.state, reason in status.reason) == (state, True)
    assert kinds(service, bad) == ["received", "claimed", *events]
    assert service.status(good).state == "published"
    assert set(order[:2]) == {bad}
    assert order.index(good) <= 2  # before the second try
    if "(reference " in reason:
        code = status.reason.partition("(reference ")[2][:8]
        assert code in caplog.text  # what happened is in our log, not in the reason
    assert not any(workers_folder(service.settings).iterdir())


def test_a_person_lets_it_be_scored_again(service, tmp_path):
    submission_id = send(service, "crash")
    work(tmp_path)
    held = service.store.get(submission_id)
    assert attempts(held.events).faults == 1
    service.score_again(submission_id, MODERATOR)
    assert attempts(service.store.get(submission_id).events) == (0, 0)
    work(tmp_path)
    assert kinds(service, submission_id)[5:] == ["released", "claimed", "released", "claimed", "held"]


def test_a_stopped_worker_gives_back_what_it_holds(service, tmp_path):
    submission_id = send(service, "hang")
    settings, stop = settings_in(tmp_path), threading.Event()
    run = ScoringRun(settings, command=COMMAND, tick_s=0.05)
    with living(workers_folder(settings)) as own:
        told = lambda i, done, doing: stop.set() if done else None  # noqa: E731
        Worker(service.store, settings, own, run=run, told=told).run_forever(stop)
    assert kinds(service, submission_id) == ["received", "claimed", "released"]
    assert attempts(service.store.get(submission_id).events) == (0, 0)


@pytest.mark.parametrize("what", ["hang", "quick"])
def test_withdrawn_while_it_is_scored_stays_withdrawn(service, tmp_path, what):
    submission_id, following = send(service, what, 0), send(service, "quick", 1)

    def withdraw(told_of, done, doing):
        if told_of == submission_id and done:
            service.withdraw(submission_id, ADA)

    work(tmp_path, withdraw)
    assert kinds(service, submission_id) == ["received", "claimed", "withdrawn"]
    assert service.status(following).state == "published"


def test_hidden_while_it_is_scored_is_scored(service, tmp_path):
    submission_id = send(service, "quick")
    work(tmp_path, lambda i, done, doing: service.hide(i, MODERATOR, "for a look") if done else None)
    status = service.status(submission_id)
    assert (status.state, status.hidden) == ("published", True)


def test_a_long_claim_is_renewed_and_counts_as_one_attempt(service, tmp_path):
    submission_id = send(service, "hang")
    settings, seen = settings_in(tmp_path, scoring_time_s=3), []
    run = ScoringRun(settings, command=COMMAND, tick_s=0.05)
    with living(workers_folder(settings)) as own:
        worker = Worker(service.store, settings, own, run=run, claim_s=2)
        worker.run_once()
        seen = service.store.get(submission_id).events
    claims = [event for event in seen if event.kind == "claimed"]
    assert len(claims) > 1
    untils = [datetime.datetime.fromisoformat(event.data["until"]) for event in claims]
    assert all(later.at < until for later, until in zip(claims[1:], untils, strict=False))  # never ran out
    assert attempts(seen) == (1, 0)


def test_a_claim_that_ran_out_is_taken_over_and_one_that_holds_is_not(service, tmp_path):
    ran_out, holds = send(service, "quick", 0), send(service, "quick", 1)
    service.store.append(ran_out, new_event("claimed", "worker-elsewhere", until=(now() - A_MINUTE).isoformat()))
    service.store.append(holds, new_event("claimed", "worker-elsewhere", until=(now() + A_MINUTE).isoformat()))
    work(tmp_path)
    assert kinds(service, ran_out) == ["received", "claimed", "claimed", "scored", "published"]
    assert service.status(holds).state == "scoring"
    assert attempts(service.store.get(ran_out).events) == (0, 1)


def test_scored_by_a_worker_that_ended_before_publishing_is_published(service, tmp_path, monkeypatch):
    submission_id = send(service, "quick")
    with monkeypatch.context() as patched:
        patched.setattr(workers, "publish", lambda *_: False)
        settings = settings_in(tmp_path)
        with living(workers_folder(settings)) as own:
            run = ScoringRun(settings, command=COMMAND, tick_s=0.05)
            Worker(service.store, settings, own, run=run).run_once()
    assert service.status(submission_id).state == "scored"
    work(tmp_path)
    assert kinds(service, submission_id) == ["received", "claimed", "scored", "published"]


def test_what_ends_its_worker_each_time_waits_for_a_person_behind_the_others(service, tmp_path):
    deadly, good = send(service, "quick", 0), send(service, "quick", 1)
    for number in range(workers.MOST_CUT_OFF):
        claimed = new_event("claimed", f"worker-{number}", until=(now() - A_MINUTE).isoformat())
        service.store.append(deadly, claimed)
        service.store.append(deadly, new_event("released", "worker-x", cut_off="yes"))
    assert [s.receipt.id for s in queue(map(service.store.get, (deadly, good)), now())] == [good, deadly]
    work(tmp_path)
    assert service.status(deadly).state == "held"
    assert "the worker ended 10 times while it was scored (reference " in service.status(deadly).reason
    assert service.status(good).state == "published"


def test_two_workers_share_ten_submissions(service, tmp_path):
    ids = [send(service, "quick", seed) for seed in range(10)]
    both = [threading.Thread(target=work, args=(tmp_path,)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert all(kinds(service, i) == ["received", "claimed", "scored", "published"] for i in ids)
    assert len({event.by for i in ids for event in service.store.get(i).events if event.kind == "claimed"}) == 2


def started(data_dir):
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.unit.submissions.working", str(data_dir)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT)


def test_killed_while_it_scores_each_is_scored_once(service, tmp_path):
    """The worker is killed at 12 observed moments, drawn by chance; then one runs to its end."""
    ids = [send(service, "quick", seed) for seed in range(6)]
    rng = random.Random(7)
    kills = 0
    for _ in range(12):
        process = started(tmp_path)
        for _ in range(rng.randint(1, 3)):
            if (line := process.stdout.readline().strip()) == "idle":
                break
        if line != "idle":
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
        process.stdout.close()
    work(tmp_path)
    assert kills >= 5
    for submission_id in ids:
        counts = Counter(kinds(service, submission_id))
        assert (counts["received"], counts["scored"], counts["published"]) == (1, 1, 1)
        assert counts["claimed"] == counts["released"] + 1
    assert sum(Counter(kinds(service, i))["released"] for i in ids) >= 1
    assert service.store.problems(contents=True) == []
    assert not any(workers_folder(service.settings).iterdir())


def test_the_scoring_process_ends_with_its_worker(service, tmp_path):
    send(service, "hang")
    process = started(tmp_path)
    while "half way" not in process.stdout.readline():
        pass
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    scoring = int("".join(path.read_text() for path in children).split()[0])
    handle = os.pidfd_open(scoring)
    process.kill()
    process.wait()
    process.stdout.close()
    assert select.select([handle], [], [], 30)[0]  # readable when the process has ended
    os.close(handle)


def test_the_workers_of_a_process_wake_up_and_stop(service, tmp_path):
    run = ScoringRun(service.settings, command=COMMAND, tick_s=0.05)
    published = threading.Event()
    team = Workers(service.store, service.settings, number=2, run=run)
    append = service.store.append

    def seen(submission_id, event, *given, **more):
        version = append(submission_id, event, *given, **more)
        if event.kind == "published":
            published.set()
        return version

    service.store.append = seen
    team.start()
    service._on_received = team.wake
    submission_id = send(service, "quick")
    assert published.wait(30)
    team.stop(30)
    assert service.status(submission_id).state == "published"
    assert not any(workers_folder(service.settings).iterdir())


def test_rescoring_adds_scores_and_keeps_the_old_ones(service, tmp_path, monkeypatch):
    ids = [send(service, "quick", seed) for seed in range(3)]
    work(tmp_path)
    service.withdraw(ids[2], ADA)
    old = service.store.read(ids[0], "scores-echomind-1.0.json")
    run = ScoringRun(service.settings, command=COMMAND, tick_s=0.05)
    monkeypatch.setenv("MADE_SCORER", "echomind-2.0")
    done = list(rescore(service.store, service.settings, run=run, scorer="echomind-2.0"))
    assert [one.id for one in done] == ids[:2]
    assert not any(one.problem for one in done)
    assert list(rescore(service.store, service.settings, run=run, scorer="echomind-2.0")) == []
    status = service.status(ids[0])
    assert status.state == "published"
    assert status.scores == {f"echomind-{v}": f"scores-echomind-{v}.json" for v in ("1.0", "2.0")}
    assert service.store.read(ids[0], "scores-echomind-1.0.json") == old
    assert service.report(ids[0], "echomind-2.0").scorer == "echomind-2.0"
    assert service.status(ids[2]).state == "withdrawn"


def test_rescoring_that_fails_changes_nothing(service, tmp_path):
    submission_id = send(service, "quick")
    work(tmp_path)
    before = service.store.get(submission_id)
    crash = ScoringRun(service.settings, command=(sys.executable, "-c", "raise SystemExit(3)"))
    (one,) = rescore(service.store, service.settings, run=crash, scorer="echomind-2.0")
    assert "ended with status 3" in one.problem
    assert service.store.get(submission_id) == before


def test_no_secret_and_no_network_reach_the_scoring_process(service):
    environ = {
        "PATH": "/bin",
        "HF_TOKEN": "hf_x",
        "OPENAI_API_KEY": "sk-x",
        "ECHOMIND_ADMIN_TOKEN": "x",
        "ECHOMIND_ENDPOINTS": "{}",
        "https_proxy": "http://proxy",
    }
    found = environment(service.settings, environ)
    assert not {"HF_TOKEN", "OPENAI_API_KEY", "ECHOMIND_ADMIN_TOKEN", "ECHOMIND_ENDPOINTS", "https_proxy"} & set(found)
    assert (found["PATH"], found["HF_HUB_OFFLINE"], found["TRANSFORMERS_OFFLINE"]) == ("/bin", "1", "1")
