"""From nothing to the first page: seconds, and how many times as long as a bare gradio app takes.

``python -m bench.start`` starts ``app.py`` in a process of its own, waits until a page with its content is answered
and until a real Chromium, which is running already, has painted it, ends it, and does the same with an app of one text
box. Prints JSON with the least of ``--times`` each, which is what the machine can do, and the processor time of the
start; what is above a bare app is what EchoMind adds. ``--imports`` also prints which packages take longest to import.
Status 1 where a first page is answered later than ``--limit`` seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from bench.painted import chromium, opened
from bench.serving import environment, load, serving
from echomind.settings import ROOT

BARE = """
import gradio as gr, os
with gr.Blocks(analytics_enabled=False) as demo:
    gr.Textbox(label="Leaderboard")
demo.launch(server_port=int(os.environ["ECHOMIND_PORT"]), quiet=True, ssr_mode=False)
"""
APPS = {  # name: (command, page, element that makes it useful)
    "bare gradio": ([sys.executable, "-c", BARE], "", "textarea, input"),
    "EchoMind, Talk": ([sys.executable, "app.py"], "", "h1, .em-title"),
    "EchoMind, Leaderboard": ([sys.executable, "app.py"], "leaderboard", "#em-board tr[data-row]"),
}
MOST_IMPORTS = 15


class Start(NamedTuple):
    """Seconds from the start of a process to its first answer, and from there to the painted page; of its processor."""

    answered_s: float
    painted_s: float
    processor_s: float


def start(browser: Browser, command: list[str], page: str, first: str, folder: Path) -> Start:
    """One start, to the painted page."""
    began = time.perf_counter()
    with serving(command, folder, page) as served:
        answered, spent = time.perf_counter() - began, served.spent_ms() / 1000
        shown, milliseconds = opened(browser, f"{served.url}{page}", first)
        shown.context.close()
    return Start(answered, milliseconds / 1000, spent)


def slowest_imports(folder: Path) -> list[str]:
    """What ``import app`` spends longest on, as Python counts it: cumulative milliseconds and the package."""
    command = [sys.executable, "-X", "importtime", "-c", "import app"]
    done = subprocess.run(command, cwd=ROOT, env=environment(0, folder), capture_output=True, text=True, check=True)
    lines = [line.removeprefix("import time:").split("|") for line in done.stderr.splitlines() if line.count("|") == 2]
    taken = [(int(together), name.strip()) for _, together, name in lines[1:]]
    return [f"{micro // 1000} ms {name}" for micro, name in sorted(taken, reverse=True)[:MOST_IMPORTS]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="once each")
    parser.add_argument("--limit", type=float, default=6.0, help="seconds to the first page")
    parser.add_argument("--imports", action="store_true")
    given = parser.parse_args()
    report: dict[str, Any] = {"load_before": load()}
    answered: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for name, (command, page, first) in APPS.items():
            starts = [
                start(browser, command, page, first, Path(folder)) for _ in range(1 if given.quick else given.times)
            ]
            least = Start(*(min(each) for each in zip(*starts, strict=True)))
            answered[name] = least.answered_s
            report[name] = {field: round(value, 2) for field, value in least._asdict().items()}
            report[name]["ratio"] = round(least.answered_s / answered["bare gradio"], 2)
        if given.imports:
            report["imports"] = slowest_imports(Path(folder))
    report |= {"limit_s": given.limit, "load_after": load()}
    print(json.dumps(report, indent=1))
    return int(max(answered.values()) > given.limit)


if __name__ == "__main__":
    sys.exit(main())
