"""A made board of 500 models and 30 metrics that stands in place of EchoMind's, for the measurements of the pages.

Each model has a skill of its own and nine in ten of the scores, each with its interval and n. The metrics are those
of EchoMind and, as it has fewer, others that belong to no language. The pages open on it as on the real one.
"""

from __future__ import annotations

import datetime
import os
import random
from dataclasses import replace
from pathlib import Path

import pandas as pd

from echomind.leaderboard.boards import BOARDS, Board
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import ModelInfo, Protocol, Provenance, Record

NAME = "echomind"
MODELS, COLUMNS, SEED = 500, 30, 1
PROTOCOL = Protocol(prompt="best", voice="tts", scorer="made")
ROOM = 0.02  # half the width of a made interval, as a part of the metric's range
LONG_AGO = 1_700_000_000  # what was written this second is read again: none of these files was


def made_board(columns: int = COLUMNS) -> Board:
    """EchoMind's board with ``columns`` metrics, in place of the real one from now on, in this process."""
    own = BOARDS[NAME].metrics
    others = [metric for metric in METRICS if METRICS[metric].language is None and metric not in own]
    board = replace(BOARDS[NAME], metrics=(*own, *others)[:columns], protocol=PROTOCOL)
    BOARDS[NAME] = board
    return board


def made_records(board: Board, models: int = MODELS, seed: int = SEED) -> dict[str, Record]:
    """As many rows by slug; the same for the same seed."""
    chance = random.Random(seed)
    return {f"m{i:03}": _record(board, i, chance) for i in range(models)}


def _record(board: Board, index: int, chance: random.Random) -> Record:
    scores, intervals, n = {}, {}, {}
    skill = chance.gauss(0.5, 0.15)
    for metric in (METRICS[metric] for metric in board.metrics):
        if chance.random() < 0.1:
            continue
        low, high = metric.low or 0.0, metric.high or 100.0
        value = round(low + (high - low) * min(max(skill + chance.gauss(0, 0.1), 0.0), 1.0), metric.decimals)
        room = ROOM * (high - low)
        scores[metric.id], n[metric.id] = value, chance.choice((300, 491, 4576))
        intervals[metric.id] = (max(value - room, low), min(value + room, high))
    return Record(
        schema=1,
        board=board.id,
        model=ModelInfo(
            name=f"Model {index:03}",
            org=f"Organisation {index % 40}",
            params_b=chance.choice((0.5, 1.0, 3.0, 7.0, 13.0, 70.0)),
            weights=chance.choice(("open", "closed")),
            licence=chance.choice(("apache-2.0", "mit", "cc-by-4.0", None)),
            speech_out=chance.random() < 0.6,
        ),
        protocol=PROTOCOL,
        provenance=Provenance(
            kind=chance.choice(("paper", "measured")),
            source="made",
            date=datetime.date(2026, chance.randint(1, 11), chance.randint(1, 28)),
            verified=chance.random() < 0.5,
        ),
        scores=scores,
        intervals=intervals,
        n=n,
    )


def write_files(folder: Path, models: int = MODELS) -> Path:
    """The rows as files below ``folder``, as the app reads results; returns ``folder``."""
    board = folder / NAME
    board.mkdir(parents=True)
    for slug, record in made_records(made_board(), models).items():
        path = board / f"{slug}.json"
        path.write_text(record.model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
        os.utime(path, (LONG_AGO, LONG_AGO))
    return folder


def plain_frame(models: int = MODELS) -> pd.DataFrame:
    """The same rows as a table of plain values: a row a model, a column a metric."""
    board = made_board()
    rows = []
    for record in made_records(board, models).values():
        model = record.model
        about = {"Model": model.name, "Organisation": model.org, "Weights": model.weights, "Size (B)": model.params_b}
        rows.append({**about, **{METRICS[metric].title: record.scores.get(metric) for metric in board.metrics}})
    return pd.DataFrame(rows)
