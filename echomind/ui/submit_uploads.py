"""Files that visitors drop on the Submit page: put on a tray as they come, and gone from gradio's folder at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from echomind.errors import EchoMindError
from echomind.scoring.read_files import MAX_FILES
from echomind.submissions.sent_files import Incoming
from echomind.submissions.trays import NoTray, Trays
from echomind.ui.received_files import ReceivedFiles

MB = 2**20


class UploadError(EchoMindError):
    """What was dropped cannot be put on the tray."""


class UploadDesk:
    """Puts what ``received`` takes out of gradio's folder onto ``trays``, at most ``limit`` bytes each.

    Safe between threads.
    """

    def __init__(self, trays: Trays, received: ReceivedFiles, limit: int) -> None:
        self._trays, self._received, self._limit = trays, received, limit

    def on(self, tray: str) -> list[Incoming]:
        """What lies on a tray; nothing without one. Raises ``NoTray`` for one that is gone."""
        return self._trays.files(tray) if tray else []

    def add(self, payload: Any, tray: str) -> str:
        """Put what was dropped beside what lies on ``tray``; returns the token of the tray that has it all now.

        ``payload``: as the browser sends it. Raises ``UploadError``, ``NotReceived``, ``NoTray`` and ``StoreError``;
        then ``tray`` is as it was.
        """
        with self._received.taken(payload) as new:
            if not new:
                raise UploadError("found no upload, expected files to be dropped or chosen")
            try:
                before = self.on(tray)
            except NoTray:  # an hour has passed: what is dropped now begins a new one
                before = []
            self._check([*before, *new])
            try:
                made = self._trays.put([*_places(before), *_places(new)])
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise UploadError(f"uploads cannot be kept here now: {why}") from error
        self._trays.drop(tray)
        return made

    def without(self, tray: str, number: int) -> str:
        """The token of a tray with all of ``tray`` but its file ``number``, counted from 0; "": nothing is left."""
        files = self.on(tray)
        rest = [file for place, file in enumerate(files) if place != number]
        if len(rest) == len(files):
            return tray
        made = self._trays.put(_places(rest)) if rest else ""
        self._trays.drop(tray)
        return made

    def _check(self, files: Sequence[Incoming]) -> None:
        if len(files) > MAX_FILES:
            raise UploadError(f"found {len(files)} files, expected at most {MAX_FILES}, or one zip of them")
        total = sum(path.stat().st_size for _, path in _places(files))
        if total > self._limit:
            found, most = total / MB, self._limit / MB
            raise UploadError(f"found {found:.1f} MB in all, expected at most {most:.0f} MB; a zip takes less room")


def _places(files: Sequence[Incoming]) -> list[tuple[str, Path]]:
    return [(file.sent_as, file.content) for file in files if isinstance(file.content, Path)]
