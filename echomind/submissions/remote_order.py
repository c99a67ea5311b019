"""What is known of another store: which events it has of each submission, in which order. One SQLite file.

Only a memory: whatever is lost here is asked again. Safe for any number of threads and processes of one machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from echomind.submissions.store import StoreUnavailable

_TABLE = """
CREATE TABLE IF NOT EXISTS remote_events (
    submission TEXT NOT NULL, position INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (submission, position)
) WITHOUT ROWID
"""


class RemoteOrder:
    """Event ids by submission, in the file ``path``, whose folder is made if missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_TABLE)

    def of(self, submission_id: str) -> list[str]:
        """The events that the other store is known to have, in its order; none: it is not known to have it at all."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT event FROM remote_events WHERE submission = ? ORDER BY position", (submission_id,)
            )
            return [row[0] for row in rows]

    def counts(self) -> dict[str, int]:
        """How many events of each submission the other store is known to have."""
        with self._connected() as connection:
            return dict(connection.execute("SELECT submission, count(*) FROM remote_events GROUP BY submission"))

    def learn(self, submission_id: str, events: Sequence[str]) -> None:
        """The other store has these. Who was told earlier and comes later takes nothing back."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(
                "SELECT event FROM remote_events WHERE submission = ? ORDER BY position", (submission_id,)
            )
            if [row[0] for row in rows][: len(events)] == list(events):
                return
            connection.execute("DELETE FROM remote_events WHERE submission = ?", (submission_id,))
            connection.executemany(
                "INSERT INTO remote_events VALUES (?, ?, ?)",
                [(submission_id, position, event) for position, event in enumerate(events, start=1)],
            )

    def forget(self, submission_id: str) -> None:
        """The other store does not have this submission any more."""
        with self._connected() as connection:
            connection.execute("DELETE FROM remote_events WHERE submission = ?", (submission_id,))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
                yield connection
        except sqlite3.Error as error:
            raise StoreUnavailable(
                f"{self.path.name}: {error}, expected a database that can be read and written"
            ) from None
