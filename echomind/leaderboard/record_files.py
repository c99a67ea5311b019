"""The files of a board, read again only where they changed. Safe between threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from echomind.errors import ResultsError
from echomind.leaderboard.records import Record, read_record

# A file's time moves in ticks of some milliseconds: what is written twice within one tick shows no change.
_SETTLED_NS = 1_000_000_000

Stamp = tuple[int, ...]
NOTHING: Mapping[str, Record] = MappingProxyType({})


@dataclass
class _Board:
    lock: threading.Lock = field(default_factory=threading.Lock)
    known: dict[str, tuple[Stamp, Record]] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=lambda: NOTHING)


class RecordFiles:
    """The records below ``results_dir``. A file with the time and size it had when it was read is not read again."""

    def __init__(self, results_dir: Path) -> None:
        self.results_dir = results_dir
        self._boards: dict[str, _Board] = {}
        self._lock = threading.Lock()

    def board(self, board: str) -> Mapping[str, Record]:
        """Every record of one board by slug, in the order of the slugs; the same object while nothing changed.

        A board without a folder has no records. Raises ``ResultsError`` as ``read_board`` does.
        """
        with self._lock:
            kept = self._boards.setdefault(board, _Board())
        with kept.lock:
            found = {}
            folder = self.results_dir / board
            for name, stamp in _listed(folder):
                slug = name.removesuffix(".json")
                known = kept.known.get(slug)
                found[slug] = known if known and stamp and known[0] == stamp else (stamp, _read(folder / name, board))
            before, kept.known = kept.known, found
            if list(before) != list(found) or any(before[slug][1] != entry[1] for slug, entry in found.items()):
                kept.records = MappingProxyType({slug: record for slug, (_, record) in found.items()})
            return kept.records


def _listed(folder: Path) -> list[tuple[str, Stamp]]:
    """The JSON files of a folder by name, each with what changes when it is written; empty where it is too new."""
    now = time.time_ns()
    try:
        with os.scandir(folder) as entries:
            stats = {entry.name: entry.stat() for entry in entries if entry.name.endswith(".json")}
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ResultsError(f"{folder.name}: cannot be read: {error.strerror}") from None
    return [
        (name, (s.st_mtime_ns, s.st_size, s.st_ino) if now - s.st_mtime_ns > _SETTLED_NS else ())
        for name, s in sorted(stats.items())
    ]


def _read(path: Path, board: str) -> Record:
    record = read_record(path)
    if record.board != board:
        raise ResultsError(f"{board}/{path.name}: board: found {record.board!r}, expected {board!r}")
    return record
