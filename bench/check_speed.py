"""How long the check of a full-size upload takes: EchoMind-Mini and a set of EchoMind's size, each way of sending it.

    python -m bench.check_speed

Every upload is checked by a process of its own, from files on the disk as the app has them. ``warm``: seconds of a
check after ``prepare``, by the clock, the best of several (a busy machine moves the clock) and the processor's; the
slowest of them too. ``first``: the first check of that process, straight after ``prepare``. ``process``: the whole of a
process that starts, prepares and checks once, Python's own start and every import included. ``accept``: the same files
checked and taken in. Memory is the peak that the kernel tells (VmHWM) above what the process has after ``prepare``.
Status 1 where a warm check takes two seconds or longer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from bench.made_texts import reply
from bench.memory import forget_peak, memory_mb
from echomind.benchmark.items import BenchmarkSet
from echomind.benchmark.load import load_set
from echomind.scoring.predictions import Predictions
from echomind.settings import Settings
from echomind.submissions.form import read_form
from echomind.submissions.intake import Check, Incoming, accept, check_files, prepare
from echomind.submissions.model import Sender

ALLOWED_S = 2.0
SPOKEN_S = 0.5  # of each reply; 3,356 of them have to fit into an upload


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def child(request: dict[str, Any]) -> dict[str, float]:
    """Check one upload, ``times`` times, and accept it."""
    here = Settings(echomind_set=request["references"])
    form = read_form(request["form"]).form
    files = [Incoming(name, Path(path)) for name, path in request["files"]]
    if form is None:
        raise SystemExit("the form of this measurement is wrong")
    begun = time.perf_counter()
    prepare(here)
    prepared_s, idle = time.perf_counter() - begun, memory_mb("VmRSS")
    forget_peak()
    first = timed(lambda: _ok(check_files(files, form.board, form, here)))
    if not request["times"]:
        return {}
    runs = [timed(lambda: check_files(files, form.board, form, here)) for _ in range(request["times"])]
    peak = memory_mb("VmHWM") - idle
    me = Sender(provider="local", name="me")
    taken = min(timed(lambda: accept(files, form, me, here)) for _ in range(request["times"]))
    return {
        "prepare": prepared_s,
        "first": first[0],
        "warm": min(runs)[0],
        "cpu": min(cpu for _, cpu in runs),
        "slowest": max(runs)[0],
        "accept": taken[0],
        "peak_mb": peak,
    }


def _ok(check: Check) -> None:
    if not check.ok:
        raise SystemExit("\n".join(check.lines()))


def uploads(benchmark: BenchmarkSet, said: Predictions) -> dict[str, list[tuple[str, bytes]]]:
    """The same answers in each way of sending them."""
    # Here and in ``main``: a process that is timed from its start imports nothing that makes uploads.
    from tests.unit.submissions.made_sounds import sound
    from tests.unit.submissions.made_uploads import json_lines, official, sent, zipped

    spoken = {f"sound/{script}/{style}.flac": sound(SPOKEN_S, "FLAC") for script, style in said.replies}
    ways = {
        "official files": sent(official(benchmark, said)),
        "wordy": sent(official(benchmark, wordy(said))),
        "a zip of them": zipped(official(benchmark, said)),
        "JSON Lines": [Incoming("answers.jsonl", json_lines(said))],
        "JSON Lines and sound": zipped({"answers.jsonl": json_lines(said, sounds=True)} | spoken),
    }
    return {way: [(f.sent_as, f.content) for f in files if isinstance(f.content, bytes)] for way, files in ways.items()}


def wordy(said: Predictions, characters: int = 200) -> Predictions:
    """The same answers to questions with an explanation behind each, of this length."""
    random = Random(0)

    def explained(text: str) -> str:
        while text.strip() and len(text) < characters:
            text += f" {reply(random)}"
        return text[:characters]

    answers = {level: {key: explained(text) for key, text in of.items()} for level, of in said.answers.items()}
    return replace(said, answers=answers)


def measured(files: list[tuple[str, bytes]], board: str, references: str, folder: Path, times: int) -> dict[str, float]:
    """The figures of one upload."""
    paths = []
    for number, (name, data) in enumerate(files):
        path = folder / str(number)
        path.write_bytes(data)
        paths.append((name, str(path)))
    form = {"board": board, "model": "Made model", "prompt": "basic", "voice": "tts"}
    request = {"files": paths, "form": form, "references": references}
    whole = min(timed(lambda: _run(request | {"times": 0}))[0] for _ in range(2))
    return _run(request | {"times": times}) | {"process": whole, "mb": sum(len(data) for _, data in files) / 2**20}


def _run(request: dict[str, Any]) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.check_speed", "--child"]
    done = subprocess.run(command, input=json.dumps(request), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main() -> int:
    """Measure and print; status 1 where a warm check takes too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(child(json.loads(sys.stdin.read()))))
        return 0
    from bench.full_size import full_predictions, full_set
    from tests.unit.submissions.made_references import write_set

    columns = ("warm", "cpu", "slowest", "first", "prepare", "process", "accept")
    print(f"{'seconds':28}{'MB sent':>9}" + "".join(f"{name:>9}" for name in columns) + f"{'peak MB':>9}")
    longest = 0.0
    with tempfile.TemporaryDirectory() as name:
        full, mini = full_set(), load_set("mini")
        references = str(write_set(Path(name) / "echomind", full))
        for board, benchmark in (("echomind-mini", mini), ("echomind", full)):
            for way, files in uploads(benchmark, full_predictions(benchmark)).items():
                found = measured(files, board, references, Path(name), chosen.times)
                longest = max(longest, found["warm"])
                figures = "".join(f"{found[column]:9.2f}" for column in columns)
                print(f"{f'{board}: {way}':36.36} {found['mb']:.1f}{figures}{found['peak_mb']:9.0f}", flush=True)
    print(f"the longest warm check: {longest:.2f} s, expected under {ALLOWED_S:.0f} s")
    return 1 if longest >= ALLOWED_S else 0


if __name__ == "__main__":
    sys.exit(main())
