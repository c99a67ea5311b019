"""``python -m echomind score``: prediction files in, the score report out."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from echomind.benchmark.load import load_set
from echomind.benchmark.published import Voice
from echomind.errors import ConfigurationError
from echomind.models.evaluation.official_files import write_whole
from echomind.scoring.embeddings import sentence_embedder, token_encoder
from echomind.scoring.extra import asked_for, extra_metrics
from echomind.scoring.read import read_predictions
from echomind.scoring.report_text import readable
from echomind.scoring.score import Scored, ScoreOptions, score
from echomind.settings import get_settings

log = logging.getLogger(__name__)


def options_of_settings(neural: bool = True, only: Sequence[str] = ()) -> ScoreOptions:
    """How to score here: with the models of the settings (MiniLM from its wheel by default), or without any."""
    settings = get_settings()
    if not neural:
        return ScoreOptions(only=tuple(only))
    return ScoreOptions(
        embedder=sentence_embedder(settings.sentence_model, settings.device),
        encoder=token_encoder(settings.bertscore_model, settings.device),
        only=tuple(only),
    )


def run_score(
    paths: Sequence[Path],
    *,
    set_name: str = "",
    references: Path | None = None,
    voice: Voice | None = None,
    answer_field: str = "",
    items: Path | None = None,
    out: Path | None = None,
    only: Sequence[str] = (),
    neural: bool = True,
    judge: bool = False,
    repeats: int = 1,
    audio: bool = False,
    reply_audio: Path | None = None,
    as_json: bool = False,
) -> int:
    """Score the answers in ``paths`` and print the report; status 2 with one line a problem where they cannot be read.

    ``set_name`` is what ``load_set`` takes (default: mini), ``references`` a folder with a set, instead of it.
    ``items`` gets one JSON line for each metric and item, ``out`` the report; each is written whole, at the end, or
    not at all. ``judge`` asks the judges that settings name, ``repeats`` times for each reply; ``audio`` measures how
    replies sound; ``reply_audio`` is the folder of their sound. Raises ``EchoMindError``.
    """
    if references is not None and set_name:
        raise ConfigurationError(f"found --set {set_name} and --references {references}, expected one of them")
    if references is not None and not references.is_dir():
        raise ConfigurationError(f"--references: found no folder {references}, expected one with a published set")
    # a folder called like one of our words is still meant as a folder
    spec = str(references.absolute()) if references is not None else set_name or "mini"
    options = options_of_settings(neural, only)
    benchmark = load_set(spec, voice, require_answers=False, answer_field=answer_field)
    for note in benchmark.notes:
        log.info("%s", note)
    reading = read_predictions(paths, benchmark, audio_root=reply_audio)
    if reading.problem_count:
        told = [problem.line() for problem in reading.problems]
        rest = reading.problem_count - len(told)
        sys.stderr.write("\n".join([*told, *([f"and {rest} more problems"] if rest else []), ""]))
        return 2
    for warning in reading.warnings:
        log.warning("%s", warning.line())
    wanted = asked_for(judge=judge, audio=audio, only=only)
    extra = extra_metrics(benchmark, reading.predictions, get_settings(), wanted, repeats=repeats)
    scored = score(benchmark, reading.predictions, options=options, extra=extra.metrics, extra_absent=extra.absent)
    report = scored.report.model_dump_json(by_alias=True)
    if items is not None:
        write_text(items, _item_lines(scored))
    if out is not None:
        write_text(out, report + "\n")
    sys.stdout.write(report + "\n" if as_json else readable(scored.report))
    return 0


def _item_lines(scored: Scored) -> str:
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in scored.items)


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; ``ConfigurationError`` where it cannot be written."""
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror}), expected a file to write") from error
