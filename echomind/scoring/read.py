"""Predictions from files: read strictly, every fault told, nothing guessed and nothing lost without a word.

Two forms are read, told apart by their content: the official runner's JSON arrays (``read_official``) and JSON Lines of
keys and predictions (``read_jsonl``). A folder is searched for the tree that the official runner and our ``evaluate``
write. Problems make a reading useless (``require``); warnings do not: what is missing or empty will be scored as
failed. Reading writes nothing, and names and texts from the files are never used as anything but text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echomind import strict_json
from echomind.benchmark.clips import Clips
from echomind.benchmark.items import STYLES, BenchmarkSet
from echomind.benchmark.question_types import LEVELS
from echomind.errors import DataError
from echomind.scoring.gathered import Gathered
from echomind.scoring.item_keys import Kind, item_key, parse_key
from echomind.scoring.jsonl_schema import PREDICTIONS_SCHEMA
from echomind.scoring.predictions import Predictions
from echomind.scoring.problems import Problem
from echomind.scoring.read_files import PREDICTIONS, Source, find_sources, read_text, unknown_form
from echomind.scoring.read_jsonl import read_jsonl
from echomind.scoring.read_official import read_official
from echomind.scoring.report import Coverage

__all__ = [
    "PREDICTIONS_SCHEMA",
    "Problem",
    "Reading",
    "item_key",
    "parse_key",
    "read_predictions",
    "read_sources",
    "require",
]

SHOWN_PROBLEMS = 20  # lines of one error; the rest is counted


@dataclass(frozen=True)
class Reading:
    """What came of reading: the ``predictions``, and what is wrong or worth knowing, in the order it was met.

    ``problem_count`` and ``warning_count`` also count those beyond the first 1,000, which are not kept. ``coverage``
    has the keys transcripts, understanding, reasoning and replies.
    """

    predictions: Predictions
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    coverage: Mapping[str, Coverage]
    problem_count: int = 0
    warning_count: int = 0


def read_predictions(paths: Sequence[Path], benchmark: BenchmarkSet, *, audio_root: Path | None = None) -> Reading:
    """Read the files and folders ``paths`` as one model's answers to the items of ``benchmark``.

    ``audio_root`` is the folder of the replies' sound: a file that a record names has to be there. Without it sound is
    looked for beside the record's file in a folder, and what is not there is a warning.
    """
    gathered = Gathered(benchmark, None if audio_root is None else Clips(audio_root))
    if audio_root is not None and not audio_root.is_dir():
        gathered.problems.add(Problem(audio_root.name, found="no such folder", expected="the sound of the replies"))
    return _reading(find_sources(paths, benchmark.voice, gathered.problems, gathered.warnings), gathered)


def read_sources(sources: Sequence[Source], benchmark: BenchmarkSet, *, sound: Clips | None = None) -> Reading:
    """As ``read_predictions``, of files that are called otherwise than they lie: ``Source.name`` is what counts.

    With ``sound`` the file that a record names has to be there.
    """
    gathered = Gathered(benchmark, sound)
    if not sources:
        gathered.problems.add(Problem(found="no file of predictions", expected=PREDICTIONS))
    return _reading(sources, gathered)


def _reading(sources: Iterable[Source], gathered: Gathered) -> Reading:
    for source in sources:
        text = read_text(source, gathered.problems)
        if text is not None:
            _read(source, text, gathered)
    gathered.finish()
    coverage: dict[str, Coverage] = {}
    for name, kind, said in _parts(gathered):
        coverage[name] = _covered(name, kind, said, gathered)
    return Reading(
        predictions=Predictions(
            model=gathered.said("model"),
            prompt=gathered.said("prompt"),
            transcripts=gathered.transcripts,
            answers={level: answers for level, answers in gathered.answers.items() if answers},
            replies=gathered.replies,
            reply_audio=gathered.reply_audio,
        ),
        problems=tuple(gathered.problems.kept),
        warnings=tuple(gathered.warnings.kept),
        coverage=coverage,
        problem_count=gathered.problems.count,
        warning_count=gathered.warnings.count,
    )


def _read(source: Source, text: str, gathered: Gathered) -> None:
    begins = text.lstrip()[:1]
    if begins == "[":
        read_official(source, text, gathered)
    elif begins != "{" or _is_one_object(text):
        gathered.problems.add(unknown_form(source, text))
    else:
        read_jsonl(source, text, gathered)


def _is_one_object(text: str) -> bool:
    """Whether the text is a single object over several lines: neither an array nor JSON Lines."""
    try:
        strict_json.loads(text.lstrip().split("\n", 1)[0])
    except strict_json.StrictJSONError:
        try:
            return isinstance(strict_json.loads(text), dict)
        except strict_json.StrictJSONError:
            return False
    return False


def _parts(gathered: Gathered) -> Iterator[tuple[str, Kind, Mapping[Any, str]]]:
    """Name, kind and answers of each part of a submission."""
    yield "transcripts", "asr", gathered.transcripts
    for level in LEVELS:
        yield level, level, gathered.answers[level]
    yield "replies", "reply", gathered.replies


def _covered(name: str, kind: Kind, said: Mapping[Any, str], gathered: Gathered) -> Coverage:
    """How much of a part is there, with warnings of what is not."""
    benchmark = gathered.benchmark
    keys: list[Any]
    if kind in ("understanding", "reasoning"):
        keys = [question.id for question in benchmark.level(kind)]
        items = [item_key(kind, key) for key in keys]
    else:
        keys = [(script.id, delivery.style) for script, delivery in benchmark.deliveries()]
        items = [item_key(kind, *key) for key in keys]
    empty = [item for key, item in zip(keys, items, strict=True) if key in said and not said[key].strip()]
    missing = [item for key, item in zip(keys, items, strict=True) if key not in said]
    if kind in ("understanding", "reasoning"):
        name = f"{name} answers"
    if keys and not said:
        gathered.warnings.add(Problem(found=f"no {name}, expected {len(keys)}; what they are for is not scored"))
    elif missing:
        found = f"{len(said)} of {len(keys)} {name}; the others count as failed"
        if kind == "asr" and {style for _, style in said} == {STYLES[0]}:
            found = f"{len(said)} of {len(keys)} {name}, of target deliveries alone as the official script writes them"
        gathered.warnings.add(Problem(item=missing[0], found=found))
    if empty:
        found = f"{len(empty)} empty {name}, which count as failed"
        gathered.warnings.add(Problem(item=empty[0], found=found))
    return Coverage(expected=len(keys), answered=len(said), failed=len(empty))


def require(reading: Reading) -> Predictions:
    """The predictions of a reading without problems.

    Raises ``DataError`` with one line a problem, at most 20 of them, and the number of the others.
    """
    if not reading.problem_count:
        return reading.predictions
    lines = [problem.line() for problem in reading.problems[:SHOWN_PROBLEMS]]
    rest = reading.problem_count - len(lines)
    raise DataError("\n".join(lines + [f"and {rest} more problem{'s' if rest > 1 else ''}"] * (rest > 0)))
