"""Fifty browsers that click at the same moment: faults, and how long each waits for its page.

``python -m bench.board_browsers`` serves EchoMind with a made board of 500 models and 30 metrics and the plain page of
``board_plain``, opens ``--browsers`` pages in as many real Chromium contexts, half on the table and half on the plot,
and lets all of them click at once, round after round. Where memory does not allow so many, it opens as many as it does
and says so. Prints JSON: faults (errors in the console or on the page, answers of 400 and above, answers that never
came), and milliseconds from a click to its painted page at the 50th and 95th percentile, as a ratio against the plain
page. Few cores draw fifty pages one after another: that is most of what the milliseconds are. Status 1 on a fault.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench.made_board import COLUMNS, MODELS
from bench.painted import FLAGS, clock
from bench.serving import Served, both_boards, load

PATIENCE_MS = 300_000  # two cores draw fifty pages one after another
CLICKING_S = 40.0  # no new round after that on a busy machine
EACH_MB = 160  # of memory, what a context with one of these pages takes, measured high
AT_ONCE = 4  # pages that are opened at the same time: opening is not what is measured here


class Seat(NamedTuple):
    """What one browser looks at: a page, its first useful element, what it clicks in turn and what changes then."""

    path: str
    first: str
    clicks: tuple[str, ...]
    place: str


OWN = (
    Seat("leaderboard", "#em-board tr[data-row]", tuple(f"#em-board button[data-sort={key}]" for key in
         ("wer", "understanding_acc", "reasoning_acc", "ves")), "#em-board thead"),
    Seat("correlations", "#em-plot .main-svg .point", tuple(f"#em-presets button >> nth={i}" for i in range(4)),
         "#em-plot .gtitle"),
)  # fmt: skip
PLAIN = (
    Seat(
        "leaderboard", "#plain-table [data-testid^=cell-]", ('label:has-text("open")',) * 4, "#plain-table [role=grid]"
    ),
    Seat("correlations", "#plain-plot .main-svg .point", ("Organisation", "Weights") * 2, "#plain-plot .legend"),
)


def room() -> int:
    """How many contexts the free memory allows."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    free_kb = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    return free_kb // 1024 // EACH_MB


async def opened(browser: Browser, server: Served, seat: Seat, faults: list[str]) -> tuple[BrowserContext, Page]:
    """A page of a new visitor, once it is useful; what goes wrong on it is written to ``faults``."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    await page.add_init_script(clock(seat.first))
    await page.goto(f"{server.url}{seat.path}", wait_until="load")
    await page.wait_for_function("() => window.opened")
    return context, page


async def click(page: Page, seat: Seat, turn: int) -> float:
    """One click to its painted page: milliseconds."""
    target = page.locator(seat.clicks[turn % len(seat.clicks)]).first
    kind = "click"
    if seat.clicks[0] == "Organisation":  # an option of a list
        await page.get_by_label("Marks").click()
        target = page.locator(f'[role=option][aria-label="{seat.clicks[turn % len(seat.clicks)]}"]')
        kind = "mousedown"
    await target.wait_for()
    await page.evaluate("([kind, place]) => window.arm(kind, [place])", [kind, seat.place])
    await target.click()
    return float(await (await page.wait_for_function("() => window.taken")).json_value())


async def crowd(server: Served, seats: tuple[Seat, ...], browsers: int, rounds: int) -> dict[str, Any]:
    """All of them, round after round; in each, nobody waits for anybody else."""
    faults: list[str] = []
    taken: list[float] = []
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("found no chromium; on Debian: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        places = [seats[i % len(seats)] for i in range(browsers)]
        door = asyncio.Semaphore(AT_ONCE)

        async def enter(seat: Seat) -> tuple[BrowserContext, Page]:
            async with door:
                return await opened(browser, server, seat, faults)

        entered = await asyncio.gather(*(enter(seat) for seat in places), return_exceptions=True)
        there = [
            (one[1], seat) for one, seat in zip(entered, places, strict=True) if not isinstance(one, BaseException)
        ]
        faults += [f"never opened: {one}" for one in entered if isinstance(one, BaseException)]
        spent = server.spent_ms()
        began, turns = time.monotonic(), 0
        while turns < rounds and (turns == 0 or time.monotonic() - began < CLICKING_S):
            turn, turns = turns, turns + 1
            found = await asyncio.gather(*(click(page, seat, turn) for page, seat in there), return_exceptions=True)
            taken += [one for one in found if isinstance(one, float)]
            faults += [f"no answer to a click: {one}" for one in found if isinstance(one, BaseException)]
        spent = server.spent_ms() - spent
        for page, _ in there:
            said = await page.locator(".toast-body.error, .em-fault").all_text_contents()
            faults += [f"on the page: {text.strip()}" for text in said]
        await browser.close()
    middle, high = np.percentile(taken, [50, 95]) if taken else (np.nan, np.nan)
    return {
        "browsers": len(there),
        "rounds": turns,
        "clicks": len(taken),
        "p50_ms": round(float(middle), 1),
        "p95_ms": round(float(high), 1),
        "server_processor_ms": round(spent / max(len(taken), 1), 1),
        "faults": len(faults),
        "first_faults": [fault[:300] for fault in faults[:5]],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browsers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--models", type=int, default=MODELS)
    parser.add_argument("--quick", action="store_true", help="ten browsers, two rounds")
    given = parser.parse_args()
    wanted, rounds = (10, 2) if given.quick else (given.browsers, given.rounds)
    browsers = min(wanted, room())
    report: dict[str, Any] = {"models": given.models, "metrics": COLUMNS, "wanted": wanted, "load_before": load()}
    with tempfile.TemporaryDirectory() as folder, both_boards(Path(folder), given.models) as (own, plain):
        report["echomind"] = asyncio.run(crowd(own, OWN, browsers, rounds))
        report["plain"] = asyncio.run(crowd(plain, PLAIN, browsers, rounds))
    report["ratio"] = round(report["echomind"]["p50_ms"] / report["plain"]["p50_ms"], 2)
    report["load_after"] = load()
    print(json.dumps(report, indent=1))
    return int(report["echomind"]["faults"] > 0 or report["echomind"]["browsers"] < browsers)


if __name__ == "__main__":
    sys.exit(main())
