"""What a piece of code writes, starts or connects to, as Python itself reports it: nothing goes unseen.

with watched() as events: ...; then ``outside(events, folder)`` has what happened anywhere else than in ``folder``.
"""

# Strings as the audit events have them; paths would make events of their own.
# ruff: noqa: PTH100, PTH115, PTH118

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

# Audit events that change something on the disk, by the position of their paths.
_CHANGES = {
    "os.mkdir": (0,),
    "os.rmdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.link": (0, 1),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.utime": (0,),
    "os.mkfifo": (0,),
    "os.mknod": (0,),
}
_FOLDER_AT = {"os.mkdir": 2, "os.rmdir": 1, "os.remove": 1, "os.chmod": 2, "os.utime": 3}
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect", "os.startfile")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Event(NamedTuple):
    """Something that was done, and to which path ("" where it is not about one)."""

    what: str
    path: str


_seen: list[Event] | None = None


def _hook(event: str, args: tuple) -> None:  # a hook stays for the life of the process
    if _seen is None:
        return
    if event == "open":
        path, mode, flags = args
        if isinstance(path, str | bytes) and ((flags or 0) & _WRITES or set(mode or "") & set("wax+")):
            _seen.append(Event(event, os.path.abspath(os.fsdecode(path))))
    elif event in _CHANGES:
        at = args[_FOLDER_AT[event]] if event in _FOLDER_AT and len(args) > _FOLDER_AT[event] else -1
        _seen.extend(Event(event, _whole(args[position], at)) for position in _CHANGES[event])
    elif event in _STARTS:
        _seen.append(Event(event, ""))


def _whole(path: object, folder: object) -> str:
    if isinstance(path, int):
        return os.readlink(f"/proc/self/fd/{path}")
    name = os.fsdecode(path)  # type: ignore[arg-type]
    if isinstance(folder, int) and folder >= 0:
        return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
    return os.path.abspath(name)


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[Event]]:
    """The events of a block, in this process, of all its threads."""
    global _seen
    _seen = events = []
    try:
        yield events
    finally:
        _seen = None


def outside(events: list[Event], folder: Path) -> list[Event]:
    """The events that are not about something inside ``folder``."""
    return [event for event in events if not Path(event.path).is_relative_to(folder) or ".." in Path(event.path).parts]
