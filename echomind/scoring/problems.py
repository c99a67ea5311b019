"""What is wrong with a file from outside: one line each, with the place, what was found and what was expected."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace

from echomind.errors import EchoMindError

MAX_KEPT = 1_000  # problems of one reading; the rest is counted
_LONGEST = 240  # characters of one part of a line


def _visible(text: str) -> str:
    """``text`` as part of a line: what cannot be printed escaped, what is too long cut."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


@dataclass(frozen=True)
class Problem:
    """One fault, or one thing worth knowing.

    ``file`` as the user called it; ``position`` in it ("line 3", "record 12"); ``item`` its key ("asr/id_5/target");
    ``field``; what was ``found`` and ``expected``, "" where that says nothing.
    """

    file: str = ""
    position: str = ""
    item: str = ""
    field: str = ""
    found: str = ""
    expected: str = ""

    def line(self) -> str:
        """``file: position: item: field: found ..., expected ...`` on one line, safe to print."""
        place = [part for part in (self.file, self.position, self.item, self.field) if part]
        told = f"found {self.found}, expected {self.expected}" if self.expected else self.found
        return ": ".join(_visible(part) for part in (*place, told))

    def because_of(self, error: EchoMindError) -> Problem:
        """This place with what an error of the house's form ("found ..., expected ...") says."""
        found, _, expected = str(error).partition(", expected ")
        return replace(self, found=found.removeprefix("found "), expected=expected)


@dataclass
class Problems:
    """Problems in the order they were met: the first ``MAX_KEPT`` of them, and how many there were."""

    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        """Note a problem. What the file says at length is cut, so that a thousand of them stay small."""
        self.count += 1
        if len(self.kept) < MAX_KEPT:
            self.kept.append(Problem(*(part[: _LONGEST + 1] for part in astuple(problem))))
