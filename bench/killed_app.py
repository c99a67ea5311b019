"""The app and a worker beside it, as processes to be killed; and clients that do not give up."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from echomind.settings import ROOT, Settings

FORM = {"board": "echomind-mini", "prompt": "basic", "voice": "tts"}
START_S = 300.0
AGAIN_S = 0.3  # until a client tries again
MOST_TRIES = 3000


class Again(Exception):
    """The answer was lost, or the app does not know the call any more."""


class KilledApp:
    """``app.py`` and ``submissions work`` over one data folder. ``url`` stays the same over restarts."""

    def __init__(self, settings: Settings, root: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = root / "log.txt"
        self._mark = f"{root.name}-{port}"
        environment = {name: text for name, text in os.environ.items() if not name.startswith(("ECHOMIND_", "GRADIO_"))}
        environment |= {f"ECHOMIND_{name.upper()}": str(getattr(settings, name)) for name in settings.model_fields_set}
        self._environment = environment | {
            "ECHOMIND_PORT": str(port),
            "GRADIO_TEMP_DIR": str(root / "gradio"),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
            "APP_KILLS": self._mark,  # by which every process that descends from these is known again
        }
        self._app: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the app, and the worker once the app is served: nothing is to be scored while nobody can be killed."""
        self._app = self._started("app.py")
        self._wait()
        self._worker = self._started("-m", "echomind", "submissions", "work", "--workers", "1")

    def _started(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            command = [sys.executable, *arguments]
            return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def _wait(self) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            self.check_alive()
            try:
                if httpx.get(f"{self.url}/config", timeout=30).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise RuntimeError(f"the app did not start: {self._tail()}")

    def kill(self, *, below: bool) -> int:
        """``kill -9`` app and worker, and with ``below`` all that they started; how many processes were scoring."""
        found = self._processes()
        ours = [process for process in (self._app, self._worker) if process is not None]
        for pid in [process.pid for process in ours] + (list(found) if below else []):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for process in ours:
            process.wait()
        self._app = self._worker = None
        return sum("scoring_process" in command for command in found.values())

    def stop(self) -> None:
        """Ask both to end."""
        for process in (self._app, self._worker):
            if process is not None:
                process.terminate()
        for process in (self._app, self._worker):
            if process is not None:
                process.wait(120)

    def check_alive(self) -> None:
        """Raises ``RuntimeError`` where one of them ended by itself."""
        for process in (self._app, self._worker):
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"ended by itself with status {process.returncode}: {self._tail()}")

    def left_running(self, patience_s: float = 30.0) -> list[str]:
        """What still runs of all that was ever started; whose parent is gone has some time to notice."""
        until = time.monotonic() + patience_s
        while (found := self._processes()) and time.monotonic() < until:
            time.sleep(0.5)
        return list(found.values())

    def _processes(self) -> dict[int, str]:
        """The command lines of all processes that carry our mark."""
        found = {}
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdecimal() and f"APP_KILLS={self._mark}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # not ours, or gone meanwhile
        return {pid: command for pid, command in found.items() if command}

    def _tail(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:]


def ask(client: httpx.Client, name: str, *data: Any) -> Any:
    """What an endpoint answers. Raises ``Again`` where the answer was lost, ``RuntimeError`` for an error."""
    try:
        event = client.post(f"/gradio_api/call/{name}", json={"data": list(data)})
        if event.status_code != 200:
            raise Again
        told = client.get(f"/gradio_api/call/{name}/{event.json()['event_id']}").text
    except httpx.TransportError:
        raise Again from None
    if "event: complete" in told:
        return json.loads(told.partition("event: complete\ndata: ")[2])[0]
    if "event: error" in told and "data: null" not in told:
        raise RuntimeError(told)
    raise Again


def submit_all(url: str, files: list[bytes], barrier: Any, receipts: Any) -> None:
    """One client: submit each file until it has its receipt; all clients begin at the same moment."""
    barrier.wait()
    for number, content in enumerate(files):
        for tries in range(1, MOST_TRIES):
            try:
                with httpx.Client(base_url=url, timeout=120) as client:
                    sent = client.post("/gradio_api/upload", files={"files": (f"answers-{number}.jsonl", content)})
                    if sent.status_code != 200:
                        raise Again
                    form = FORM | {"model": f"Model {os.getpid()} {number}"}
                    receipt = ask(client, "submit", [{"path": sent.json()[0]}], form, "")
            except (Again, httpx.TransportError):
                time.sleep(AGAIN_S)
                continue
            receipts.append({name: receipt[name] for name in ("id", "content", "received_before")} | {"tries": tries})
            break
        else:
            raise RuntimeError(f"no receipt after {MOST_TRIES} tries")
