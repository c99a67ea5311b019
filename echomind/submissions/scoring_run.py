"""Runs the scoring process of one submission from outside: its folder, its surroundings, its time, its end."""

from __future__ import annotations

import json
import logging
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from pydantic import ValidationError

from echomind.settings import ROOT, Settings
from echomind.submissions.model import Receipt
from echomind.submissions.scoring_process import ITEMS, JOB, OUTCOME, PREDICTIONS, REPORT, SOUND, Job, Outcome
from echomind.submissions.store import Store

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-P", "-m", "echomind.submissions.scoring_process")
_SOUND = (".wav", ".flac")
_PIPE_S = 5.0  # longest wait for the last of its progress: a child it left behind may hold the pipe
_LOG_TAIL = 4000  # bytes of what a failed process said, for our log
# Nothing of ours that opens a door reaches the process that reads what strangers sent.
_SECRET = ("TOKEN", "KEY", "SECRET", "PASSWORD", "ECHOMIND_ENDPOINTS")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


@dataclass(frozen=True)
class Ended:
    """How it ended. ``stopped``: whoever waited did not want it any more. ``crashed``: our fault, and its code."""

    kind: Literal["scored", "failed", "held", "crashed", "stopped"]
    reason: str = ""
    scorer: str = ""
    report: bytes = b""
    items: bytes = b""


@dataclass(frozen=True)
class ScoringRun:
    """How to run it. ``command`` gets the path of the job as its last argument; ``tick_s``: how often to look at it."""

    settings: Settings
    command: Sequence[str] = COMMAND
    neural: bool = True
    tick_s: float = 1.0

    def __call__(
        self,
        store: Store,
        receipt: Receipt,
        work: Path,
        *,
        tell: Callable[[float, str], None] = lambda done, doing: None,
        go_on: Callable[[], bool] = lambda: True,
    ) -> Ended:
        """Score the submission in a folder of its own in ``work``; ``go_on`` is asked at every tick.

        Raises ``StoreError`` where files cannot be read.
        """
        with tempfile.TemporaryDirectory(dir=work, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            _lay_out(folder, store, receipt)
            (folder / JOB).write_text(self._job(receipt).model_dump_json(), encoding="utf-8")
            return self._run(folder, tell, go_on)

    def _job(self, receipt: Receipt) -> Job:
        form, settings = receipt.form, self.settings
        return Job(
            set_name={"echomind-mini": "mini", "echomind": _named(settings.echomind_set)}.get(form.board, ""),
            board=form.board,
            voice=form.voice,
            prompt=form.prompt,
            answers={file.name: file.sent_as for file in receipt.files if not file.name.endswith(_SOUND)},
            sound={file.name: file.sent_as for file in receipt.files if file.name.endswith(_SOUND)},
            neural=self.neural,
            memory_mb=settings.scoring_memory_mb if settings.device == "cpu" else 0,  # CUDA maps far more than it uses
        )

    def _run(self, folder: Path, tell: Callable[[float, str], None], go_on: Callable[[], bool]) -> Ended:
        said: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        with (folder / "log.txt").open("wb") as output:
            process = subprocess.Popen(
                [*self.command, str(folder / JOB)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=folder,
                env=environment(self.settings, os.environ),
                start_new_session=True,
            )
        reader = threading.Thread(target=_read_progress, args=(process.stdout, said), daemon=True)
        reader.start()
        try:
            why = self._watch(process, said, tell, go_on)
        finally:
            _end(process)
            reader.join(_PIPE_S)
        while not said.empty():
            tell(*said.get())
        if why == "stopped":
            return Ended("stopped")
        return _ended(folder, process.returncode, why)

    def _watch(
        self,
        process: subprocess.Popen[bytes],
        said: queue.SimpleQueue[tuple[float, str]],
        tell: Callable[[float, str], None],
        go_on: Callable[[], bool],
    ) -> str:
        """Wait for its end; "": it ended by itself."""
        until = time.monotonic() + self.settings.scoring_time_s
        while True:
            while not said.empty():
                tell(*said.get())
            if (left := until - time.monotonic()) <= 0:
                return f"took longer than {self.settings.scoring_time_s:g} s"
            if not go_on():
                return "stopped"
            try:
                process.wait(min(self.tick_s, left))
            except subprocess.TimeoutExpired:
                continue
            return ""


def environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of the scoring process: no secrets, no network, and what these settings say of scoring."""
    kept = {name: value for name, value in environ.items() if not any(part in name.upper() for part in _SECRET)}
    kept = {name: value for name, value in kept.items() if "PROXY" not in name.upper()}
    threads = str(settings.threads)
    return (
        kept
        | _OFFLINE
        | {
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": kept.get("OMP_NUM_THREADS", threads),
            "TOKENIZERS_PARALLELISM": "false",
            "ECHOMIND_ASSETS_DIR": str(settings.assets_dir.absolute()),
            "ECHOMIND_SENTENCE_MODEL": _named(settings.sentence_model),
            "ECHOMIND_BERTSCORE_MODEL": _named(settings.bertscore_model),
            "ECHOMIND_NISQA_MODEL": _named(settings.nisqa_model),
            "ECHOMIND_UTMOS_MODEL": _named(settings.utmos_model),
            "ECHOMIND_EMOTION_MODEL": _named(settings.emotion_model),
            "ECHOMIND_DEVICE": settings.device,
        }
    )


def _named(name: str) -> str:
    """A folder or file by its whole path: the process works elsewhere; anything else as it is."""
    return str(Path(name).absolute()) if name and Path(name).exists() else name


def _lay_out(folder: Path, store: Store, receipt: Receipt) -> None:
    """Write the files of a submission under our names; what the sender called them is never a path."""
    (folder / PREDICTIONS).mkdir()
    (folder / SOUND).mkdir()
    for file in receipt.files:
        data = store.read(receipt.id, file.name)
        (folder / (SOUND if file.name.endswith(_SOUND) else PREDICTIONS) / file.name).write_bytes(data)


def _read_progress(stream: IO[bytes] | None, said: queue.SimpleQueue[tuple[float, str]]) -> None:
    for line in stream or ():
        found = json.loads(line)
        said.put((min(max(float(found["done"]), 0.0), 1.0), str(found["doing"])[:200]))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it started, whatever they are doing."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ended(folder: Path, status: int, why: str) -> Ended:
    if not why and status == 0:
        try:
            outcome = Outcome.model_validate_json((folder / OUTCOME).read_bytes())
            if outcome.kind != "scored":
                if outcome.detail:
                    log.error("%s: %s", outcome.reason, outcome.detail)
                return Ended(outcome.kind, outcome.reason)
            report, items = (folder / REPORT).read_bytes(), (folder / ITEMS).read_bytes()
            return Ended("scored", scorer=outcome.scorer, report=report, items=items)
        except (OSError, ValidationError) as error:
            why = f"left no outcome ({type(error).__name__})"
    code = secrets.token_hex(4)
    why = why or (f"was ended by signal {-status}" if status < 0 else f"ended with status {status}")
    with (folder / "log.txt").open("rb") as output:
        output.seek(max(output.seek(0, os.SEEK_END) - _LOG_TAIL, 0))
        said = output.read().decode("utf-8", "replace")
    log.error("reference %s: the scoring process %s; its last words:\n%s", code, why, said)
    return Ended("crashed", f"scoring {why} (reference {code})")
