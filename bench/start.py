"""From nothing to the first page: prints seconds, and how many times as long as a bare gradio app takes.

``python -m bench.start`` starts ``app.py`` in a process of its own, waits until a page with its content is answered,
ends it, and does the same with an app of one text box. The least of three is what the machine can do; what is above a
bare app is what EchoMind adds. Status 1 where a first page takes longer than ``--limit`` seconds.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from echomind.settings import ROOT

BARE = """
import gradio as gr, os
with gr.Blocks(analytics_enabled=False) as demo:
    gr.Textbox(label="Leaderboard")
demo.launch(server_port=int(os.environ["ECHOMIND_PORT"]), quiet=True, ssr_mode=False)
"""
APPS = {  # name: (command, page, words that it shows)
    "bare gradio": ([sys.executable, "-c", BARE], "", "Leaderboard"),
    "EchoMind, Talk": ([sys.executable, "app.py"], "", "Same words, another voice"),
    "EchoMind, Leaderboard": ([sys.executable, "app.py"], "leaderboard", "GPT-4o-Audio"),
}
PATIENCE_S = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seconds_to_page(command: list[str], page: str, words: str, data: Path) -> float:
    """From the start of the process to the whole page; ``RuntimeError`` where it never comes."""
    port = free_port()
    environment = os.environ | {"ECHOMIND_PORT": str(port), "ECHOMIND_DATA_DIR": str(data), "OMP_NUM_THREADS": "1"}
    environment |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - start < PATIENCE_S:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/{page}", timeout=30)
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code == 200 and words in answer.text:
                return time.perf_counter() - start
        raise RuntimeError(f"found no page with {words!r} in {PATIENCE_S} s")
    finally:
        process.terminate()
        process.wait(60)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--limit", type=float, default=10.0, help="seconds to the first page")
    given = parser.parse_args()
    least = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (command, page, words) in APPS.items():
            taken = [seconds_to_page(command, page, words, Path(folder)) for _ in range(given.times)]
            least[name] = min(taken)
            ratio = least[name] / least["bare gradio"]
            print(f"{name:<24} {least[name]:6.2f} s   {ratio:5.2f} times a bare app")
    return int(max(least.values()) > given.limit)


if __name__ == "__main__":
    sys.exit(main())
