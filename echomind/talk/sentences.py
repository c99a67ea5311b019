"""Sentences out of a text that is still being written, so that the first can be spoken before the last is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

# An end mark, closing quotes or brackets, white space, and the character after it: it must be there to be looked at.
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?P<gap>\s+)(?=\S)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|st|prof|vs|etc|e\.g|i\.e|a\.m|p\.m|[a-z])\.$", re.IGNORECASE | re.ASCII
)


class Sentences:
    """Takes pieces of text as they come and gives each sentence once, in order, with single spaces.

    A sentence ends at ``.``, ``!``, ``?`` or ``…`` before white space and anything but a small letter; titles,
    initials and the like ("Dr. Lee", "e.g. tea") end none. How the text is cut into pieces makes no difference.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> list[str]:
        """The sentences that are whole now."""
        self._held += piece
        start, found = 0, []
        for end in self._ends():
            found.append(" ".join(self._held[start:end].split()))
            start = end
        self._held = self._held[start:]
        return [sentence for sentence in found if sentence]

    def finish(self) -> list[str]:
        """What is left at the end of the text: one sentence or none."""
        rest, self._held = " ".join(self._held.split()), ""
        return [rest] if rest else []

    def _ends(self) -> Iterator[int]:
        for found in _END.finditer(self._held):
            said = self._held[: found.start("gap")]
            if not self._held[found.end()].islower() and not _ABBREVIATION.search(said):
                yield found.end()
