"""Whether ``kill -9`` loses, doubles or halves a submission: prints what was found after many kills.

``python -m bench.store_kills`` lets 8 processes submit 25 times each into one local store, every submission with three
files, a claim and a report, and kills one of them in the middle of its work 20 times. After each kill every receipt
handed out so far is looked for and read whole; at the end everything is. Exit status 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.unit.submissions.killed_writers import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--each", type=int, default=25)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store, scratch = Path(folder, "store"), Path(folder, "scratch")
        figures = run(store, **vars(options), scratch=scratch)
    print(f"processes {options.writers}, submissions each {options.each}, seed {options.seed}")
    print(f"kills {figures.kills}, of them with a file half written or not yet in its place "
          f"{figures.kills_within_a_writing}")  # fmt: skip
    print(f"receipts looked for and read whole after the kills {figures.looked_for}, at the end {figures.receipts}")
    for name in ("lost", "damaged", "doubled", "not_scored_once", "problems", "left_behind"):
        print(f"{name.replace('_', ' ')}: {len(getattr(figures, name))}")
    print(f"{figures.steps} steps on the disk in {figures.seconds:.1f} s, with the looking")
    for fault in figures.faults:
        print(f"FAULT: {fault}")
    sys.exit(1 if figures.faults else 0)


if __name__ == "__main__":
    main()
