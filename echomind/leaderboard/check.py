"""Is every file in ``results/`` what it says it is? Each problem names file, field, found and expected."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from echomind import strict_json
from echomind.errors import ResultsError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import SLUG, Record, parse_record, read_record, visible
from echomind.leaderboard.scripts_data import FOLDER, disagreements, parse_items

STUDIES = "studies"  # studies have layouts of their own: here they only have to be strict JSON
NOT_RECORDS = {"README.md", ".gitkeep"}


@dataclass(frozen=True)
class Report:
    """What a check found: the number of ``files`` read, one line a problem, and the same by file.

    ``bad`` has the lines of each file that has some, by its path below the folder.
    """

    files: int
    problems: list[str]
    bad: dict[Path, list[str]] = dataclasses.field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there was nothing to complain about."""
        return not self.problems

    def to_json(self) -> str:
        """One JSON document: ``{"ok": bool, "files": int, "problems": [str]}``."""
        return json.dumps({"ok": self.ok, "files": self.files, "problems": self.problems}, ensure_ascii=False)


def _score_problems(record: Record, board_metrics: tuple[str, ...]) -> Iterator[str]:
    values = {f"scores.{metric}": (metric, value) for metric, value in record.scores.items()}
    for metric, interval in record.intervals.items():
        values |= {f"intervals.{metric}.{i}": (metric, bound) for i, bound in enumerate(interval)}
    for field, (metric, value) in values.items():
        if metric not in METRICS:
            yield f"{field}: found an unknown metric, expected one of: {', '.join(board_metrics)}"
            continue
        if metric not in board_metrics:
            yield f"{field}: found a metric of another board, expected one of: {', '.join(board_metrics)}"
        low, high = METRICS[metric].low, METRICS[metric].high
        if (low is not None and value < low) or (high is not None and value > high):
            yield f"{field}: found {value:g}, expected {METRICS[metric].range}"
    for axis in ("question_type", "attribute", "style"):
        for part, scores in getattr(record.breakdown, axis).items():
            for metric in scores:
                if metric not in METRICS:
                    yield f"breakdown.{axis}.{part}.{metric}: found an unknown metric, expected a known one"


def _record_problems(path: Path, board: str, seen: dict[tuple[str, object], str]) -> Iterator[str]:
    if not SLUG.fullmatch(path.stem):
        yield f"file name: found {path.stem!r}, expected lower-case letters, digits, dots, dashes and underscores"
    try:
        record = parse_record(path.read_bytes())
    except (ResultsError, OSError) as error:
        yield from str(error).splitlines()
        return
    if record.board != board:
        yield f"board: found {record.board!r}, expected {board!r}, the folder's name"
        return
    yield from _score_problems(record, BOARDS[board].metrics)
    identity = (record.model.name.casefold(), record.protocol)
    if identity in seen:
        twin = seen[identity]
        yield f"model.name: found {record.model.name!r} as in {twin}, expected one record a model and protocol"
    seen.setdefault(identity, path.name)


def _items_problems(path: Path) -> Iterator[str]:
    try:
        items = parse_items(path.read_bytes())
    except (ResultsError, OSError) as error:
        yield from str(error).splitlines()
        return
    beside = path.parent.parent / path.name
    if not beside.is_file():
        yield f"found no record {beside.name} that these sums belong to"
        return
    try:
        yield from disagreements(items, read_record(beside))
    except ResultsError:
        return  # the record's own problems are listed at the record


def _study_problems(path: Path) -> Iterator[str]:
    try:
        strict_json.loads(path.read_bytes())
    except (strict_json.StrictJSONError, OSError) as error:
        yield str(error)


def check_results(results_dir: Path) -> Report:
    """Read every file below ``results_dir`` and report every problem in it, in the order of the paths.

    ``ResultsError`` when the folder itself is missing; a bad file is a problem in the report, never an exception.
    """
    if not results_dir.is_dir():
        raise ResultsError(f"{results_dir}: found no such folder, expected the results folder")
    problems: list[str] = []
    bad: dict[Path, list[str]] = {}
    files = 0
    seen: dict[str, dict[tuple[str, object], str]] = {board: {} for board in BOARDS}
    for path in sorted(p for p in results_dir.rglob("*") if not p.is_dir()):
        place = path.relative_to(results_dir)
        if place.name in NOT_RECORDS:
            continue
        files += 1
        folder = place.parts[0] if len(place.parts) > 1 else ""
        if path.is_symlink():
            found = ["found a link, expected a plain file"]
        elif path.suffix != ".json":
            found = [f"found a {path.suffix or 'nameless'} file, expected .json"]
        elif folder == STUDIES:
            found = list(_study_problems(path))
        elif len(place.parts) == 2 and folder in BOARDS:
            found = list(_record_problems(path, folder, seen[folder]))
        elif len(place.parts) == 3 and folder in BOARDS and place.parts[1] == FOLDER:
            found = list(_items_problems(path))
        else:
            found = [
                f"found outside a board's folder, expected <board>/<slug>.json or <board>/{FOLDER}/<slug>.json with a "
                f"board of: {', '.join(BOARDS)}"
            ]
        if found:
            bad[place] = found
            problems += [f"{visible(place.as_posix())}: {line}" for line in found]
    return Report(files, problems, bad)
