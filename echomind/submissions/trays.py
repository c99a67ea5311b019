"""Uploads on their way: what a visitor has chosen waits here while they check it, fill in the form and sign in.

Signing in leaves the page, and so do a lost connection and a reload: with the token of the tray, which only the
visitor's browser knows, the files are there again. A tray is no submission: an hour after it was last used it is gone.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from echomind.errors import EchoMindError
from echomind.submissions.sent_files import Incoming

KEEP_S = 3600.0
MOST_BYTES = 4 * 2**30  # of all trays together; the disk of a Space has 50 GB
MOST_NAME = 300  # characters of a sender's name for a file
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NAMES = "names"


class NoTray(EchoMindError):
    """There is no such tray, or no room for another one."""


class Trays:
    """Trays in ``folder``, made with the first one. Safe between threads; each process sweeps what is too old."""

    def __init__(self, folder: Path, *, keep_s: float = KEEP_S, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._keep_s, self._most = folder, keep_s, most_bytes
        self._lock = threading.Lock()

    def put(self, files: Sequence[tuple[str, Path]]) -> str:
        """Move files, each under the sender's name for it, onto a new tray; returns its token.

        Raises ``NoTray`` where all trays together would take too much room, ``OSError``.
        """
        size = sum(path.stat().st_size for _, path in files)
        token = secrets.token_hex(16)
        with self._lock:
            self._sweep()
            if self._taken() + size > self._most:
                raise NoTray("found too many uploads on their way at the moment, expected room; try again in an hour")
            making = self._folder / f"{token}.part"
            making.mkdir(parents=True)
            names = []
            for number, (name, path) in enumerate(files):
                shutil.move(path, making / f"{number:04}")
                names.append(name[:MOST_NAME])
            (making / _NAMES).write_text(json.dumps(names), encoding="ascii")
            making.rename(self._folder / token)
        return token

    def files(self, token: str) -> list[Incoming]:
        """What lies on a tray, in the order it was put there. Raises ``NoTray`` where there is none."""
        if not _TOKEN.fullmatch(token or ""):
            raise NoTray("found no files, expected some to be chosen first")
        tray = self._folder / token
        try:
            names = json.loads((tray / _NAMES).read_text(encoding="ascii"))
            tray.touch()
        except FileNotFoundError:
            raise NoTray("the chosen files are not here any more; please choose them again, the form is kept") from None
        return [Incoming(name, tray / f"{number:04}") for number, name in enumerate(names)]

    def drop(self, token: str) -> None:
        """Take a tray away; nothing happens where there is none."""
        if _TOKEN.fullmatch(token or ""):
            shutil.rmtree(self._folder / token, ignore_errors=True)

    def _sweep(self) -> None:
        if not self._folder.is_dir():
            return
        for tray in self._folder.iterdir():
            try:
                old = time.time() - tray.stat().st_mtime > self._keep_s
            except FileNotFoundError:
                continue
            if old:
                shutil.rmtree(tray, ignore_errors=True)

    def _taken(self) -> int:
        if not self._folder.is_dir():
            return 0
        total = 0
        for path in self._folder.rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:
                continue
        return total
