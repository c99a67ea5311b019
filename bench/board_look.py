"""What a look at a board costs: prints milliseconds and how many times as fast it is as reading all anew.

``python -m bench.board_look`` makes a board of 14 files, one of 500, and a store of 500 published submissions with
whole reports, and asks ``Results`` for them as every event of the pages does. The alternative is to read and check
every file and every report again at each look. ``shared`` is what the pages that ask every few seconds share.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.records import read_board
from echomind.leaderboard.results import Results
from echomind.leaderboard.submitted import published_records
from echomind.leaderboard.view import View
from echomind.submissions.store_local import LocalStore
from echomind.ui.board_view import board_table
from tests.unit.leaderboard.made_reports import made_record
from tests.unit.leaderboard.made_rows import BOARD, PLAIN, made_rows

LONG_AGO = 1_700_000_000  # what was written this second is read again: none of these files was


def milliseconds(action: Callable[[], object], times: int) -> float:
    """The median of ``times`` runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)


def files(folder: Path, count: int) -> Path:
    board = folder / BOARD
    board.mkdir(parents=True)
    record = json.loads(made_record("Model", 0.6).model_dump_json(by_alias=True, exclude_none=True))
    for index in range(count):
        record["model"]["name"] = f"Model {index}"
        path = board / f"model-{index}.json"
        path.write_text(json.dumps(record))
        os.utime(path, (LONG_AGO, LONG_AGO))
    return folder


def compare(what: str, results: Results, anew: Callable[[], object]) -> None:
    first = milliseconds(lambda: results.look(BOARD), 1)
    look = milliseconds(lambda: results.look(BOARD), 30)
    shared = milliseconds(lambda: results.look(BOARD, at_most_s=60), 30)
    all_anew = milliseconds(anew, 3)
    print(f"{what:<34} {first:9.1f} {look:9.2f} {shared:9.4f} {all_anew:9.1f} {all_anew / look:8.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=500)
    count = parser.parse_args().submissions
    print(f"{'milliseconds':<34} {'first':>9} {'look':>9} {'shared':>9} {'anew':>9} {'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for number in (14, 500):
            made = files(Path(folder, str(number)), number)
            compare(f"{number} files", Results(made), lambda made=made: read_board(made, BOARD))
        root = Path(folder, "submissions")
        made_rows(LocalStore(root), [f"{PLAIN[i % len(PLAIN)]} {i // len(PLAIN)}" for i in range(count)])
        time.sleep(1.1)  # events of this second are looked at again
        nothing = Path(folder, "nothing")
        store = LocalStore(root)
        compare(f"{count} submissions", Results(nothing, store), lambda: published_records(LocalStore(root), BOARD))
        results = Results(nothing, store)
        view = View().on_board(BOARD)
        table = arrange(view, results)
        print(f"{'its view: ranks, search, best':<34} {milliseconds(lambda: arrange(view, results), 5):19.1f}")
        print(f"{'its table as HTML':<34} {milliseconds(lambda: board_table(table), 5):19.1f}")


if __name__ == "__main__":
    main()
