"""A data set repository in memory as the Hub keeps one: a line of commits, small files in git, large ones beside it."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

LARGE = {".zip", ".wav", ".flac"}  # what the .gitattributes of a new data set repository says, in part


class Moved(Exception):
    """The parent is not the newest commit."""


@dataclass(frozen=True)
class Blob:
    content: bytes
    large: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def oid(self) -> str:
        kept = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\n".encode()
        return git_sha1(kept if self.large else self.content)


@dataclass(frozen=True)
class Commit:
    oid: str
    parent: str | None
    title: str
    files: Mapping[str, Blob]


@dataclass
class Repo:
    """``commits`` from the oldest to the newest; ``uploads``: large files that came, whether committed or not."""

    name: str
    private: bool = True
    large_from: int = 10_000_000
    commits: list[Commit] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)  # names that a .gitignore would keep out
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self._add(None, "initial commit", {".gitattributes": Blob(b"*.zip filter=lfs\n", False)})

    @property
    def head(self) -> Commit:
        return self.commits[-1]

    def at(self, revision: str) -> Commit | None:
        if revision == "main":
            return self.head
        return next((c for c in self.commits if c.oid == revision), None)

    def is_large(self, path: str, size: int) -> bool:
        return size > 0 and (size >= self.large_from or PurePosixPath(path).suffix in LARGE)

    def commit(self, title: str, added: Mapping[str, Blob], parent: str | None) -> Commit:
        """One commit, strictly on top of ``parent``."""
        with self.lock:
            if parent is not None and parent != self.head.oid:
                raise Moved(f"{parent} is not {self.head.oid}")
            return self._add(self.head.oid, title, {**self.head.files, **added})

    def become(self, files: Mapping[str, bytes]) -> Commit:
        """One commit of somebody else after which the repository has these small files and no others."""
        with self.lock:
            return self._add(self.head.oid, "other files", {path: Blob(data, False) for path, data in files.items()})

    def _add(self, parent: str | None, title: str, files: Mapping[str, Blob]) -> Commit:
        listing = "".join(f"{path} {blob.oid}\n" for path, blob in sorted(files.items()))
        oid = git_sha1(f"{next(self._numbers)} {parent} {title}\n{listing}".encode())
        self.commits.append(Commit(oid, parent, title, dict(files)))
        return self.head

    def entries(self, commit: Commit, folder: str, recursive: bool) -> list[dict[str, object]] | None:
        """The listing of a folder as the Hub gives it; ``None`` where there is no such folder."""
        prefix = f"{folder}/" if folder else ""
        below = [path for path in commit.files if path.startswith(prefix)]
        if not below:
            return None
        found: dict[str, dict[str, object]] = {}
        for path in below:
            steps = path.removeprefix(prefix).split("/")
            for depth in range(1, len(steps)):
                name = prefix + "/".join(steps[:depth])
                if recursive or depth == 1:
                    found[name] = {"type": "directory", "path": name, "oid": git_sha1(name.encode()), "size": 0}
            if recursive or len(steps) == 1:
                found[path] = self.described(commit, path)
        return [found[name] for name in sorted(found)]

    def described(self, commit: Commit, path: str) -> dict[str, object]:
        """One path as the Hub describes it."""
        blob = commit.files[path]
        entry: dict[str, object] = {"type": "file", "path": path, "oid": blob.oid, "size": len(blob.content)}
        if blob.large:
            entry["lfs"] = {"oid": blob.sha256, "size": len(blob.content), "pointerSize": 134}
        return entry


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
