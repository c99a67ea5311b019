"""Servers to be measured, each in a process of its own that ends with the measurement, and the machine's load."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.made_board import write_files
from echomind.settings import ROOT

PATIENCE_S = 120


class Served(NamedTuple):
    """An app that answers at ``url``, which ends with a slash, from the process ``pid``."""

    url: str
    pid: int

    def spent_ms(self) -> float:
        """Processor time of all its threads until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return 1000.0 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(port: int, folder: Path) -> dict[str, str]:
    """Of a server on ``port`` that writes to ``folder`` and asks nobody."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ECHOMIND_", "GRADIO_"))}
    own |= {"ECHOMIND_PORT": str(port), "ECHOMIND_DATA_DIR": str(folder / "var"), "OMP_NUM_THREADS": "1"}
    return own | {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "TMPDIR": str(folder)}


@contextlib.contextmanager
def serving(command: list[str], folder: Path, page: str = "", **more: str) -> Iterator[Served]:
    """The app that ``command`` starts, once it answers for ``page``. ``RuntimeError`` where it never does."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    said = folder / f"{port}.log"
    with said.open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(port, folder) | more, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE_S
        while not _answers(f"{url}{page}"):
            if time.monotonic() > until or process.poll() is not None:
                last = said.read_text(encoding="utf-8", errors="replace")[-1000:]
                raise RuntimeError(f"found no answer of {' '.join(command)} in {PATIENCE_S} s; it said:\n{last}")
            time.sleep(0.05)
        yield Served(url, process.pid)
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url, timeout=30).status_code == 200
    return False


@contextlib.contextmanager
def both_boards(folder: Path, models: int) -> Iterator[tuple[Served, Served]]:
    """EchoMind with the made board, and the plain page with the same rows."""
    results = write_files(folder / "results", models)
    own, plain = ([sys.executable, "-m", f"bench.{name}"] for name in ("board_app", "board_plain"))
    with (
        serving(own, folder, "leaderboard", ECHOMIND_RESULTS_DIR=str(results)) as echomind,
        serving(plain, folder, "leaderboard") as other,
    ):
        yield echomind, other


def load() -> list[float]:
    """Processes that wanted to run, on the mean of the last minute, five and fifteen; to be read beside any clock."""
    return [round(mean, 2) for mean in os.getloadavg()]


def repeated(action: Callable[[], float], times: int, at_most_s: float) -> list[float]:
    """What ``action`` gives so many times; fewer, but three, where the machine is so busy that time runs out."""
    until, found = time.monotonic() + at_most_s, []
    while len(found) < times and (len(found) < 3 or time.monotonic() < until):
        found.append(action())
    return found
