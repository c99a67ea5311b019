"""Answers that survive: every answer is a line on disk, flushed and synced, before the next one is asked for.

The promise: a process may be killed at any moment, and a later run asks nothing again that stands in the journal.
``OUT/journal/shard-000.jsonl`` (one a process) begins with a line that says who was asked what and how; each further
line is one answer. What a kill leaves behind at the end of a file, less than a whole line, is dropped and its item
asked again. A journal of another model, set or prompt is refused, so that answers are never mixed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from filelock import FileLock, Timeout

from echomind.errors import DataError
from echomind.models.evaluation.work import TASKS, ItemId, Task
from echomind.strict_json import StrictJSONError, loads

FORMAT = 1
STARTED = "started"


@dataclass(frozen=True)
class Entry:
    """What came of one item: the ``answer``, or why there is none (``failed``).

    ``audio`` is the file of a spoken reply, relative to the folder of replies.
    """

    task: Task
    key: str
    answer: str = ""
    audio: str = ""
    failed: str = ""

    @property
    def id(self) -> ItemId:
        """The item this belongs to."""
        return self.task, self.key


class Journal:
    """The journal in ``folder``. ``identity`` is what has to be the same for its answers to be of use."""

    def __init__(self, folder: Path, identity: Mapping[str, Any], *, started: str) -> None:
        self.folder, self._identity, self._started = folder, dict(identity), started

    def read(self) -> dict[ItemId, Entry]:
        """The entries of all shards by item; an answer is never replaced, a failure is by whatever came after it.

        Raises ``DataError`` for a journal of something else, and for a whole line that is not an entry.
        """
        found: dict[ItemId, Entry] = {}
        for path in self._shards():
            _, entries = self._parse(path)
            for entry in entries:
                if entry.id not in found or found[entry.id].failed:
                    found[entry.id] = entry
        return found

    def started(self) -> str:
        """When the first of the runs began that made this journal."""
        times = [header[STARTED] for header, _ in map(self._parse, self._shards()) if header]
        return min(times, default=self._started)

    @contextmanager
    def writing(self, index: int) -> Iterator[Shard]:
        """The shard of process ``index``, open for more entries and locked against a second writer.

        Raises ``DataError`` when another process is writing it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"shard-{index:03d}.jsonl"
        lock = FileLock(path.with_suffix(".lock"), timeout=0)  # let go by the system when its holder is killed
        try:
            lock.acquire()
        except Timeout:
            raise DataError(f"{path}: another evaluation is writing here; expected to be alone") from None
        try:
            with path.open("ab") as file:
                header, _ = self._parse(path)
                file.truncate(path.read_bytes().rfind(b"\n") + 1)  # the end of the last whole line
                shard = Shard(file)
                if header is None:
                    shard.write({"journal": FORMAT, STARTED: self._started} | self._identity)
                yield shard
        finally:
            lock.release()

    def _shards(self) -> list[Path]:
        return sorted(self.folder.glob("shard-*.jsonl"))

    def _parse(self, path: Path) -> tuple[dict[str, Any] | None, list[Entry]]:
        """Header and entries of the whole lines of a shard; no header where not even that was written."""
        lines = path.read_bytes().split(b"\n")[:-1]
        header: dict[str, Any] | None = None
        entries: list[Entry] = []
        for number, line in enumerate(lines, 1):
            try:
                value = loads(line)
                if number == 1:
                    header = self._check(value, path)
                else:
                    entries.append(_entry(value))
            except (StrictJSONError, TypeError) as error:
                expected = f"expected a line of this journal; to start anew remove {self.folder}"
                raise DataError(f"{path}:{number}: {error}; {expected}") from error
        return header, entries

    def _check(self, header: Any, path: Path) -> dict[str, Any]:
        if not isinstance(header, dict) or header.get("journal") != FORMAT:
            raise TypeError(f"found {str(header)[:80]!r}")
        for name, expected in self._identity.items():
            if header.get(name) != expected:
                raise DataError(
                    f"{path.parent}: holds answers for {name} {header.get(name)!r}, but this run is for {expected!r};"
                    " expected another --out, or that folder removed"
                )
        return header


class Shard:
    """One open file of a journal."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def append(self, entry: Entry) -> None:
        """Write one entry; it is on disk when this returns."""
        self.write({name: value for name, value in asdict(entry).items() if value})

    def write(self, line: Mapping[str, Any]) -> None:
        """Write one line; it is on disk when this returns."""
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _entry(value: Any) -> Entry:
    texts = isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if not texts or value.get("task") not in TASKS or not value.get("key"):
        raise TypeError(f"found {str(value)[:80]!r}")
    entry = Entry(**value)  # another field is a TypeError as well
    if not (entry.answer or entry.failed):
        raise TypeError(f"found neither an answer nor a failure of {value['key']!r}")
    return cast(Entry, entry)
