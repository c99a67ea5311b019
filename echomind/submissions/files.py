"""Files that are on the disk when a function has returned, and are whole or not there when it has not.

A file is written into a staging folder, forced to the disk (``fsync``), and only then given its name by a hard link or
a rename, which other processes see at once or not at all and which replaces nothing. A name is on the disk when its
folder has been forced to the disk too. Locks are those of the kernel (``flock`` on folders): they hold between
threads and processes of one machine and end with the process, however it ends.

Functions that read raise ``StoreError``; functions that write raise ``OSError``, see ``writing``.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from echomind.submissions.store import StoreError, StoreUnavailable

FOLDER, FILE, LINK, OTHER = "a folder", "a file", "a link", "a device, pipe or socket"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Entry(NamedTuple):
    """Something in a folder; ``kind`` is one of the words above, links not followed."""

    name: str
    kind: str


@contextmanager
def writing(where: str) -> Iterator[None]:
    """Turns ``OSError`` (disk full, no permission, …) inside the block into ``StoreUnavailable`` of one line."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"{where}: cannot be written now: {reason(error)}") from error


def reason(error: OSError) -> str:
    """What the system says, without the path, which is nobody's business outside."""
    return error.strerror or type(error).__name__


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing; on the disk when this returns, if this process made it."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(path: Path) -> None:
    """Force the names in a folder to the disk."""
    descriptor = os.open(path, _FOLDER)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file that is not there yet and force its content to the disk (its name: ``sync_folder``)."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600 if private else 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_file(path: Path, where: str) -> bytes:
    """Content of a file that is a file: no link, device or folder. Raises ``StoreError`` with ``where``."""
    descriptor = _open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, where, FILE)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StoreError(f"{where}: found {kind_of(path) or 'nothing any more'}, expected {FILE}")
        with _reading(where), os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def list_folder(path: Path, where: str) -> list[Entry]:
    """What is in a folder that is a folder and no link, in order of names. Raises ``StoreError`` with ``where``."""
    descriptor = _open(path, _FOLDER, where, FOLDER)
    try:
        with _reading(where), os.scandir(descriptor) as entries:
            return sorted(Entry(entry.name, _kind(entry)) for entry in entries)
    finally:
        os.close(descriptor)


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_dir(follow_symlinks=False):
        return FOLDER
    if entry.is_file(follow_symlinks=False):
        return FILE
    return LINK if entry.is_symlink() else OTHER


def _open(path: Path, flags: int, where: str, expected: str) -> int:
    try:
        return os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise StoreError(f"{where}: found nothing, expected {expected}") from None
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK, errno.ENXIO):
            raise StoreError(f"{where}: found {kind_of(path)}, expected {expected}") from None
        raise StoreUnavailable(f"{where}: cannot be read now: {reason(error)}") from error


@contextmanager
def _reading(where: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"{where}: cannot be read now: {reason(error)}") from error


def kind_of(path: Path) -> str:
    """What lies at ``path``, in words, without following links; "" for nothing."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    kinds = {stat.S_IFLNK: LINK, stat.S_IFDIR: FOLDER, stat.S_IFREG: FILE}
    return kinds.get(stat.S_IFMT(mode), OTHER)


@contextmanager
def locked(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of a folder, alone or (``shared``) with others who only read; waits for it."""
    descriptor = os.open(folder, _FOLDER)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        _unlock(descriptor)


def _unlock(descriptor: int) -> None:
    # Said, not left to close(): a process forked meanwhile has the descriptor too and would go on holding the lock.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


@contextmanager
def staging(incoming: Path, label: str) -> Iterator[Path]:
    """A new empty folder in ``incoming``, locked as long as its writer lives, and removed at the end if still there."""
    folder, descriptor = _staging_folder(incoming, label)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what cannot be removed now is a leftover, removed at a later open
        _unlock(descriptor)


def _staging_folder(incoming: Path, label: str) -> tuple[Path, int]:
    while True:  # again only when somebody who removes leftovers was quicker than the lock
        folder = incoming / f"{label}-{secrets.token_hex(8)}"
        folder.mkdir()
        try:
            descriptor = os.open(folder, _FOLDER)
        except FileNotFoundError:
            continue
        try:
            if _lock_at_once(descriptor) and kind_of(folder) == FOLDER:
                return folder, descriptor
        except OSError:  # no locks on this disk
            os.close(descriptor)
            folder.rmdir()
            raise
        os.close(descriptor)


def _lock_at_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def abandoned(folder: Path, older_than_s: float) -> Iterator[bool]:
    """Whether nobody writes into this staging folder any more and it is so old; if so, it is locked in the block."""
    try:
        descriptor = os.open(folder, _FOLDER)
    except FileNotFoundError:
        yield False
        return
    try:
        old = time.time() - os.fstat(descriptor).st_mtime >= older_than_s
        yield old and _lock_at_once(descriptor)
    finally:
        _unlock(descriptor)
