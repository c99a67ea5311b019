"""An index of receipts in SQLite, so that asking by content or sender opens no receipt twice.

The folders are the truth. Whoever asks says which submissions there are now; what the index lacks is read from the
receipts, what is gone is left out, and only then the question is answered. So the index can be behind, deleted or
damaged without changing an answer, and writing a submission never waits for it. A damaged index is made anew; while
SQLite cannot be used at all (disk full, no permission, locked for long), receipts are read instead.
"""

from __future__ import annotations

import datetime
import logging
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from echomind.submissions.files import locked, make_folder
from echomind.submissions.layout import sender_key
from echomind.submissions.model import Receipt

log = logging.getLogger(__name__)

WAIT_S = 10.0  # longest wait for another process that writes rows; it needs milliseconds
_TABLE = (  # as SQLite gives it back: another table than this one is made anew
    "CREATE TABLE submissions (id TEXT PRIMARY KEY, at INTEGER NOT NULL, content TEXT NOT NULL, sender TEXT NOT NULL)"
    " WITHOUT ROWID"
)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)

_T = TypeVar("_T")
Load = Callable[[str], Receipt | None]


class Question(NamedTuple):
    """What is asked: all conditions that are given have to hold."""

    content: str | None = None
    sender: str | None = None
    since: datetime.datetime | None = None

    def fits(self, row: Row) -> bool:
        """Whether this row is part of the answer."""
        return (
            (self.content is None or self.content == row.content)
            and (self.sender is None or self.sender == row.sender)
            and (self.since is None or _microseconds(self.since) <= row.at)
        )


class Row(NamedTuple):
    """What is known of a receipt; ``at`` in microseconds since 1970."""

    at: int
    content: str
    sender: str


class Index:
    """Rows of receipts in ``folder``, for any number of threads and processes: a connection lives for one question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "submissions.sqlite3"

    def check(self) -> None:
        """Look once at the whole index; one that is missing or damaged is made anew."""
        try:
            make_folder(self.folder)
            with locked(self.folder, shared=True):
                sound = self._sound()
            if not sound:
                self._make_anew()
        except (OSError, sqlite3.Error) as error:
            _say_unusable(error)

    def ask(self, question: Question, present: Collection[str], load: Load) -> list[str]:
        """Ids of ``present`` submissions that fit, oldest first. ``load`` reads a receipt; ``None``: it cannot be."""
        known = self._or_anew(self._read) or {}
        rows = {submission_id: known[submission_id] for submission_id in present if submission_id in known}
        receipts = [receipt for receipt in map(load, sorted(set(present) - set(known))) if receipt is not None]
        rows |= {r.id: Row(_microseconds(r.at), r.content, sender_key(r.sender)) for r in receipts}
        if rows != known:
            new = {receipt.id: rows[receipt.id] for receipt in receipts}
            self._or_anew(lambda: self._write(new, set(known) - set(present)))
        return sorted(
            (name for name, row in rows.items() if question.fits(row)), key=lambda name: (rows[name].at, name)
        )

    def _or_anew(self, action: Callable[[], _T]) -> _T | None:
        """``action``, once more with a new index where the index is damaged; ``None``: it cannot be used now."""
        try:
            return action()
        except (OSError, sqlite3.Error) as error:
            log.info("the index of submissions is looked at: %s", error)
        try:
            self._make_anew()
            return action()
        except (OSError, sqlite3.Error) as error:
            _say_unusable(error)
            return None

    def _read(self) -> dict[str, Row]:
        with locked(self.folder, shared=True), self._connected() as connection:
            rows = connection.execute("SELECT id, at, content, sender FROM submissions").fetchall()
        if not all(tuple(map(type, row)) == (str, int, str, str) for row in rows):
            raise sqlite3.DatabaseError("found a row that was never written")  # some damage is read without a word
        return {name: Row(*row) for name, *row in rows}

    def _write(self, new: Mapping[str, Row], gone: Collection[str]) -> None:
        with locked(self.folder, shared=True), self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = [(name, *row) for name, row in new.items()]
            connection.executemany("INSERT OR REPLACE INTO submissions VALUES (?, ?, ?, ?)", rows)
            connection.executemany("DELETE FROM submissions WHERE id = ?", [(name,) for name in gone])
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        address = f"{self._path.as_uri()}?mode={mode}"
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            yield connection

    def _sound(self) -> bool:
        try:
            with self._connected() as connection:
                tables = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
                return tables == [(_TABLE,)] and connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        except sqlite3.DatabaseError:
            return False

    def _make_anew(self) -> None:
        """An empty index in place of one that is missing or damaged, while nobody else has it open."""
        make_folder(self.folder)
        with locked(self.folder):
            if self._sound():  # another process was quicker, or it was only busy
                return
            for path in self.folder.iterdir():
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            with self._connected("rwc") as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(_TABLE)


def _say_unusable(error: Exception) -> None:
    log.warning("the index of submissions cannot be used now (%s): reading the receipts instead", error)


def _microseconds(moment: datetime.datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
