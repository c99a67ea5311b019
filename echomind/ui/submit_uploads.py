"""Files that visitors drop on the Submit page: moved to a tray as they come, gone from gradio's folder at once.

What the browser sends of them is read here and not by gradio, which would leave an empty file behind for each, call
them by cleaned names, and fetch addresses. A path counts only where it leads into the folder of uploads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from echomind.errors import EchoMindError
from echomind.scoring.read_files import MAX_FILES
from echomind.submissions.sent_files import Incoming
from echomind.submissions.trays import MOST_NAME, NoTray, Trays

MB = 2**20


class UploadError(EchoMindError):
    """What was dropped cannot be put on the tray."""


class _Uploaded(BaseModel):
    """One file as gradio's page tells of it."""

    model_config = ConfigDict(extra="ignore")

    path: Annotated[str, Field(min_length=1, max_length=4_096)]
    orig_name: str | None = None


_UPLOADED = TypeAdapter(list[_Uploaded])


class UploadDesk:
    """Puts uploads out of ``folder``, gradio's, onto ``trays``, at most ``limit`` bytes each. Safe between threads."""

    def __init__(self, trays: Trays, folder: Path, limit: int) -> None:
        self._trays, self._folder, self._limit = trays, folder.resolve(), limit

    def on(self, tray: str) -> list[Incoming]:
        """What lies on a tray; nothing without one. Raises ``NoTray`` for one that is gone."""
        return self._trays.files(tray) if tray else []

    def add(self, payload: Any, tray: str) -> str:
        """Put what was dropped beside what lies on ``tray``; returns the token of the tray that has it all now.

        Raises ``UploadError`` and ``NoTray``; then ``tray`` is as it was.
        """
        new = [(name[:MOST_NAME], path) for name, path in self._read(payload)]
        try:
            before = self.on(tray)
        except NoTray:  # an hour has passed: what is dropped now begins a new one
            before = []
        try:
            self._check([*before, *(Incoming(name, path) for name, path in new)])
            made = self._trays.put([*_moving(before), *new])
        except FileNotFoundError:
            raise UploadError("the upload is not here any more; please drop it once more") from None
        finally:
            self._remove(path for _, path in new)
        self._trays.drop(tray)
        return made

    def without(self, tray: str, number: int) -> str:
        """The token of a tray with all of ``tray`` but its file ``number``, counted from 0; "": nothing is left."""
        files = self.on(tray)
        rest = [file for place, file in enumerate(files) if place != number]
        if len(rest) == len(files):
            return tray
        made = self._trays.put(_moving(rest)) if rest else ""
        self._trays.drop(tray)
        return made

    def _read(self, payload: Any) -> list[tuple[str, Path]]:
        try:
            uploaded = _UPLOADED.validate_python(payload if isinstance(payload, list) else [payload])
        except ValidationError:
            raise UploadError("found no upload, expected files to be dropped or chosen") from None
        found = []
        for one in uploaded:
            path = Path(one.path).resolve()
            if not path.is_relative_to(self._folder) or path == self._folder:
                raise UploadError("found a file that was not uploaded, expected files to be dropped or chosen")
            found.append((one.orig_name or path.name, path))
        return found

    def _check(self, files: Sequence[Incoming]) -> None:
        if len(files) > MAX_FILES:
            raise UploadError(f"found {len(files)} files, expected at most {MAX_FILES}, or one zip of them")
        total = sum(file.content.stat().st_size for file in files if isinstance(file.content, Path))
        if total > self._limit:
            found, most = total / MB, self._limit / MB
            raise UploadError(f"found {found:.1f} MB in all, expected at most {most:.0f} MB; a zip takes less room")

    def _remove(self, paths: Any) -> None:
        for path in paths:
            path.unlink(missing_ok=True)
            if path.parent != self._folder:
                with contextlib.suppress(OSError):  # not empty: somebody else has just sent the same content
                    path.parent.rmdir()


def _moving(files: Sequence[Incoming]) -> list[tuple[str, Path]]:
    return [(file.sent_as, file.content) for file in files if isinstance(file.content, Path)]
