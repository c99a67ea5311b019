"""``python -m echomind mini board``: the board of EchoMind-Mini, from models to records, in one resumable command.

Each model sits the set under the board's own prompt (``models.evaluation``), its files are read and scored as anybody's
would be (``scoring.read``, ``scoring.score``), and the record is written where the leaderboard reads it, with what each
script contributed beside it (``scripts_data``). Whatever was answered before is not asked again: the answers stay in a
folder of their own for each model, version and set.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import logging
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from echomind.benchmark.items import BenchmarkSet
from echomind.benchmark.load import load_set
from echomind.errors import ConfigurationError
from echomind.leaderboard.boards import get_board
from echomind.leaderboard.from_report import record_of
from echomind.leaderboard.records import SLUG, ModelInfo, Provenance, Record
from echomind.leaderboard.scripts_data import FOLDER, ScriptItems, from_rows, to_bytes
from echomind.models.answering import AnsweringModel, PromptCondition
from echomind.models.evaluation.official_files import safe_name, write_whole
from echomind.models.evaluation.run import evaluate
from echomind.models.own import OwnModel
from echomind.models.prompts import prompts_hash
from echomind.models.registry import load_model
from echomind.scoring.command import options_of_settings
from echomind.scoring.read import read_predictions, require
from echomind.scoring.score import ScoreOptions, score
from echomind.settings import get_settings

log = logging.getLogger(__name__)
BOARD = "echomind-mini"
MODELS = ("echomind", "transcript-only", "majority", "random")
COMMAND = "python -m echomind mini board"
LONGEST_SOURCE = 200  # characters of one field of a record


@dataclass(frozen=True)
class _Known:
    """How a contestant of ours is called, and what has to be said of it."""

    name: str
    note: str
    licence: str | None = None
    org: str | None = None


# The licence is the checkpoint's (assets/model/README.md); floors have no weights of their own.
KNOWN = {
    "echomind": _Known("EchoMind tiny", "our model with the offline recogniser's words", "CC BY-NC-SA 4.0", "EchoMind"),
    "transcript-only": _Known(
        "Transcript only (floor)", "our decoder with the recognised words and no sound: what the words alone give"
    ),
    "majority": _Known(
        "Constant answers (floor)",
        "one answer a question type, chosen by looking at the key: the most that always answering the same can reach",
    ),
    "random": _Known("Random answers (floor)", "answers by lot, seeded: what luck gives"),
}


class Measured(NamedTuple):
    """A model's record and its sums by script."""

    record: Record
    items: ScriptItems


def measure(benchmark: BenchmarkSet, spec: str, work: Path, options: ScoreOptions) -> Measured:
    """Let the model that ``spec`` names sit the set, and score it; ``work`` keeps the answers of all models.

    Raises ``EchoMindError`` as ``load_model``, ``evaluate``, ``require`` and ``record_of`` do.
    """
    board = get_board(BOARD)
    prompt = _condition(board.protocol.prompt)
    model = load_model(spec, benchmark=benchmark)
    out = work / f"{safe_name(spec)}-{_fingerprint(model, benchmark, prompt)}"
    run = evaluate(benchmark, model, out, prompt=prompt)
    if run["failures"]:
        log.warning("%s: %d items failed, the first: %s", spec, len(run["failures"]), run["failures"][0])
    scored = score(benchmark, require(read_predictions([out], benchmark)), options=options)
    note = f"{KNOWN[spec].note}; " if spec in KNOWN else ""
    source = f"{COMMAND}; {note}set {benchmark.digest[:12]}; {run['version'] or model.name}"
    provenance = Provenance(
        kind="measured",
        source=textwrap.shorten(source, LONGEST_SOURCE, placeholder="…"),
        date=datetime.datetime.fromisoformat(run["started"]).date(),
        verified=True,
    )
    record = record_of(
        scored.report, board=BOARD, model=_info(spec, model), protocol=board.protocol, provenance=provenance
    )
    scorer = record.protocol.scorer
    items = from_rows(scored.items, board=BOARD, model=record.model.name, scorer=scorer, set_digest=benchmark.digest)
    return Measured(record, items)


def make_board(
    benchmark: BenchmarkSet, out: Path, models: Sequence[str], *, work: Path, options: ScoreOptions
) -> list[Path]:
    """Write the record of every model into ``out`` (a board's folder), and its sums by script into the folder below.

    Returns the records' files, in the order of ``models``.

    Raises ``ConfigurationError`` for a set that is not EchoMind-Mini, or a model that is there twice.
    """
    if benchmark.id != BOARD:
        raise ConfigurationError(f"found the set {benchmark.id!r}; expected {BOARD!r}, the only one on this board")
    slugs = {spec: _slug(spec) for spec in models}
    if len(set(slugs.values())) < len(models):
        raise ConfigurationError(f"found the models {', '.join(models)}; expected each once")
    paths = []
    for spec, slug in slugs.items():
        record, items = measure(benchmark, spec, work, options)
        path = out / f"{slug}.json"
        write_whole(out / FOLDER / path.name, to_bytes(items))
        text = json.dumps(record.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2)
        write_whole(path, f"{text}\n".encode())
        paths.append(path)
    return paths


def run_mini_board(out: Path, models: Sequence[str], *, set_name: str = "mini", as_json: bool = False) -> int:
    """The ``mini board`` command: writes the records and says where they are. Raises ``EchoMindError``."""
    benchmark = load_set(set_name)
    paths = make_board(benchmark, out, models, work=get_settings().data_dir / "mini", options=options_of_settings())
    found: dict[str, Any] = {"board": BOARD, "digest": benchmark.digest, "records": [str(path) for path in paths]}
    sys.stdout.write(json.dumps(found) + "\n" if as_json else "".join(f"{path}\n" for path in paths))
    return 0


def _condition(prompt: str | None) -> PromptCondition:
    match prompt:
        case "zero" | "basic" | "enhanced":
            return prompt
    raise ValueError(f"the board {BOARD} has the prompt {prompt!r}, under which nothing can be asked")


def _fingerprint(model: AnsweringModel, benchmark: BenchmarkSet, prompt: PromptCondition) -> str:
    """Eight digits that change with whatever makes answers useless, so that each has a folder of its own."""
    parts = [model.name, getattr(model, "version", ""), benchmark.digest, prompt, prompts_hash()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]


def _slug(spec: str) -> str:
    slug = safe_name(spec).lower()
    if not SLUG.fullmatch(slug):
        raise ConfigurationError(f"model {spec!r}: makes the file name {slug!r}; expected letters, digits, . _ -")
    return slug


def _info(spec: str, model: AnsweringModel) -> ModelInfo:
    """What is known of a contestant; what is not stays unsaid."""
    known = KNOWN.get(spec)
    own = isinstance(model, OwnModel)
    return ModelInfo(
        name=known.name if known else model.name,
        org=known.org if known else None,
        params_b=round(model.slm.model.num_parameters() / 1e9, 6) if isinstance(model, OwnModel) else None,
        weights="open" if own else None,
        licence=known.licence if known else None,
        speech_out=False if known else None,
    )
