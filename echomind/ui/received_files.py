"""Files that programs send to the endpoints: taken out of gradio's cache at once, and gone when the call is over.

A file is moved, never read into memory: an upload may have hundreds of megabytes. Gradio names an upload by its
content, so two callers who send the same file at the same time share one path, and the first would take it away under
the second; while a call lasts that has the file, the next one gets it by another name.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from echomind.benchmark.fields import shown
from echomind.errors import EchoMindError
from echomind.submissions.files import FILE, abandoned, kind_of, make_folder, staging, writing
from echomind.submissions.sent_files import Incoming

_LABEL = "call"
_SERVED = "/gradio_api/file="  # before the path in the address under which gradio serves an upload
_EXPECTED = "expected a file that was sent to /gradio_api/upload"


class NotReceived(EchoMindError):
    """What was named is no upload, or is no longer here."""


class ReceivedFiles:
    """Takes files out of ``uploads``, the folder that gradio writes them to, into folders in ``own``.

    What a process that was killed has left in ``own`` is removed when the next one opens it. Safe between threads.
    """

    def __init__(self, uploads: Path, own: Path) -> None:
        self._uploads, self._own = uploads.resolve(), own
        self._lock = threading.Lock()
        self._here: dict[Path, list[Path]] = {}  # an upload's place in gradio's cache -> where calls have its bytes now
        with writing(own.name):
            make_folder(own)
        for folder in own.glob(f"{_LABEL}-*"):
            with abandoned(folder, 0) as is_abandoned:
                if is_abandoned:
                    shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def taken(self, files: Any) -> Iterator[list[Incoming]]:
        """The files that a caller names, under the names they were sent with; gone at the end of the block.

        Each is an object of gradio's (``path``, ``orig_name``), or the path or address that an upload got. Where one
        is none of these, or is not here any more, the others are removed all the same and ``NotReceived`` is raised.
        """
        named = [files] if isinstance(files, dict | str) else files or []
        with contextlib.ExitStack() as stack:
            with writing(self._own.name):
                folder = stack.enter_context(staging(self._own, _LABEL))
            stack.callback(self._forget, folder)
            with writing(self._own.name):
                incoming = self._all(named, folder)
            yield incoming

    def _all(self, named: Any, folder: Path) -> list[Incoming]:
        if not isinstance(named, list):
            raise NotReceived(f"files: found {shown(named)}, expected a list of uploads")
        incoming, faults = [], []
        for number, one in enumerate(named):
            try:
                place, name = self._place(one)
                with self._lock:
                    self._take(place, folder / f"{number:06}")
                incoming.append(Incoming(name, folder / f"{number:06}"))
            except NotReceived as error:
                faults.append(error)
        if faults:
            raise faults[0]
        return incoming

    def _place(self, one: Any) -> tuple[Path, str]:
        """Where in gradio's cache an upload is, and what its sender calls it."""
        path, sent_as = (one.get("path"), one.get("orig_name")) if isinstance(one, dict) else (one, None)
        if not isinstance(path, str) or not path:
            raise NotReceived(f"files: found {shown(one)}, {_EXPECTED}")
        if path.startswith(("http://", "https://")):
            address = urlsplit(path).path
            if _SERVED not in address:
                raise NotReceived(f"files: found the address {shown(path)}, {_EXPECTED}; nothing is fetched from there")
            path = unquote(address.partition(_SERVED)[2])
        name = sent_as if isinstance(sent_as, str) and sent_as else path.rpartition("/")[2]
        try:
            place = Path(path).resolve()
        except ValueError:  # a character that no path has
            place = self._uploads
        if not place.is_relative_to(self._uploads) or place == self._uploads:
            raise NotReceived(f"{shown(name)}: found a file that was not uploaded, {_EXPECTED}")
        return place, name

    def _take(self, place: Path, to: Path) -> None:
        try:
            kind = kind_of(place)
        except (OSError, ValueError):  # too long a name, or half a character
            kind = ""
        if kind == FILE:
            shutil.move(place, to)
            self._here.setdefault(place, []).append(to)
            if place.parent != self._uploads:
                with contextlib.suppress(OSError):  # not empty, or gone with a clean-up of gradio's
                    place.parent.rmdir()
        elif not self._linked(place, to):
            raise NotReceived(f"{shown(place.name)}: the upload is no longer here; please send it again")

    def _linked(self, place: Path, to: Path) -> bool:
        """Whether another call has the same upload, and shares it; that call may be just putting it elsewhere."""
        having = self._here.get(place, [])
        for one in having:
            with contextlib.suppress(FileNotFoundError):
                os.link(one, to)
                having.append(to)
                return True
        return False

    def _forget(self, folder: Path) -> None:
        with self._lock:
            here = {place: [path for path in paths if path.parent != folder] for place, paths in self._here.items()}
            self._here = {place: paths for place, paths in here.items() if paths}
