"""Places for turns: a bounded number at once, first come, first served, and everyone can be told their position."""

from __future__ import annotations

import threading


class Places:
    """A queue in front of ``count`` places. Thread-safe."""

    def __init__(self, count: int) -> None:
        self._free, self._inside = count, 0
        self._changed = threading.Condition()
        self._queue: list[Ticket] = []

    def ticket(self) -> Ticket:
        """Stand in line. Whoever took a ticket must ``leave``, with or without having had a place."""
        with self._changed:
            ticket = Ticket(self)
            self._queue.append(ticket)
            self._call()
            return ticket

    @property
    def taken(self) -> bool:
        """Whether anyone is inside."""
        with self._changed:
            return self._inside > 0

    def _call(self) -> None:
        """Let in whoever can be let in; with the lock held."""
        while self._free and self._queue:
            self._free -= 1
            self._inside += 1
            self._queue.pop(0).inside = True
        self._changed.notify_all()

    def _wait(self, ticket: Ticket, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: ticket.inside, seconds)

    def _position(self, ticket: Ticket) -> int:
        with self._changed:
            return self._queue.index(ticket) + 1 if ticket in self._queue else 0

    def _leave(self, ticket: Ticket) -> None:
        with self._changed:
            if ticket.inside:
                ticket.inside = False
                self._free += 1
                self._inside -= 1
            elif ticket in self._queue:
                self._queue.remove(ticket)
            self._call()


class Ticket:
    """One turn's standing in the queue."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self.inside = False

    @property
    def position(self) -> int:
        """1 for the next to be let in; 0 inside."""
        return self._places._position(self)

    def wait(self, seconds: float) -> bool:
        """Whether there is a place, after waiting for it at most so long."""
        return self._places._wait(self, seconds)

    def leave(self) -> None:
        """Give the place, or the standing, to the next. May be called again."""
        self._places._leave(self)
