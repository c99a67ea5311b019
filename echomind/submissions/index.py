"""An index of receipts in SQLite, so that asking by content or sender opens no receipt twice.

The folders are the truth. Whoever asks says which submissions there are now; rows that are missing are read from the
receipts, rows of what is gone are deleted, and then the question is answered. So the index can be behind, deleted or
damaged without changing an answer, and writing a submission never waits for it. A damaged index is made anew; where
SQLite cannot be used at all (disk full, no permission, locked for long), the answer comes from a table in memory.
"""

from __future__ import annotations

import datetime
import logging
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from echomind.submissions.files import locked, make_folder
from echomind.submissions.layout import sender_key
from echomind.submissions.model import Receipt

log = logging.getLogger(__name__)

WAIT_S = 10.0  # longest wait for another process that writes rows; it needs milliseconds
_SCHEMA = 1
_TABLE = """
CREATE TABLE submissions (id TEXT PRIMARY KEY, at INTEGER NOT NULL, content TEXT NOT NULL, sender TEXT NOT NULL)
  WITHOUT ROWID;
"""
_QUESTION = """
SELECT id FROM submissions
WHERE (?1 IS NULL OR content = ?1) AND (?2 IS NULL OR sender = ?2) AND (?3 IS NULL OR at >= ?3)
ORDER BY at, id
"""  # no index over columns: who asks has listed all submissions just before, which takes longer than this
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)

Load = Callable[[str], Receipt | None]


class Question(NamedTuple):
    """What is asked: all conditions that are given have to hold."""

    content: str | None = None
    sender: str | None = None
    since: datetime.datetime | None = None

    @property
    def is_text(self) -> bool:
        """Whether it can be asked in UTF-8; no receipt holds what cannot."""
        try:
            f"{self.content}{self.sender}".encode()
        except UnicodeEncodeError:
            return False
        return True


class Index:
    """Rows of receipts in ``folder``, for any number of threads and processes: a connection lives for one question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "submissions.sqlite3"

    def check(self) -> None:
        """Look once whether the index is sound; a damaged one is made anew."""
        try:
            with locked(self.folder, shared=True):
                sound = self._sound()
            if not sound:
                self._make_anew()
        except (OSError, sqlite3.Error) as error:
            log.warning("the index of submissions cannot be used now (%s)", error)

    def ask(self, question: Question, present: Collection[str], load: Load) -> list[str]:
        """Ids of ``present`` submissions that fit, oldest first. ``load`` reads a receipt; ``None``: it cannot be."""
        if not question.is_text:
            return []
        try:
            return self._ask(question, present, load)
        except (OSError, sqlite3.Error) as error:
            log.info("the index of submissions is looked at (%s)", error)
        try:
            self._make_anew()
            return self._ask(question, present, load)
        except (OSError, sqlite3.Error) as error:
            log.warning("the index of submissions cannot be used now (%s): answering without it", error)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.executescript(_TABLE)
            return _answer(connection, question, present, load)

    def _ask(self, question: Question, present: Collection[str], load: Load) -> list[str]:
        with locked(self.folder, shared=True), self._connected() as connection:
            return _answer(connection, question, present, load)

    @contextmanager
    def _connected(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        address = f"{self._path.as_uri()}?mode={mode}"
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            yield connection

    def _sound(self) -> bool:
        try:
            with self._connected() as connection:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                return version == _SCHEMA and connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
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
                connection.executescript(f"BEGIN; {_TABLE} PRAGMA user_version = {_SCHEMA}; COMMIT;")


def _answer(connection: sqlite3.Connection, question: Question, present: Collection[str], load: Load) -> list[str]:
    _catch_up(connection, present, load)
    since = None if question.since is None else _microseconds(question.since)
    return [row[0] for row in connection.execute(_QUESTION, (question.content, question.sender, since))]


def _catch_up(connection: sqlite3.Connection, present: Collection[str], load: Load) -> None:
    known = {row[0] for row in connection.execute("SELECT id FROM submissions")}
    here = set(present)
    receipts = [receipt for receipt in map(load, sorted(here - known)) if receipt is not None]
    gone = sorted(known - here)
    if not receipts and not gone:
        return
    rows = [(r.id, _microseconds(r.at), r.content, sender_key(r.sender)) for r in receipts]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT OR REPLACE INTO submissions VALUES (?, ?, ?, ?)", rows)
    connection.executemany("DELETE FROM submissions WHERE id = ?", [(submission_id,) for submission_id in gone])
    connection.execute("COMMIT")


def _microseconds(moment: datetime.datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
