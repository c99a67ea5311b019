"""Hundreds of broken and odd clips through the running app: a clear sentence or an answer each, and nothing left.

    python -m bench.odd_clips --count 500 --seed 1

Each clip of ``odd_sounds.py`` (beside the tests) is uploaded as a browser does and answered on the page's own way, the
event of the Talk page's recorder, and by ``/talk``. An answer has to be a reply or one plain line; the files below the
app's folder have to be the same afterwards, its memory within bounds, its log without a traceback. Before them come an
address in place of a file, a path that is no upload, no file at all, and a file beyond the size limit. Prints JSON;
status 1 on any fault. Content uploaded twice is told apart by gradio's name for it, so each way uploads anew.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import httpx

from bench.serving import Served, load, serving
from echomind.settings import Settings
from tests.unit.odd_sounds import MAKERS, Odd, drawn, speech, written

AT_ONCE = 2  # callers at a time, as many as there are places
LONGEST_LINE = 400  # characters
MOST_MB = 700  # above what the app has after its first answers: uploads of 50 MB are kept for two minutes
META = {"_type": "gradio.FileData"}
ERROR = re.compile(r'<p[^>]*class="em-status em-error"[^>]*>(.*?)</p>', re.S)
BAD_WORDS = ("Traceback", "NoneType", "object at 0x", "/site-packages/", "Errno")
Outcome = tuple[str, str]  # "answer", "refusal" or "fault"; the line


class Caller:
    """Sends files to an app as its page and as a program."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=300, limits=httpx.Limits(max_keepalive_connections=0))
        config = self._http.get("config").raise_for_status().json()
        mic = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "talk-mic")
        self._event = next(d["id"] for d in config["dependencies"] if [mic, "upload"] in d["targets"])
        self._inputs = next(len(d["inputs"]) for d in config["dependencies"] if d["id"] == self._event)

    def uploaded(self, odd: Odd) -> dict[str, Any] | str:
        """What names the file in an event, or the line with which it was refused."""
        sent = self._http.post("gradio_api/upload", files={"files": (odd.name, odd.data)})
        if sent.status_code != 200:
            return sent.text
        return {"path": sent.json()[0], "orig_name": odd.name, "meta": META}

    def page(self, file: Any) -> Outcome:
        """The turn that an upload on the Talk page begins, to its end, of a new visitor."""
        session = uuid.uuid4().hex
        context = ["", False, "international", None, None]
        if len(context) + 1 != self._inputs:
            raise RuntimeError(f"found {self._inputs} inputs of the recorder's event, expected {len(context) + 1}")
        request = {"data": [file, *context], "fn_index": self._event, "session_hash": session, "trigger_id": None}
        self._http.post("gradio_api/queue/join", json=request).raise_for_status()
        lines, reply = [], False
        with self._http.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line[6:]) if line.startswith("data: ") else {}
                for text in _texts(message.get("output")):
                    lines += ERROR.findall(text)
                    reply |= "em-reply-text" in text
                if message.get("msg") == "process_completed":
                    if not message["success"]:
                        return _judged(str((message.get("output") or {}).get("error")))
                    break
        return _judged(html.unescape(lines[-1])) if lines else ("answer" if reply else "fault", "no reply, no line")

    def talk(self, file: Any) -> Outcome:
        """``/talk``."""
        event = self._http.post("gradio_api/call/talk", json={"data": [file, "", []]})
        if event.status_code != 200:
            return _judged(event.text)
        told = self._http.get(f"gradio_api/call/talk/{event.json()['event_id']}").text
        if "event: complete" in told:
            answer = json.loads(told.partition("event: complete\ndata: ")[2])[0]
            return ("answer", "") if answer["reply"] is not None and answer["cues"] else ("fault", told[:300])
        said = json.loads(told.partition("event: error\ndata: ")[2] or "null")
        return _judged(str(said["error"] if isinstance(said, dict) else said))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _judged(line: str) -> Outcome:
    """A refusal that a visitor understands, or a fault."""
    plain = "\n" not in line and 20 < len(line) <= LONGEST_LINE and not any(bad in line for bad in BAD_WORDS)
    tells = any(word in line for word in ("expected", "again", "maximum"))  # what would have been right
    return ("refusal" if plain and tells else "fault", line)


class Counted:
    """What came of all clips."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.outcomes: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.faults: list[str] = []
        self.lines: dict[str, str] = {}
        self.seconds: list[tuple[float, str]] = []

    def take(self, way: str, odd: Odd, outcome: Outcome, seconds: float) -> None:
        """Count one outcome against what was expected of the clip."""
        kind, line = outcome
        with self._lock:
            self.outcomes[f"{way}: {kind}"] += 1
            self.kinds[odd.kind] += 1
            self.seconds.append((round(seconds, 2), f"{way}: {odd.kind}"))
            if kind == "refusal":
                self.lines.setdefault(odd.kind, line)
            if kind == "fault" or (odd.expected != "either" and odd.expected != kind):
                self.faults.append(f"{way}: {odd.kind} ({odd.name!r}): expected {odd.expected}, found {kind}: {line}")


def status_mb(pid: int, field: str) -> float:
    """``VmRSS`` or ``VmHWM`` of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def files_below(folder: Path) -> dict[str, int]:
    """Every file that is not empty, with its size; the log of the server grows by itself."""
    found = (path for path in folder.rglob("*") if path.suffix != ".log")
    return {str(path.relative_to(folder)): path.stat().st_size for path in found if path.is_file()}


def ask_all(caller: Caller, clips: Iterator[Odd], counted: Counted) -> None:
    """Each clip on both ways, some at a time."""

    def ask(odd: Odd) -> None:
        for way in ("page", "talk"):
            at = time.perf_counter()
            file = caller.uploaded(odd)
            outcome = _judged(file) if isinstance(file, str) else getattr(caller, way)(file)
            counted.take(way, odd, outcome, time.perf_counter() - at)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in pool.map(ask, clips):
            assert done is None


def ask_without_upload(caller: Caller, folder: Path, counted: Counted) -> None:
    """What is named in place of an upload."""
    for kind, file in {
        "address": {"path": "https://example.org/voice.wav", "meta": META},
        "address of this machine": {"path": "http://127.0.0.1:9/voice.wav", "meta": META},
        "path": {"path": "/etc/hostname", "meta": META},
        "gone": {"path": str(folder / "gradio" / "abc" / "voice.wav"), "meta": META},
        "nothing": None,
    }.items():
        for way in ("page", "talk"):
            counted.take(way, Odd(kind, kind, b"", "refusal"), getattr(caller, way)(file), 0.0)


def measured(served: Served, folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Ask everything and report."""
    import numpy as np

    caller, warm = Caller(served.url), Counted()
    chance = np.random.default_rng(seed)
    ask_all(caller, (Odd("warm", f"{n}.wav", written(*speech(chance)), "answer") for n in range(4)), warm)
    before, first_mb = files_below(folder), status_mb(served.pid, "VmRSS")
    counted = Counted()
    ask_without_upload(caller, folder, counted)
    limit = Settings().max_upload_mb * 2**20
    ask_all(caller, iter([Odd("file too large", "large.wav", bytes(limit + 2**20), "refusal")]), counted)
    begun = time.perf_counter()
    ask_all(caller, (drawn(number, seed) for number in range(count)), counted)
    spent = time.perf_counter() - begun
    after = files_below(folder)
    said = next(folder.glob("*.log")).read_text(encoding="utf-8", errors="replace")
    seconds = sorted(counted.seconds)
    return {
        "clips": count,
        "kinds": len(MAKERS),
        "outcomes": dict(counted.outcomes),
        "faults": warm.faults + counted.faults,
        "files left, made or changed": sorted({name for name, _ in after.items() ^ before.items()}),
        "tracebacks": said.count("Traceback"),
        "first_mb": round(first_mb),
        "peak_above_first_mb": round(status_mb(served.pid, "VmHWM") - first_mb),
        "now_above_first_mb": round(status_mb(served.pid, "VmRSS") - first_mb),
        "median_s": seconds[len(seconds) // 2][0],
        "slowest": seconds[-1],
        "total_s": round(spent, 1),
        "refusals": dict(sorted(counted.lines.items())),
    }


def main() -> int:
    """Measure and print; status 1 where anything was not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="", help="a checkpoint; default: that of the settings")
    given = parser.parse_args()
    report: dict[str, Any] = {"seed": given.seed, "load_before": load()}
    with tempfile.TemporaryDirectory(prefix="echomind-odd-") as name:
        folder = Path(name)
        more = {"ECHOMIND_MODEL": given.model} if given.model else {}
        with serving([sys.executable, "app.py"], folder, **more) as served:
            report |= measured(served, folder, given.count, given.seed)
    report["load_after"] = load()
    print(json.dumps(report, indent=1, ensure_ascii=False))
    wrong = report["faults"] or report["files left, made or changed"] or report["tracebacks"]
    return int(bool(wrong) or report["peak_above_first_mb"] > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
