"""Does the app keep anything of a request? Its memory over a thousand of them, of the process that answers.

``python -m bench.steady_memory`` serves the app and asks ``/leaderboard`` over HTTP as programs do, first to warm up,
then ``--requests`` times; every tenth time it opens the page of the leaderboard as well. Prints the resident memory
after each fifth; status 1 where it is more than ``--limit`` MB above what it was after the first.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.start import free_port
from echomind.settings import ROOT

WARM_UP = 200


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def ask(client: httpx.Client, number: int) -> None:
    """One call of the endpoint, to the end of its answer; every tenth time the page as well."""
    event = client.post("gradio_api/call/leaderboard", json={"data": ["echomind"]}).raise_for_status().json()
    answer = client.get(f"gradio_api/call/leaderboard/{event['event_id']}").raise_for_status().text
    if "event: complete" not in answer:
        raise RuntimeError(f"found {answer[:200]!r}, expected a complete answer")
    if number % 10 == 0:
        client.get("leaderboard").raise_for_status()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--limit", type=float, default=10.0, help="MB that the last fifth may be above the first")
    given = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"ECHOMIND_PORT": str(port), "ECHOMIND_DATA_DIR": folder, "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/", timeout=60) as client:
                while True:
                    try:
                        client.get("")
                        break
                    except httpx.TransportError:
                        time.sleep(0.1)
                for number in range(WARM_UP):
                    ask(client, number)
                found = []
                for fifth in range(5):
                    for number in range(given.requests // 5):
                        ask(client, number)
                    found.append(resident_mb(process.pid))
                    print(f"after {(fifth + 1) * given.requests // 5:>5} requests {found[-1]:7.1f} MB")
        finally:
            process.terminate()
            process.wait(60)
    grown = found[-1] - found[0]
    print(f"grown by {grown:.1f} MB")
    return int(grown > given.limit)


if __name__ == "__main__":
    sys.exit(main())
