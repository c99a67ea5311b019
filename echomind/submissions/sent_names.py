"""The names that files were sent under: kept and shown as text, never used as a path.

They are still refused where they could fool somebody or some program later: what hides or reorders characters, what
would leave a folder, what two systems write differently, and two names that are one on a system that ignores case.
"""

from __future__ import annotations

import re
import unicodedata

from echomind.benchmark.fields import shown
from echomind.errors import DataError
from echomind.outside_text import invisible

LONGEST = 240  # characters; a receipt has room for 300, and a line that tells a problem shows so many
_DRIVE = re.compile(r"[A-Za-z]:")


def check_name(name: str) -> None:
    """Raises ``DataError`` (found ..., expected ...) unless ``name`` is a relative path of plain visible words."""
    expected = "a plain name, or a relative path with forward slashes"
    if len(name) > LONGEST:  # first: what follows takes longer the longer the name is
        found = f"found a name of {len(name)} characters that begins {shown(name[:20])}"
        raise DataError(f"{found}, expected at most {LONGEST}")
    if hidden := invisible(name):
        raise DataError(f"found the invisible character {hidden} in the name {shown(name)}, expected visible ones")
    if name != unicodedata.normalize("NFC", name):
        raise DataError(f"found the name {shown(name)}, expected it in Unicode normal form C: rename the file")
    if "\\" in name or name.startswith("/") or _DRIVE.match(name) or {"", ".", ".."} & set(name.split("/")):
        raise DataError(f"found the name {shown(name)}, expected {expected}")


class SentNames:
    """The names of one upload, each once; case makes no difference."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def take(self, name: str) -> None:
        """Take a name. Raises ``DataError`` where it is not plain, or is there already."""
        check_name(name)
        folded = unicodedata.normalize("NFC", name.casefold())
        if folded in self._taken:
            before = self._taken[folded]
            again = "a second time" if before == name else f"beside {shown(before)}, which differs in case alone"
            raise DataError(f"found the name {shown(name)} {again}, expected each name once")
        self._taken[folded] = name
