"""Score reports of made-up models on a made-up EchoMind-Mini, and the records that follow from them.

from tests.unit.leaderboard.made_reports import made_report, made_records
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.from_report import record_of
from echomind.leaderboard.records import ModelInfo, Provenance, Record
from echomind.scoring.report import ScoreReport
from echomind.scoring.score import ScoreOptions, score
from tests.unit.scoring.made_contrasts import contrast_set
from tests.unit.scoring.made_embeddings import MADE_MODELS
from tests.unit.scoring.made_sets import made_predictions

PROTOCOL = BOARDS["echomind-mini"].protocol
PROVENANCE = Provenance(kind="measured", source="a test", date=datetime.date(2026, 3, 5), verified=True)
MODELS = {"A": 0.9, "B": 0.6, "C": 0.3, "D": 0.1}


def made_report(right: float, options: ScoreOptions = MADE_MODELS) -> ScoreReport:
    """The report of a model that is right with probability ``right``."""
    benchmark = replace(contrast_set(8), id="echomind-mini")
    predictions = replace(made_predictions(benchmark, right=right, seed=1), prompt="enhanced")
    return score(benchmark, predictions, options=options).report


def made_record(name: str, right: float) -> Record:
    """That model's record on the board of EchoMind-Mini."""
    return record_of(
        made_report(right),
        board="echomind-mini",
        model=ModelInfo(name=name, speech_out=False),
        protocol=PROTOCOL,
        provenance=PROVENANCE,
    )


def write_mini_board(folder: Path) -> Path:
    """A results folder with four models on the board."""
    board = folder / "results" / "echomind-mini"
    board.mkdir(parents=True)
    for name, right in MODELS.items():
        text = made_record(f"Model {name}", right).model_dump_json(by_alias=True, exclude_none=True)
        (board / f"model-{name.lower()}.json").write_text(text, encoding="utf-8")
    return folder / "results"
