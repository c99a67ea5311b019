"""The clips of a data set: names from its records to files inside its folder, and never outside it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from echomind.benchmark.fields import shown
from echomind.errors import DataError

SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a")  # a record says .wav; a repacked set may hold another
MAX_PATH = 400  # characters; the longest official path has about a hundred


def relative(text: str) -> PurePosixPath:
    """A relative path from a record; raises ``DataError`` for one that could point outside, or that is no path."""
    path = PurePosixPath(text)
    outside = path.is_absolute() or ".." in path.parts or "\\" in text or text[1:2] == ":"
    if outside or not path.parts or not text.isprintable() or len(text) > MAX_PATH:
        raise DataError(f"found {shown(text)}, expected a relative path inside the data folder, with forward slashes")
    return path


def stem(path: PurePosixPath) -> PurePosixPath:
    """The path without an audio suffix; another one is part of the name."""
    return path.with_suffix("") if path.suffix.lower() in SUFFIXES else path


class Clips:
    """The files under ``root``, found by the path that a record gives, whatever their audio suffix.

    ``leading`` are folder names in front that records may repeat (``dataset/data_synthesis/audio/...``).
    """

    def __init__(self, root: Path, leading: tuple[str, ...] = ()) -> None:
        self.root = root
        self._begin(leading)
        for folder, _, names in os.walk(root):
            inside = PurePosixPath(Path(folder).relative_to(root).as_posix())
            for name in sorted(names):
                self._add(inside / name)
        # Links may lead to where the user keeps the sound, or into the cache of the Hub: a snapshot is all links.
        self._allowed = [root.resolve()]
        snapshot = next((parent for parent in root.absolute().parents if parent.parent.name == "snapshots"), None)
        if snapshot is not None:
            self._allowed.append((snapshot.parent.parent / "blobs").resolve())

    def _begin(self, leading: tuple[str, ...]) -> None:
        self._leading = leading
        self._files: dict[PurePosixPath, PurePosixPath] = {}
        self._by_name: dict[str, list[PurePosixPath]] = defaultdict(list)

    def _add(self, path: PurePosixPath) -> None:
        self._files[path] = path
        self._files.setdefault(stem(path), path)
        self._by_name[stem(path).name].append(path)

    def __len__(self) -> int:
        return sum(map(len, self._by_name.values()))

    def path(self, name: str, folder: str = "") -> PurePosixPath:
        """Path below ``root`` as a record means it: leading folder names dropped, ``folder`` put in front once."""
        parts = self._below(relative(name))
        if folder:
            front = self._below(relative(folder))
            parts = parts if parts[: len(front)] == front else front + parts
        if not parts:
            raise DataError(f"found {shown(name)}, expected the name of a file")
        return PurePosixPath(*parts)

    def _below(self, path: PurePosixPath) -> tuple[str, ...]:
        parts = path.parts
        for word in self._leading:
            if parts and parts[0] == word:
                parts = parts[1:]
        return parts

    def find(self, path: PurePosixPath) -> Path | None:
        """The file of a path: this name, with another audio suffix, or (for a bare name) the one file called so.

        ``None`` when it is not on this disk. Raises ``DataError`` when a link leads out of the data folder, or when
        several files have the bare name.
        """
        found = self._files.get(path) or self._files.get(stem(path))
        if found is None and len(path.parts) == 1:
            named = self._by_name.get(stem(path).name, [])
            if len(named) > 1:
                raise DataError(f"found {len(named)} files called {shown(path.name)}, expected one, or its folder")
            found = named[0] if named else None
        if found is None:
            return None
        real = (self.root / found).resolve()
        if not any(real.is_relative_to(folder) for folder in self._allowed):
            raise DataError(f"found {shown(str(path))}, a link out of the data folder, expected a file inside it")
        return self.root / found


class SentClips(Clips):
    """Files that were sent: found by the names they were sent under, which are only text; they lie under other names.

    ``files`` by name. Nobody knows which folder records count from, so the last parts of a name do where one file alone
    has them: ``male/a.wav`` finds ``box/sound/male/a.wav``.
    """

    _INDEXED = 3  # last parts of a name by which candidates are found; the others are compared one by one

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._begin(())
        self._sent = {PurePosixPath(name): path for name, path in files.items()}
        self._by_end: dict[tuple[str, ...], list[PurePosixPath]] = defaultdict(list)
        for name in sorted(self._sent):
            self._add(name)
            for count in range(1, self._INDEXED + 1):
                self._by_end[stem(name).parts[-count:]].append(name)

    def find(self, path: PurePosixPath) -> Path | None:
        """The file of a path: this name, or the one file whose name ends with it; with another audio suffix, too.

        ``None`` when it was not sent. Raises ``DataError`` when several files have such a name.
        """
        found = self._files.get(path) or self._files.get(stem(path))
        if found is None:
            parts = stem(path).parts
            ending = self._by_end.get(parts[-self._INDEXED :], [])
            named = [name for name in ending if stem(name).parts[-len(parts) :] == parts]
            if len(named) > 1:
                raise DataError(f"found {len(named)} files called {shown(str(path))}, expected one, or its folder")
            found = named[0] if named else None
        return None if found is None else self._sent[found]
