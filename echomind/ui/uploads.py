"""Visitors' audio files: read once, removed from the disk at once.

Gradio names an upload by its content, so two visitors who send the same file at the same time share one path, and the
first turn would remove it under the second. The bytes of an uploaded file are therefore kept in memory under that path
until two minutes after it last came; a recording is never the same twice, and is not kept at all.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from echomind.errors import AudioError
from echomind.words import t

KEEP_S = 120.0  # longer than a turn waits in the queue


class Uploads:
    """Takes files out of ``folder``, the one that gradio writes uploads to. Thread-safe."""

    def __init__(self, folder: Path, *, keep_s: float = KEEP_S) -> None:
        self._folder, self._keep_s = folder.resolve(), keep_s
        self._lock = threading.Lock()
        self._kept: dict[Path, tuple[bytes, threading.Timer]] = {}

    def take(self, path: str | None, *, shared: bool = True) -> bytes:
        """The bytes of an upload, whose file and folder are gone afterwards.

        ``shared``: whether someone else may have sent the same content just now; not so for a recording.
        Raises ``AudioError`` when there is no file, and for a path that is no upload, which is left alone.
        """
        if not path:
            raise AudioError(t("found no recording; expected an audio file"))
        file = Path(path).resolve()
        if not file.is_relative_to(self._folder) or file == self._folder:
            raise AudioError(f"{file.name}: found a file that was not uploaded; expected an upload")
        with self._lock:
            try:
                data = file.read_bytes()
            except FileNotFoundError:
                if file not in self._kept:
                    gone = t("{name}: the upload is no longer here; please send it again", name=file.name)
                    raise AudioError(gone) from None
                return self._kept[file][0]
            file.unlink()
            if not shared:
                self._remove_folder(file)
            else:
                self._keep(file, data)
            return data

    def _keep(self, file: Path, data: bytes) -> None:
        """Anew each time it comes: others may have sent it again just before."""
        if file in self._kept:
            self._kept[file][1].cancel()
        forget = threading.Timer(self._keep_s, lambda: self._forget(file, forget))  # one too late finds another there
        forget.daemon = True
        forget.start()
        self._kept[file] = data, forget

    def _forget(self, file: Path, timer: threading.Timer) -> None:
        with self._lock:
            if file in self._kept and self._kept[file][1] is timer:
                del self._kept[file]
                self._remove_folder(file)

    def _remove_folder(self, file: Path) -> None:
        """Remove the folder that gradio made for the file, unless the same content has just come again."""
        if file.parent != self._folder:
            with contextlib.suppress(OSError):  # not empty, or gone with a clean-up of gradio's
                file.parent.rmdir()
