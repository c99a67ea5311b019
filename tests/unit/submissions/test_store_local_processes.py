"""The local store among processes: killed in the middle of writing, and racing for the same submission."""

import multiprocessing

import pytest

from echomind.submissions.store import Conflict
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.killed_writers import run
from tests.unit.submissions.made_submissions import FILES, START, made_event, made_receipt

ROUNDS = 12
RACERS = 8
PATIENCE_S = 120  # only a racer that died makes anybody wait for it


def test_no_kill_loses_doubles_or_halves_a_submission(tmp_path):
    kills, looked_for = 0, 0
    for seed in range(7, 37):  # on a busy machine writers may be done before the kills reach them: then once more
        folder = tmp_path / str(seed)
        figures = run(folder / "submissions", writers=4, each=10, kills=5, seed=seed, scratch=folder / "scratch")
        assert figures.faults == []
        assert figures.receipts == 40
        kills, looked_for = kills + figures.kills, looked_for + figures.looked_for
        if kills >= 5 and looked_for > 20:
            return
    pytest.fail(f"only {kills} kills reached a writer, and {looked_for} receipts were looked for after them")


def race(root, submission_id, racer, barrier, outcomes):
    store = LocalStore(root)
    for turn in range(ROUNDS):
        event = made_event("claimed", seed=(racer, turn), until=START.isoformat())
        barrier.wait()
        try:
            outcomes.put((turn, event.id, store.append(submission_id, event, expect=turn + 1)))
        except Conflict:
            outcomes.put((turn, event.id, None))


def test_exactly_one_of_eight_processes_wins_each_round(tmp_path):
    receipt = made_receipt()
    store = LocalStore(tmp_path)
    store.create(receipt, FILES)
    context = multiprocessing.get_context("fork")
    barrier, outcomes = context.Barrier(RACERS, timeout=PATIENCE_S), context.Queue()
    racers = [
        context.Process(target=race, args=(tmp_path, receipt.id, racer, barrier, outcomes)) for racer in range(RACERS)
    ]
    for racer in racers:
        racer.start()
    told = [outcomes.get(timeout=PATIENCE_S) for _ in range(RACERS * ROUNDS)]
    for racer in racers:
        racer.join()
        assert racer.exitcode == 0
    won = sorted((turn, event_id, version) for turn, event_id, version in told if version is not None)
    assert [(turn, version) for turn, _, version in won] == [(turn, turn + 2) for turn in range(ROUNDS)]
    assert [event.id for event in store.get(receipt.id).events[1:]] == [event_id for _, event_id, _ in won]
    assert store.problems(contents=True) == []
