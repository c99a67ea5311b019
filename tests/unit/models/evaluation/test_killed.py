"""An evaluation that is killed again and again ends with the files of one that was left alone."""

import json
import random
import signal
import subprocess
import sys

from echomind.models.evaluation.run import evaluate
from echomind.models.evaluation.work import items_of
from echomind.settings import ROOT
from tests.unit.models.evaluation.killed import QUESTIONS, SCRIPTS
from tests.unit.models.evaluation.made import SaysItsKey, heard_set
from tests.unit.models.evaluation.test_run import tree

KILLS = 5


def name_of(item):
    return item.key if item.question else f"{item.task} {item.key}"


def journalled(out):
    """What stands in the journal in whole lines, read without the code under test."""
    lines = [line for path in out.glob("journal/*.jsonl") for line in path.read_bytes().split(b"\n")[1:-1]]
    entries = [json.loads(line) for line in lines]
    return [e["key"] if e["task"] in ("understanding", "reasoning") else f"{e['task']} {e['key']}" for e in entries]


def test_five_kills_at_random_moments_change_nothing(tmp_path):
    rng = random.Random(20)
    benchmark = heard_set(tmp_path / "set", SCRIPTS, QUESTIONS)
    everything = {name_of(item) for item in items_of(benchmark)}
    out, command = tmp_path / "out", [sys.executable, "-m", "tests.unit.models.evaluation.killed"]
    done, most = [], 0
    for kill in range(KILLS):
        with subprocess.Popen(
            [*command, str(tmp_path / "set"), str(out)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child:
            patience = rng.randint(2, 22)  # items asked before it is killed
            asked = [child.stdout.readline().decode().strip() for _ in range(patience)]
            child.send_signal(signal.SIGKILL)
            asked += child.stdout.read().decode().split("\n")[:-1]
            assert child.wait() == -signal.SIGKILL
        assert set(asked) <= everything
        assert not set(asked) & set(done), "asked again what stood in the journal"
        done = journalled(out)
        assert len(done) == len(set(done)) < len(everything)
        # Lost are at most the answers being thought about and those not yet fetched from their threads.
        assert len(done) - most >= len(asked) - 2 * SaysItsKey.concurrency
        most = len(done)
        if kill in (1, 3):  # a kill seldom falls into the microseconds of a write; tear the last line by hand
            (shard,) = out.glob("journal/*.jsonl")
            whole = shard.read_bytes()
            torn = rng.randint(1, len(whole.rstrip(b"\n")) - whole.rstrip(b"\n").rfind(b"\n") - 1)
            shard.write_bytes(whole[:-torn])
            done = journalled(out)
            assert len(done) == most - 1
            most -= 1
    assert not (out / "output").exists() or not list((out / "output").rglob("*.json"))
    last = subprocess.run([*command, str(tmp_path / "set"), str(out)], cwd=ROOT, capture_output=True, check=True)
    asked = last.stdout.decode().split("\n")[:-1]
    assert sorted([*asked, *done]) == sorted(everything)
    assert sorted(journalled(out)) == sorted(everything)
    evaluate(benchmark, SaysItsKey(speaks=True), tmp_path / "clean")
    assert tree(out) == tree(tmp_path / "clean")
    assert len(tree(out)) == 4 + SCRIPTS * 3
    documents = [json.loads((folder / "run.json").read_bytes()) for folder in (out, tmp_path / "clean")]
    for document in documents:
        del document["started"], document["finished"]
    assert documents[0] == documents[1]
