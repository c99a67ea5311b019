"""How long the board's statistics take: correlations of two metrics, ranks with intervals, the matrix of all pairs.

    .venv/bin/python -m bench.board_statistics

Each line: what, the median and the 95th percentile in ms over new data every time, the median of processor time (which
other work on the machine does not change), and its ratio to the limit of an answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.correlation import correlate
from echomind.leaderboard.matrix import correlation_matrix
from echomind.leaderboard.rank_intervals import rank_board
from echomind.leaderboard.records import Record, read_board
from echomind.settings import ROOT

RUNS = 25
LIMIT_MS = 60


def measure(what: str, run: Callable[[int], object], limit: float = LIMIT_MS) -> None:
    """Print how long ``run`` takes; it is given another seed each time, so that nothing is remembered."""
    run(0)  # draws and pairings of this n are made once a process
    wall, cpu = [], []
    for seed in range(1, RUNS + 1):
        start, spent = time.perf_counter(), time.process_time()
        run(seed)
        wall.append(1e3 * (time.perf_counter() - start))
        cpu.append(1e3 * (time.process_time() - spent))
    middle, high = np.percentile(wall, [50, 95])
    own = float(np.median(cpu))
    print(
        f"{what:<40} median {middle:6.1f} ms   95 % {high:6.1f} ms   processor {own:6.1f} ms   "
        f"of {limit:.0f} ms: {own / limit:.2f}"
    )


def correlated(n: int, decimals: int) -> Callable[[int], object]:
    """Two metrics of ``n`` models; with few decimals there are ties."""

    def run(seed: int) -> object:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=n)
        return correlate(np.round(x, decimals).tolist(), np.round(0.5 * x + rng.normal(size=n), decimals).tolist())

    return run


def matrix(n: int, gaps: float) -> Callable[[int], object]:
    """30 metrics of ``n`` models, a share of the scores missing."""

    def run(seed: int) -> object:
        rng = np.random.default_rng(seed)
        values = np.round(rng.normal(size=(n, 30)), 2)
        values[rng.random(values.shape) < gaps] = np.nan
        return correlation_matrix([str(i) for i in range(30)], values)

    return run


def ranking(n: int) -> Callable[[int], object]:
    """``n`` records in the order of two accuracies whose intervals follow from the number of questions."""
    board = BOARDS["echomind"]
    one = read_board(ROOT / "results", "echomind")["gpt-4o-audio"]

    def record(rng: np.random.Generator) -> Record:
        scores = {"understanding_acc": rng.uniform(30, 70), "reasoning_acc": rng.uniform(30, 70)}
        return one.model_copy(update={"scores": scores})

    rng = np.random.default_rng(0)
    records = {f"m{i}": record(rng) for i in range(n)}

    def run(seed: int) -> object:
        return rank_board(board, records, board.orders[0])

    return run


def main() -> None:
    """Measure everything."""
    for n in (14, 500):
        measure(f"correlation, {n} models", correlated(n, 6))
        measure(f"correlation, {n} models with ties", correlated(n, 1))
        measure(f"matrix of 30 metrics, {n} models", matrix(n, 0.0))
        measure(f"matrix of 30 metrics, {n} models, gaps", matrix(n, 0.2))
        measure(f"ranks with intervals, {n} models", ranking(n), 5)


if __name__ == "__main__":
    main()
