"""Thousands of uploads that are wrong in every way: how they are answered, how long it takes, how much memory.

    python -m bench.mutated_uploads --count 5000 --seed 1

Honest uploads, those made by hand to do harm (``hostile.py`` and, up to 200 MB, ``hostile_large.py`` beside the tests)
and for the rest those that Hypothesis draws (``mutated.py``) are written to files and given to a process of its own,
which checks and accepts them as the app does and asserts of every answer what ``answered.py`` says: plain lines and no
traceback, nothing written, started or connected to outside its folder, that folder empty again. That process works in
a folder of its own too, with its home, its data folder, its references and its temporary folder below one root: after
every upload the whole root has to be as it was. Memory is what the kernel says of the process (VmHWM, set back before
each upload), above what it has idle, after one honest upload.

The same seed draws the same uploads from the same code (Hypothesis also tries numbers and texts that stand in it);
``digest`` is over all answers in their order.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from bench.memory import forget_peak, memory_mb
from echomind.settings import ROOT, Settings
from echomind.submissions.intake import Incoming, prepare
from tests.unit.submissions.answered import answer
from tests.unit.submissions.hostile import HONEST, SET, SMALL
from tests.unit.submissions.hostile_large import LARGE
from tests.unit.submissions.made_challenge import challenge_files, write_references
from tests.unit.submissions.made_references import write_set
from tests.unit.submissions.made_uploads import zipped
from tests.unit.submissions.mutated import Case, form_for, mutated

MOST_MB = 1024  # above idle
LONGEST_S = 30.0  # for the check and the acceptance of one upload
FOLDERS = ("sent", "temporary", "data", "home", "work")


def child(root: Path) -> None:
    """Answer cases from standard input, one JSON object a line, until it ends."""
    temporary = root / "temporary"
    here = Settings(
        assets_dir=root / "assets",
        echomind_set=str(root / "echomind"),
        humdial_set=str(root / "humdial"),
        data_dir=root / "data",
    )
    prepare(here)
    answer(Case(HONEST["with sound"]), here, temporary)
    print(json.dumps({"idle_mb": memory_mb("VmRSS")}), flush=True)
    before = _tree(root)
    for line in sys.stdin:
        given = json.loads(line)
        files = [Incoming(name, Path(path)) for name, path in given["files"]]
        forget_peak()
        begun = time.perf_counter()
        try:
            found: dict[str, Any] = {"answer": answer(Case(files, given["board"], given["form"]), here, temporary)}
        except BaseException:  # whatever it is, it is what this script looks for
            found = {"answer": "FAULT", "why": traceback.format_exc(limit=-5)}
        found |= {"seconds": time.perf_counter() - begun, "peak_mb": memory_mb("VmHWM")}
        after = _tree(root)
        found["strays"] = sorted({name for name, _ in after.items() ^ before.items()})
        before = after
        print(json.dumps(found), flush=True)


def _tree(root: Path) -> dict[str, tuple[int, ...]]:
    """Everything below ``root`` but what was sent, with what shows a change: kind, size and time of each."""
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root)
        if name.parts[0] != "sent" and name != Path("temporary"):  # its time changes with what comes and goes in it
            status = path.lstat()
            found[str(name)] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


class Checker:
    """The process that answers, and what it said."""

    def __init__(self, root: Path) -> None:
        self._files = root / "sent"
        environment = os.environ | {
            **{"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
            **{"PYTHONPATH": str(ROOT), "HOME": str(root / "home"), "TMPDIR": str(root / "temporary")},
        }
        command = [sys.executable, "-m", "bench.mutated_uploads", "--child", str(root)]
        pipe = subprocess.PIPE
        work = root / "work"
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=work, env=environment)
        self.idle_mb = self._read()["idle_mb"]
        self.answers: Counter[str] = Counter()
        self.faults: list[str] = []
        self.strays: list[str] = []
        self.slowest = self.largest = (0.0, "")
        self.seconds: list[float] = []
        self.digest = hashlib.sha256()

    def ask(self, what: str, case: Case) -> None:
        """Have a case answered, and count it."""
        files = [(file.sent_as, str(self._written(n, file.content))) for n, file in enumerate(case.files)]
        request = json.dumps({"files": files, "board": case.board, "form": case.form})
        assert self._process.stdin
        self._process.stdin.write(request + "\n")
        self._process.stdin.flush()
        found = self._read()
        self.answers[found["answer"]] += 1
        self.digest.update(f"{what}: {found['answer']}\n".encode())
        if found["answer"] == "FAULT":
            self.faults.append(f"{what}: {found['why']}")
        self.strays += [f"{what}: {stray}" for stray in found["strays"]]
        self.seconds.append(found["seconds"])
        self.slowest = max(self.slowest, (found["seconds"], what))
        self.largest = max(self.largest, (found["peak_mb"] - self.idle_mb, what))
        shutil.rmtree(self._files)
        self._files.mkdir()

    def end(self) -> None:
        """Let the process end by itself."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _written(self, number: int, content: Path | bytes) -> Path:
        if isinstance(content, Path):
            return content
        path = self._files / str(number)
        path.write_bytes(content)
        return path

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the checking process ended with status {self._process.wait()}")
        return json.loads(line)


@contextlib.contextmanager
def _root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="echomind-mutated-") as name:
        root = Path(name)
        write_set(root / "assets" / "mini", SET, mini=True)
        write_set(root / "echomind", SET)
        write_references(root / "humdial")
        for folder in FOLDERS:
            (root / folder).mkdir()
        yield root


def run(count: int, number: int) -> dict[str, Any]:
    """Have ``count`` uploads answered; returns the figures."""
    with _root() as root:
        checker = Checker(root)
        begun = time.perf_counter()
        for what, files in HONEST.items():
            checker.ask(what, Case(files))
        for what, make in SMALL.items():
            checker.ask(what, Case(make()))
        checker.ask("dialogues", Case(zipped(challenge_files()), "humdial", form_for("humdial")))
        for board in ("echomind-mini", "humdial"):
            for what, make_large in LARGE.items():
                checker.ask(f"{what}, {board}", Case(make_large(root / "sent"), board, form_for(board)))
        by_hand = checker.answers.total()
        drawn = settings(
            max_examples=max(1, count - by_hand),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        @seed(number)
        @drawn
        @given(case=mutated())
        def ask(case: Case) -> None:
            checker.ask(f"drawn, number {checker.answers.total() - by_hand + 1}", case)

        ask()
        checker.end()
        spent = time.perf_counter() - begun
    ordered = sorted(checker.seconds)
    return {
        "uploads": checker.answers.total(),
        "made by hand": by_hand,
        "answers": dict(checker.answers),
        "faults": checker.faults,
        "files left, made or changed anywhere": checker.strays,
        "idle_mb": round(checker.idle_mb),
        "peak_above_idle_mb": round(checker.largest[0]),
        "largest": checker.largest[1],
        "median_ms": round(1000 * ordered[len(ordered) // 2], 1),
        "slowest_s": round(checker.slowest[0], 2),
        "slowest": checker.slowest[1],
        "total_s": round(spent, 1),
        "digest": checker.digest.hexdigest()[:16],
    }


def main() -> int:
    """Measure and print; status 1 where a single answer was not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child)
        return 0
    found = run(chosen.count, chosen.seed)
    print(json.dumps(found, indent=1))
    wrong = found["faults"] or found["files left, made or changed anywhere"] or found["uploads"] < chosen.count
    return 1 if wrong or found["peak_above_idle_mb"] >= MOST_MB or found["slowest_s"] >= LONGEST_S else 0


if __name__ == "__main__":
    sys.exit(main())
