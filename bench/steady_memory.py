"""Does the app keep anything of a request? Its memory over a thousand of them, of the process that answers.

``python -m bench.steady_memory`` serves the app and the plain page of ``board_plain`` with 500 models and asks both
over HTTP as programs do, EchoMind for ``/leaderboard`` and the plain page for its table, first to warm up, then
``--requests`` times; every tenth time it opens the page as well. Prints JSON: the resident memory after each fifth, and
how much it has grown since the first. Status 1 where EchoMind has grown by more than ``--limit`` MB.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from bench.made_board import MODELS
from bench.serving import Served, both_boards, load

WARM_UP = 200
CALLS = {"echomind": ("leaderboard", ["echomind"]), "plain": ("narrow", ["", [], "All columns"])}


def resident_mb(pid: int) -> float:
    """What the process holds in memory."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def ask(client: httpx.Client, endpoint: str, given: list[Any], number: int) -> None:
    """One call of the endpoint, to the end of its answer; every tenth time the page as well."""
    event = client.post(f"gradio_api/call/{endpoint}", json={"data": given}).raise_for_status().json()
    answer = client.get(f"gradio_api/call/{endpoint}/{event['event_id']}").raise_for_status().text
    if "event: complete" not in answer:
        raise RuntimeError(f"found {answer[:200]!r}, expected a complete answer")
    if number % 10 == 0:
        client.get("leaderboard").raise_for_status()


def held(served: Served, endpoint: str, given: list[Any], requests: int, warm_up: int) -> dict[str, Any]:
    """Resident memory after each fifth of the requests."""
    found = []
    with httpx.Client(base_url=served.url, timeout=60) as client:
        for number in range(warm_up):
            ask(client, endpoint, given, number)
        for _ in range(5):
            for number in range(requests // 5):
                ask(client, endpoint, given, number)
            found.append(round(resident_mb(served.pid), 1))
    return {"resident_mb": found, "grown_mb": round(found[-1] - found[0], 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--limit", type=float, default=10.0, help="MB that the last fifth may be above the first")
    parser.add_argument("--models", type=int, default=MODELS)
    parser.add_argument("--quick", action="store_true", help="100 requests: to see that it runs, and no verdict")
    given = parser.parse_args()
    requests, warm_up = (100, 20) if given.quick else (given.requests, WARM_UP)
    report: dict[str, Any] = {"requests": requests, "models": given.models, "load_before": load()}
    with tempfile.TemporaryDirectory() as folder, both_boards(Path(folder), given.models) as (own, plain):
        for name, served in (("echomind", own), ("plain", plain)):
            report[name] = held(served, *CALLS[name], requests, warm_up)
    report |= {"limit_mb": given.limit, "load_after": load()}
    print(json.dumps(report, indent=1))
    return int(report["echomind"]["grown_mb"] > given.limit and not given.quick)


if __name__ == "__main__":
    sys.exit(main())
