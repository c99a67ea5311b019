"""What a change of the board's view costs in the server: milliseconds of processor at the 50th and 95th percentile.

``python -m bench.board_view`` makes a board of 500 models and 30 metrics, each score with its interval and n, and asks
for what a reader's clicks ask for: another filter, key, search, pin or set of columns, drawn as HTML. The first of each
kind fills what is kept.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import cast

from bench.made_board import made_board, made_records
from echomind.leaderboard.arrange import arrange
from echomind.leaderboard.boards import Board
from echomind.leaderboard.results import Look, Results
from echomind.leaderboard.view import ALL_ROWS, View
from echomind.ui.board_view import board_table


class Made:
    """Results of one made board, which never change."""

    def __init__(self, board: Board, models: int) -> None:
        self.given = Look(MappingProxyType(made_records(board, models)), 1)

    def look(self, board: str, *, at_most_s: float = 0.0) -> Look:
        """All of them."""
        return self.given


def main() -> None:
    """Make the board, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=500)
    parser.add_argument("--times", type=int, default=200)
    options = parser.parse_args()
    board = made_board()
    name, metrics = board.id, list(board.metrics)
    results = cast(Results, Made(board, options.models))
    chance = random.Random(2)
    start = View(name)
    slugs = list(results.look(name).records)
    changes: dict[str, Callable[[], View]] = {
        "sort": lambda: start.in_order(chance.choice(metrics)),
        "two keys": lambda: start.in_order(chance.choice(metrics)).then_by(chance.choice(["name", "size", "date"])),
        "filter": lambda: start.with_filter("org", f"Organisation {chance.randrange(40)}").with_filter(
            "weights", chance.choice(["open", "closed"])
        ),
        "size": lambda: start.with_size(chance.choice([0.5, 1.0]), chance.choice([3.0, 7.0])),
        "search": lambda: start.searching(f"model {chance.randrange(50)}"),
        "pin": lambda: start.with_pin(chance.choice(slugs)).in_order(chance.choice(metrics)),
        "columns": lambda: start.with_column(chance.choice(metrics)),
        "shading": lambda: replace(start.in_order(chance.choice(metrics)), heat=True),
    }
    began = time.perf_counter()
    size = len(str(board_table(arrange(start, results))))
    print(
        f"{options.models} models x {len(metrics)} metrics; the very first view: {_ms(began):.0f} ms, {size // 1000} kB"
    )
    print(f"{'milliseconds':<12} {'p50':>7} {'p95':>7} {'most':>7}")
    everything = []
    for what, change in changes.items():
        taken = sorted(_timed(change(), results) for _ in range(options.times))
        everything += taken
        print(f"{what:<12} {statistics.median(taken):7.1f} {taken[int(0.95 * len(taken))]:7.1f} {taken[-1]:7.1f}")
    everything.sort()
    p95 = everything[int(0.95 * len(everything))]
    print(f"{'all':<12} {statistics.median(everything):7.1f} {p95:7.1f} {everything[-1]:7.1f}")
    began = time.perf_counter()
    size = len(str(board_table(arrange(replace(start, rows=ALL_ROWS), results))))
    print(f"all {options.models} rows at once: {_ms(began):.0f} ms, {size // 1000} kB")


def _ms(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


def _timed(view: View, results: Results) -> float:
    began = time.process_time()  # of this process: what else the machine does is not the board's doing
    str(board_table(arrange(view, results)))
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
