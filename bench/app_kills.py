"""Whether ``kill -9`` of the app and of a worker beside it loses, doubles or halves a submission.

``python -m bench.app_kills --kills 20 --seed 0`` serves the real app with a data folder of its own, lets 8 processes
submit 25 times each at the same moment, every time other answers to a small set, and kills app and worker 20 times: a
fifth of the times while files come in, else while they are scored. Each time both are started again. Whose connection
broke sends the same bytes again. After each kill every receipt handed out so far is looked for; at the end each has to
be scored once, published once and listed once, and nothing else may lie in the folder. Exit status 1 when anything is
wrong.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx

from bench.killed_app import KilledApp, ask, submit_all
from echomind.scoring.report import ScoreReport
from echomind.settings import ROOT, Settings
from echomind.submissions.layout import from_json
from echomind.submissions.store import StoreError
from echomind.submissions.store_local import LocalStore
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_references import write_set
from tests.unit.submissions.made_uploads import json_lines

SET = made_set(2)
WHILE_SUBMITTING = 5  # one kill in so many
PATIENCE_S = 3600.0


@dataclass
class Figures:
    """What happened; ``faults`` has to be empty."""

    kills: Counter[str] = field(default_factory=Counter)
    scoring_met: int = 0  # scoring processes that were at work when they, or who started them, were killed
    half_written: set[str] = field(default_factory=set)  # staging folders that a killed writer left
    looked_for: int = 0
    tries: int = 0
    faults: list[str] = field(default_factory=list)

    def expect(self, right: bool, fault: str) -> None:
        if not right:
            self.faults.append(fault)


def contents(clients: int, each: int, seed: int) -> list[list[bytes]]:
    """The files of every client: answers to questions alone, which are scored quickly, no two alike."""
    made = [
        [
            json_lines(replace(made_predictions(SET, seed=f"{seed}/{client}/{number}"), transcripts={}, replies={}))
            for number in range(each)
        ]
        for client in range(clients)
    ]
    assert len({content for files in made for content in files}) == clients * each
    return made


def assets_with_small_set(folder: Path) -> Path:
    """The app's assets with the small set in place of EchoMind-Mini."""
    folder.mkdir()
    for path in (ROOT / "assets").iterdir():
        if path.name != "mini":
            (folder / path.name).symlink_to(path)
    write_set(folder / "mini", SET, mini=True)
    return folder


def run(root: Path, *, clients: int, each: int, kills: int, seed: int) -> tuple[Figures, LocalStore, list[dict]]:
    """Submit, kill, and wait until everything is published; the figures, the store, and all receipts handed out."""
    rng, figures, total = random.Random(seed), Figures(), clients * each
    settings = Settings(
        data_dir=root / "var",
        assets_dir=assets_with_small_set(root / "assets"),
        submissions_per_day=0,
        scoring_workers=1,
    )
    app = KilledApp(settings, root)
    early = sorted(rng.sample(range(1, total), kills // WHILE_SUBMITTING))
    late = sorted(rng.sample(range(total * 19 // 20), kills - len(early)))
    receipts = multiprocessing.get_context("fork").Manager().list()
    barrier = multiprocessing.get_context("fork").Barrier(clients)
    crew = [
        multiprocessing.get_context("fork").Process(target=submit_all, args=(app.url, files, barrier, receipts))
        for files in contents(clients, each, seed)
    ]
    app.start()
    for process in crew:
        process.start()
    store = LocalStore(settings.data_dir / "submissions")
    until = time.monotonic() + PATIENCE_S
    while True:
        scored = len(list(store.root.glob("*/*/events/*-scored-*.json")))
        published = len(list(store.root.glob("*/*/events/*-published-*.json")))
        if early and len(receipts) >= early[0]:
            early.pop(0)
            time.sleep(rng.uniform(0, 0.5))
            kill(app, rng, figures, store, list(receipts), total=total, when="while files came in")
        elif late and scored >= late[0]:
            late.pop(0)
            time.sleep(rng.uniform(0, 3))
            kill(app, rng, figures, store, list(receipts), total=total, when="while they were scored")
        elif published >= total and not any(process.is_alive() for process in crew):
            break
        app.check_alive()
        if time.monotonic() > until:
            figures.faults.append(f"after {PATIENCE_S:.0f} s only {published} of {total} are published")
            break
        time.sleep(0.1)
    for number, process in enumerate(crew):
        process.join(60)
        figures.expect(process.exitcode == 0, f"client {number} ended with status {process.exitcode}")
    handed_out = list(receipts)
    figures.expect(len(handed_out) == total, f"{len(handed_out)} receipts were handed out, expected {total}")
    look_at_the_app(figures, app, handed_out)
    app.stop()
    figures.faults += [f"still running: {line}" for line in app.left_running()]
    return figures, store, handed_out


def kill(
    app: KilledApp,
    rng: random.Random,
    figures: Figures,
    store: LocalStore,
    handed_out: list[dict],
    *,
    total: int,
    when: str,
) -> None:
    """Kill, look for every receipt, start again. Half of the time scoring processes have to find out by themselves."""
    figures.scoring_met += app.kill(below=rng.random() < 0.5)
    scored = len(list(store.root.glob("*/*/events/*-scored-*.json")))
    figures.kills[when if scored < total else "after everything was scored"] += 1
    print(
        f"kill {figures.kills.total()} {when}: {len(handed_out)} receipts, {scored} scored", file=sys.stderr, flush=True
    )
    figures.half_written |= {path.name for path in (store.root / ".incoming").iterdir()}
    fresh = LocalStore(store.root)
    there = Counter(fresh.ids())
    for receipt in handed_out:
        figures.looked_for += 1
        figures.expect(
            there[receipt["id"]] == 1, f"{receipt['id']}: handed out, and found {there[receipt['id']]} times"
        )
    app.start()


def look_at_the_app(figures: Figures, app: KilledApp, handed_out: list[dict]) -> None:
    """What the endpoints say at the end."""
    with httpx.Client(base_url=app.url, timeout=120) as client:
        rows = ask(client, "leaderboard", "echomind-mini")["rows"]
        listed = Counter(row["provenance"]["receipt"] for row in rows)
        for receipt in handed_out:
            status = ask(client, "submission_status", receipt["id"])
            kinds = Counter(event["kind"] for event in status["times"])
            said = (status["state"], kinds["scored"], kinds["published"], bool(status["scores"]))
            figures.expect(said == ("published", 1, 1, True), f"{receipt['id']}: {said}")
            figures.expect(listed[receipt["id"]] == 1, f"{receipt['id']}: {listed[receipt['id']]} rows")
            figures.tries += receipt["tries"]
    figures.expect(sum(listed.values()) - listed[None] == len(handed_out), "rows that belong to no receipt")


def look_at_the_disk(figures: Figures, data: Path, handed_out: list[dict]) -> None:
    """What lies in the folder at the end; ``faults`` gets what is lost, doubled, damaged or too much."""
    store = LocalStore(data / "submissions", leftovers_after=timedelta(0))
    ids = list(store.ids())
    figures.expect(sorted(ids) == sorted({r["id"] for r in handed_out}), "other submissions than were handed out")
    figures.expect(len({r["content"] for r in handed_out}) == len(handed_out), "the same content twice")
    figures.faults += store.problems(contents=True)
    for receipt in handed_out:
        try:
            found = store.get(receipt["id"])
            names = [event.data["file"] for event in found.events if event.kind == "scored"]
            for name in names:
                from_json(ScoreReport, store.read(receipt["id"], name), name)
        except StoreError as error:
            figures.faults.append(str(error))
            continue
        figures.expect(len(names) == 1, f"{receipt['id']}: scored {len(names)} times")
        figures.expect(found.receipt.content == receipt["content"], f"{receipt['id']}: another content")
    for name in sorted(path.name for path in data.iterdir() if path.name != "submissions"):
        left = [path for path in (data / name).rglob("*") if path.is_file() or name != "submission-locks"]
        locks = name == "submission-locks" and not any(path.is_file() for path in left)
        figures.expect(locks or not left, f"{name}: {len(left)} left behind, such as {left[:1]}")
    left = [path.name for path in (store.root / ".incoming").iterdir()]
    figures.expect(not left, f"half written: {left}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--each", type=int, default=25)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures, store, handed_out = run(Path(folder), **vars(options))
        look_at_the_disk(figures, store.root.parent, handed_out)
    print(f"clients {options.clients}, submissions each {options.each}, seed {options.seed}")
    print("kills of app and worker: " + ", ".join(f"{count} {when}" for when, count in figures.kills.items()))
    print(f"they met {figures.scoring_met} scoring processes and left {len(figures.half_written)} half-written folders")
    print(
        f"receipts handed out {len(handed_out)}, in {figures.tries} tries; looked for after kills {figures.looked_for}"
    )
    print(f"faults: {len(figures.faults)}; {time.monotonic() - start:.0f} s")
    for fault in figures.faults[:50]:
        print(f"FAULT: {fault}")
    sys.exit(1 if figures.faults else 0)


if __name__ == "__main__":
    main()
