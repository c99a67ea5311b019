"""A worker in a process of its own, for tests that kill it: scores all that waits, and prints what it is at."""

import sys
from pathlib import Path

from echomind.settings import Settings
from echomind.submissions.living import living
from echomind.submissions.scoring_run import ScoringRun
from echomind.submissions.store_local import LocalStore
from echomind.submissions.worker import Worker, workers_folder
from tests.unit.submissions.scoring_hooks import COMMAND


def settings_in(data_dir, **given):
    return Settings(**{"data_dir": data_dir, "submissions_per_day": 0, "scoring_memory_mb": 1024} | given)


def work(data_dir, told=lambda *_: None, **given):
    """Score all that waits; whoever is told of progress hears the id, how much is done, and what is being done."""
    settings = settings_in(data_dir, **given)
    store = LocalStore(data_dir / "submissions")
    with living(workers_folder(settings)) as own:
        worker = Worker(store, settings, own, run=ScoringRun(settings, command=COMMAND, tick_s=0.05), told=told)
        while worker.run_once():
            pass
    return store


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    work(Path(sys.argv[1]), lambda *said: say("\t".join(map(str, said))))
    say("idle")
