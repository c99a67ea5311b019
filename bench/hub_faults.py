"""Writers against a Hub that goes wrong at random moments: prints what happened, and what was lost or doubled.

The Hub is a server on this machine that speaks the commit protocol with the real ``huggingface_hub`` client, checks
``parentCommit`` strictly and goes wrong on cue: another writer first, 429, 500, 503, connections cut in mid-upload,
commits whose answer is lost, answered 500 or made late, and times when it is away altogether. Nobody sleeps: waits are
counted as if waited. Ends with status 1 when anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from huggingface_hub.utils import disable_progress_bars, logging

from tests.unit.submissions.hub_runs import WRITERS, Figures, hub_run
from tests.unit.submissions.spool_runs import MACHINES, spool_run


def spooled(seed: int) -> Figures:
    """One run of machines with disks that are thrown away after it."""
    with tempfile.TemporaryDirectory() as disks:
        return spool_run(seed, Path(disks))


def measured(title: str, run: Callable[[int], Figures], seeds: range) -> Figures:
    """The sum of the runs, printed."""
    started, total = time.perf_counter(), Figures()
    for seed in seeds:
        figures = run(seed)
        if figures.lost or figures.doubled:
            print(f"seed {seed}: {figures}", file=sys.stderr)
        total += figures
    print(f"{title}: {len(seeds)} runs, seeds {seeds.start} to {seeds.stop - 1}, {time.perf_counter() - started:.0f} s")
    print(f"  submissions created {total.created}, events added {total.appended}, of them claims won {total.claimed}")
    print(f"  claims lost to another {total.lost_races}, calls that gave up (Hub away) {total.gave_up}")
    print(f"  requests {total.requests}, gone wrong {total.faults.total()}, refused for their parent {total.moved}")
    for fault, count in sorted(total.faults.items(), key=lambda pair: -pair[1]):
        print(f"    {count:7} {fault.value}")
    print(f"  lost {total.lost}, doubled {total.doubled}")
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200, help="runs of writers straight to the Hub")
    parser.add_argument("--spooled-runs", type=int, default=100, help="runs of machines that keep a copy of their own")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first run")
    options = parser.parse_args()
    logging.set_verbosity(logging.CRITICAL)
    disable_progress_bars()
    totals = [
        measured(f"{WRITERS} writers", hub_run, range(options.seed, options.seed + options.runs)),
        measured(f"{MACHINES} machines", spooled, range(options.seed, options.seed + options.spooled_runs)),
    ]
    return 1 if any(total.lost or total.doubled for total in totals) else 0


if __name__ == "__main__":
    raise SystemExit(main())
