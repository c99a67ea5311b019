"""How the pages of results feel: from a click or a key to the painted page, and until a new visitor sees rows.

``python -m bench.board_page`` serves EchoMind with a made board of 500 models and 30 metrics and, beside it, the same
rows as a plain ``gr.Dataframe`` and ``gr.Plot`` (``board_plain``), and does the same on both in a real Chromium. Prints
JSON: milliseconds at the 50th and 95th percentile, the processor time that the server spent on each, and EchoMind's
median as a part of the plain page's. Status 1 where a 95th percentile passes its limit. What a plain page does not have
has no ratio. ``open``: until the rows, or what is found of the first pair, are painted; ``plot``: until its points are,
which waits for the 4.6 MB of Plotly on both pages and has no limit.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from playwright.sync_api import Browser, Error, Page

from bench.made_board import COLUMNS, MODELS, made_board
from bench.painted import chromium, opened, timed
from bench.serving import Served, both_boards, load, repeated
from echomind.leaderboard.metrics import METRICS

LIMIT_MS, OPEN_LIMIT_MS = 250, 2000
EACH_S = 10.0  # for one task on one page: all of them end within five minutes on a busy machine too
ROWS, FOUND, PLOT = "#em-board tr[data-row]", "#em-verdict .em-sentence", "#em-plot .main-svg .point"
PLAIN_ROWS, PLAIN_PLOT = "#plain-table [data-testid^=cell-]", "#plain-plot .main-svg .point"
CAPTION, HEAD = "#em-board caption", "#em-board thead"
READ = ["#em-plot .gtitle", ".em-sentence"]
PLAIN_READ = ["#plain-plot .gtitle", "#plain-words"]

Step = Callable[[], object]


class Task(NamedTuple):
    """What is done again and again: the kind of event that begins it, what it paints anew, and each next step."""

    name: str
    kind: str
    places: list[str]
    steps: Iterator[Step]


def _keys(page: Page, label: str) -> Iterator[Step]:
    """A digit, and the way back, each a key."""
    page.get_by_label(label).click()
    for digit in itertools.cycle("123456789"):
        yield partial(page.keyboard.press, digit)
        yield partial(page.keyboard.press, "Backspace")


def _choices(page: Page, label: str, titles: list[str]) -> Iterator[Step]:
    """The next option of a list each time: opened and found unmeasured, then taken."""
    for title in itertools.cycle(titles):
        page.get_by_label(label).click()
        option = page.locator(f'[role=option][aria-label="{title}"]')
        option.scroll_into_view_if_needed()
        yield option.click


def leaderboard(page: Page) -> Iterator[Task]:
    """On EchoMind's table, with all 30 columns."""
    preset = page.locator("#em-board select[data-act=preset]")
    timed(page, "change", [HEAD], lambda: preset.select_option("all"))
    sorts = list(made_board().metrics[:8])
    yield Task("sort", "click", [HEAD], _heads(page, "#em-board thead button[data-sort={}]", sorts))
    page.get_by_role("button", name="Filters").click()
    box = page.locator('#board-filters [data-value="weights=open"]')
    yield Task("filter", "click", [CAPTION], itertools.repeat(box.click))
    page.keyboard.press("Escape")
    yield Task("search", "keydown", [CAPTION], _keys(page, "Find a model"))
    pin = page.locator("#em-board .em-pin").first
    yield Task("pin", "click", [CAPTION], itertools.repeat(pin.click))
    presets = itertools.cycle(["overview", "all"])
    steps = (partial(preset.select_option, to) for to in presets)
    yield Task("columns", "change", [HEAD], steps)


def _heads(page: Page, selector: str, names: list[str]) -> Iterator[Step]:
    for name in itertools.cycle(names):
        yield page.locator(selector.format(name)).first.click


def _menu(page: Page) -> Iterator[Step]:
    """A column's menu, opened unmeasured, and what it offers. Another column would only be a further key."""
    head = page.locator("#plain-table .header-table th[data-heading='4']")
    for way in itertools.cycle(["ascending", "descending"]):
        head.hover()  # the button of the menu is there under the pointer only
        head.locator(".cell-menu-button").click()
        yield page.get_by_text(f"Sort {way}").first.click


def plain_leaderboard(page: Page) -> Iterator[Task]:
    """The same on the plain table; it has nothing like pins."""
    yield Task("sort", "click", ["#plain-table .virtual-row"], _menu(page))
    box = page.get_by_label("open", exact=True)
    yield Task("filter", "click", ["#plain-table [role=grid]"], itertools.repeat(box.click))
    yield Task("search", "keydown", ["#plain-table [role=grid]"], _keys(page, "Find a model"))
    names = itertools.cycle(["Conversation", "All columns"])
    steps = (page.get_by_label(name, exact=True).click for name in names)
    yield Task("columns", "click", ["#plain-table .header-table thead"], steps)


def correlations(page: Page) -> Iterator[Task]:
    """On EchoMind's plot: pairs that nobody has looked at yet, most of them, and both ways to colour the marks."""
    titles = [f"{METRICS[m].title} ({METRICS[m].term})" for m in made_board().metrics]
    yield Task("x", "mousedown", READ, _choices(page, "Across (x)", titles[:15]))
    yield Task("y", "mousedown", READ, _choices(page, "Upward (y)", titles[15:]))
    colours = ["Colour by source", "Colour by weights"]
    yield Task("colour", "mousedown", ["#em-plot .legend"], _choices(page, "Marks", colours))


def plain_correlations(page: Page) -> Iterator[Task]:
    """The same on the plain plot."""
    titles = [METRICS[m].title for m in made_board().metrics]
    yield Task("x", "mousedown", PLAIN_READ, _choices(page, "Across (x)", titles[:15]))
    yield Task("y", "mousedown", PLAIN_READ, _choices(page, "Upward (y)", titles[15:]))
    colours = ["Organisation", "Weights"]
    yield Task("colour", "mousedown", ["#plain-plot .legend"], _choices(page, "Marks", colours))


def figures(milliseconds: list[float], server_ms: float | None = None) -> dict[str, float]:
    """Percentiles of what was taken; ``server_ms``: processor time of the server for all of it."""
    middle, high = np.percentile(milliseconds, [50, 95])
    found = {"p50_ms": round(float(middle), 1), "p95_ms": round(float(high), 1), "times": len(milliseconds)}
    return found | ({} if server_ms is None else {"server_processor_ms": round(server_ms / len(milliseconds), 1)})


def _again(page: Page, task: Task) -> float:
    return timed(page, task.kind, task.places, next(task.steps))


def measured(page: Page, server: Served, tasks: Iterator[Task], times: int) -> dict[str, dict[str, float]]:
    """Each task so many times, after one that does not count."""
    found = {}
    for task in tasks:
        try:
            _again(page, task)
            before = server.spent_ms()
            taken = repeated(partial(_again, page, task), times, EACH_S)
        except Error as error:
            raise RuntimeError(f"{page.url}: {task.name}: {error}") from error
        found[task.name] = figures(taken, server.spent_ms() - before)
    return found


Firsts = dict[str, str]  # name in the report -> the element that makes the page useful, in the order in which they come
PAGES: list[tuple[str, Firsts, Firsts, Callable[..., Iterator[Task]], Callable[..., Iterator[Task]]]] = [
    ("leaderboard", {"open": ROWS}, {"open": PLAIN_ROWS}, leaderboard, plain_leaderboard),
    ("correlations", {"open": FOUND, "plot": PLOT}, {"plot": PLAIN_PLOT}, correlations, plain_correlations),
]


def look(
    browser: Browser, server: Served, path: str, firsts: Firsts, tasks: Any, times: int
) -> dict[str, dict[str, float]]:
    """One page: opened by new visitors, then used by one."""

    def new_visitor(first: str) -> float:
        page, milliseconds = opened(browser, f"{server.url}{path}", first)
        page.context.close()
        return milliseconds

    taken = {}
    for name, first in firsts.items():
        new_visitor(first)
        taken[name] = figures(repeated(partial(new_visitor, first), max(3, times // 3), EACH_S))
    page, _ = opened(browser, f"{server.url}{path}", first)
    page.wait_for_load_state("load")
    found = taken | measured(page, server, tasks(page), times)
    page.context.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=MODELS)
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--quick", action="store_true", help="eight times each: to see that it runs")
    given = parser.parse_args()
    times = 8 if given.quick else given.times
    report: dict[str, Any] = {"models": given.models, "metrics": COLUMNS, "load_before": load()}
    passed: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        both_boards(Path(folder), given.models) as (own, plain),
        chromium() as browser,
    ):
        for name, firsts, plain_firsts, tasks, plain_tasks in PAGES:
            here = look(browser, own, name, firsts, tasks, times)
            there = look(browser, plain, name, plain_firsts, plain_tasks, times)
            report[name] = {
                task: {
                    "echomind": mine,
                    "plain": there.get(task),
                    "ratio": round(mine["p50_ms"] / there[task]["p50_ms"], 2) if task in there else None,
                }
                for task, mine in here.items()
            }
            passed += [
                f"{name}, {task}: {mine['p95_ms']} ms"
                for task, mine in here.items()
                if task != "plot" and mine["p95_ms"] > (OPEN_LIMIT_MS if task == "open" else LIMIT_MS)
            ]
    report |= {"limits_ms": {"open": OPEN_LIMIT_MS, "else": LIMIT_MS}, "passed_limits": passed, "load_after": load()}
    print(json.dumps(report, indent=1))
    return int(bool(passed))


if __name__ == "__main__":
    sys.exit(main())
