"""What a change of a view costs in the server: a whole event as gradio runs it, from inputs to the bytes of an answer.

``python -m bench.board_events`` makes a board of 500 models and 30 metrics and asks both EchoMind's pages and the plain
``gr.Dataframe`` page (``board_plain``) for what a reader's clicks ask for; most pairs of metrics are looked at for the
first time. Prints JSON: milliseconds by the clock and of the processor at the 50th and 95th percentile, the bytes of an
answer, and EchoMind's median of the processor as a part of the plain page's. Status 1 where the 95th percentile by the
clock passes the limit. Sorting is done in the browser on the plain page, and costs no event.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

# Gradio reads this when it is imported; unset, it looks up its analytics host.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the app does

import gradio as gr
import numpy as np
import orjson
from gradio.blocks import BlockFunction
from gradio.state_holder import SessionState

from bench import board_plain
from bench.made_board import COLUMNS, MODELS, made_board, plain_frame, write_files
from bench.serving import load, repeated
from echomind.leaderboard.metrics import METRICS
from echomind.settings import Settings
from echomind.submissions.desk import open_desk
from echomind.ui.pages import build
from echomind.ui.site import site_of

LIMIT_MS = 60
EACH_S = 12.0  # for one kind of event: all of them end within five minutes on a busy machine too
Ask = Callable[[], int]


def function(demo: gr.Blocks, label: str, event: str = "input") -> BlockFunction:
    """What runs on the ``event`` of the component with this label or element id."""
    for found in demo.fns.values():
        for block, name in found.targets:
            component = demo.blocks.get(block) if block is not None else None
            if name == event and label in (getattr(component, "label", None), getattr(component, "elem_id", None)):
                return found
    raise RuntimeError(f"found no {event!r} of {label!r}")


class Visitor:
    """A session of an app: its states are kept from event to event, as the server keeps them."""

    def __init__(self, demo: gr.Blocks) -> None:
        self.demo, self.state = demo, SessionState(demo)

    def does(self, what: BlockFunction, given: dict[str, Any], acts: list[list[str]] | None = None) -> int:
        """Run an event to the bytes of its answer; ``given`` are the inputs by label. Returns how many bytes."""
        inputs = [given.get(getattr(block, "label", "") or "", "wide") for block in what.inputs]
        told = gr.EventData(target=None, _data={"acts": acts}) if acts is not None else None
        answer = asyncio.run(self.demo.process_api(what, inputs, state=self.state, event_data=told))
        return len(
            orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATETIME, default=str)
        )


def own_tasks(demo: gr.Blocks, chance: random.Random) -> Iterator[tuple[str, Ask]]:
    """Each kind of change on EchoMind's pages."""
    metrics = made_board().metrics
    act = function(demo, "em-board", "select")
    x, y, marks = (function(demo, label, "change") for label in ("Across (x)", "Upward (y)", "Marks"))

    def doing(name: str, values: Callable[[], str]) -> Ask:
        visitor = Visitor(demo)
        visitor.does(act, {}, [["preset", "all"]])
        return lambda: visitor.does(act, {}, [[name, values()]])

    yield "sort", doing("sort", lambda: chance.choice(metrics))
    yield "filter", doing("filter", lambda: chance.choice(["weights=open", "weights=closed", "speech=yes"]))
    yield "pin", doing("pin", iter([f"m{i:03}" for i in range(3) for _ in range(2)] * 500).__next__)
    yield "columns", doing("preset", iter(["overview", "all"] * 500).__next__)
    yield "search", doing("search", lambda: f"model {chance.randrange(50)}")
    # Never what is shown already, which would cost nothing.
    across, upward = (cycle(chance.sample(part, len(part))) for part in (metrics[:15], metrics[15:]))
    by = cycle(["source", "weights"])
    one = Visitor(demo)
    yield "x", lambda: one.does(x, {"Across (x)": next(across)})
    yield "y", lambda: one.does(y, {"Upward (y)": next(upward)})
    yield "colour", lambda: one.does(marks, {"Marks": next(by)})


def plain_tasks(demo: gr.Blocks, chance: random.Random) -> Iterator[tuple[str, Ask]]:
    """The same on the plain pages."""
    titles = [METRICS[metric].title for metric in made_board().metrics]
    narrow, draw = function(demo, "Find a model", "change"), function(demo, "Across (x)")
    visitor = Visitor(demo)

    def asked(text: str = "", weights: tuple[str, ...] = (), preset: str = "All columns") -> int:
        return visitor.does(narrow, {"Find a model": text, "Weights": list(weights), "Columns": preset})

    def drawn(across: int, upward: int, by: str = "Weights") -> int:
        return visitor.does(draw, {"Across (x)": titles[across], "Upward (y)": titles[upward], "Marks": by})

    yield "filter", lambda: asked(weights=(chance.choice(["open", "closed"]),))
    yield "columns", lambda: asked(preset=chance.choice(["Conversation", "All columns"]))
    yield "search", lambda: asked(f"model {chance.randrange(50)}")
    yield "x", lambda: drawn(chance.randrange(15), 20)
    yield "y", lambda: drawn(3, chance.randrange(15, 30))
    yield "colour", lambda: drawn(3, 20, chance.choice(["Weights", "Organisation"]))


def measured(tasks: Iterator[tuple[str, Ask]], times: int) -> dict[str, dict[str, float]]:
    """Each task so many times, after one that does not count."""
    found = {}
    for name, ask in tasks:
        ask()
        gc.collect()
        processor: list[float] = []
        sizes: list[int] = []

        def once(ask: Ask = ask, processor: list[float] = processor, sizes: list[int] = sizes) -> float:
            began, spent = time.perf_counter(), time.process_time()
            sizes.append(ask())
            processor.append(1000 * (time.process_time() - spent))
            return 1000 * (time.perf_counter() - began)

        clock = repeated(once, times, EACH_S)
        figures = {"p50_ms": np.percentile(clock, 50), "p95_ms": np.percentile(clock, 95)}
        figures |= {"processor_p50_ms": np.median(processor), "processor_p95_ms": np.percentile(processor, 95)}
        found[name] = {key: round(float(value), 1) for key, value in figures.items()}
        found[name] |= {"kB": int(np.median(sizes)) // 1000, "times": len(clock)}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=MODELS)
    parser.add_argument("--times", type=int, default=150)
    parser.add_argument("--quick", action="store_true", help="ten times each: to see that it runs")
    given = parser.parse_args()
    times = 10 if given.quick else given.times
    report: dict[str, Any] = {"models": given.models, "metrics": COLUMNS, "load_before": load()}
    with tempfile.TemporaryDirectory() as folder:
        results = write_files(Path(folder) / "results", given.models)
        settings = Settings(results_dir=results, data_dir=Path(folder) / "var")
        with open_desk(settings) as desk:
            demo = build(site_of(settings, desk))
            gc.collect()
            gc.freeze()  # as the app does
            mine = measured(own_tasks(demo, random.Random(2)), times)
    theirs = measured(plain_tasks(board_plain.build(plain_frame(given.models)), random.Random(2)), times)
    report["events"] = {
        name: {
            "echomind": own,
            "plain": theirs.get(name),
            "ratio": round(own["processor_p50_ms"] / theirs[name]["processor_p50_ms"], 2) if name in theirs else None,
        }
        for name, own in mine.items()
    }
    passed = [f"{name}: {own['p95_ms']} ms" for name, own in mine.items() if own["p95_ms"] > LIMIT_MS]
    report |= {"limit_ms": LIMIT_MS, "passed_limits": passed, "load_after": load()}
    print(json.dumps(report, indent=1))
    return int(bool(passed))


if __name__ == "__main__":
    sys.exit(main())
