"""Results from a data set repository on the Hub, as folders on this disk: one a commit, complete, checked and final.

The repository has a folder ``results/`` like the one that comes with the app. A commit is fetched into a folder of its
own, file by file, each against its hash; what did not change is taken from the folder before. Files that ``results
check`` complains about are left out, with what hangs on them, and named. The folder gets its name only when all this is
done, so whoever reads it reads one commit.
"""

from __future__ import annotations

import datetime
import logging
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from echomind.errors import ResultsError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.check import NOT_RECORDS, STUDIES, check_results
from echomind.leaderboard.records import SLUG, visible
from echomind.leaderboard.scripts_data import FOLDER, MAX_BYTES
from echomind.submissions.hub_repo import Blob, HubRepo

log = logging.getLogger(__name__)
ROOT = "results"  # the folder in the repository, and in each of ours
ABOUT = "copy.json"  # beside it; written last
MOST_FILES = 5_000  # 500 models with their scripts on five boards
KEPT = 3  # folders; whoever still reads the one before has until the next but one
STALE_S = 3600.0  # after which what was begun and not finished is rubbish
READERS = 4
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


class _About(BaseModel):
    """What a folder holds: ``files`` are digests by path, ``left_out`` why files of the commit are not among them.

    ``since``: the commit of which time the first copy of this machine had each file as it is now.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    repo: str
    commit: Annotated[str, Field(pattern=rf"^{_COMMIT.pattern}$")]
    at: datetime.datetime
    files: dict[str, str]
    left_out: dict[str, str]
    since: dict[str, datetime.datetime]


class HubCopy(BaseModel):
    """The results of one commit. ``folder`` is laid out as ``results/``; ``left_out``: reasons by path.

    ``since``: by path, the time of the first commit that was seen here with the file as it is; it may have been
    changed by an earlier one that nobody here saw.
    """

    model_config = ConfigDict(frozen=True)

    folder: Path
    commit: str
    at: datetime.datetime
    left_out: dict[str, str]
    since: dict[str, datetime.datetime] = {}

    def records(self) -> set[str]:
        """``<board>/<slug>`` of every record."""
        return record_names(self.folder)


def record_names(results_dir: Path) -> set[str]:
    """``<board>/<slug>`` of every file of a record below a folder of results."""
    return {f"{path.parent.name}/{path.stem}" for board in BOARDS for path in (results_dir / board).glob("*.json")}


class HubCopies:
    """The copies of ``repo`` below ``root``. Several processes may share them."""

    def __init__(self, repo: HubRepo, root: Path) -> None:
        self.repo, self.root = repo, root

    def last(self) -> HubCopy | None:
        """The newest copy on this disk that is still what was fetched, file by file; ``None`` without one."""
        found = sorted(self._finished(), key=lambda about: about.at, reverse=True)
        return next((self._copy(about) for about in found if self._whole(about)), None)

    def newest(self, known: HubCopy | None = None) -> HubCopy:
        """The newest commit; ``known`` itself where that is it.

        Raises ``StoreUnavailable`` while the Hub is away, ``StoreError`` for what cannot be as the Hub says,
        ``ResultsError`` where nothing in the commit is a record, ``OSError`` as the disk does.
        """
        commit, at = self.repo.newest()
        known = known or self.last()
        if known is not None and known.commit == commit:
            return known
        if not _COMMIT.fullmatch(commit):
            raise ResultsError(f"{self.repo.repo_id}: found the commit {visible(commit)[:80]!r}, expected its hash")
        about = self._read(self.root / commit)
        if about is None or not self._whole(about):
            about = self._fetch(commit, at, known)
        self._tidy(commit)
        return self._copy(about)

    def _fetch(self, commit: str, at: datetime.datetime, known: HubCopy | None) -> _About:
        wanted, left_out = _wanted(self.repo.tree(ROOT, commit), self.repo.repo_id)
        self.root.mkdir(parents=True, exist_ok=True)
        own = Path(tempfile.mkdtemp(dir=self.root, prefix=".new-"))
        try:
            with ThreadPoolExecutor(READERS) as readers:
                contents = readers.map(lambda blob: self._content(blob, known), wanted.values())
                for path, content in zip(wanted, contents, strict=True):
                    place = own / ROOT / path
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content)
            (own / ROOT).mkdir(exist_ok=True)
            left_out |= _without_bad(own / ROOT)
            for path, why in left_out.items():
                log.error("%s, commit %s: left out %s: %s", self.repo.repo_id, commit[:7], path, why)
            if not record_names(own / ROOT):
                raise ResultsError(f"{self.repo.repo_id}, commit {commit[:7]}: found no valid record in {ROOT}/")
            files = {path: blob.digest for path, blob in wanted.items() if (own / ROOT / path).exists()}
            about = _About(
                repo=self.repo.repo_id,
                commit=commit,
                at=at,
                files=files,
                left_out=left_out,
                since=self._since(files, at, known),
            )
            (own / ABOUT).write_text(about.model_dump_json(), encoding="utf-8")
            self._put(own, self.root / commit)
            return about
        finally:
            shutil.rmtree(own, ignore_errors=True)  # is gone where all went well

    def _put(self, own: Path, place: Path) -> None:
        """Give the folder its name; one of another process that has it already is as good, unless it is broken."""
        found = self._read(place)
        if place.exists() and (found is None or not self._whole(found)):
            shutil.rmtree(place)
        try:
            own.rename(place)
        except OSError:
            if not place.is_dir():
                raise

    def _content(self, blob: Blob, known: HubCopy | None) -> bytes:
        if known is not None:
            here = known.folder.parent / blob.path
            if here.is_file() and blob.holds(content := here.read_bytes()):
                return content
        return self.repo.read(blob)

    def _since(
        self, files: dict[str, str], at: datetime.datetime, known: HubCopy | None
    ) -> dict[str, datetime.datetime]:
        before = self._read(known.folder.parent) if known is not None else None
        if before is None:
            return dict.fromkeys(files, at)
        same = {path for path, digest in files.items() if before.files.get(path) == digest}
        return {path: before.since[path] if path in same else at for path in files}

    def _copy(self, about: _About) -> HubCopy:
        folder = self.root / about.commit / ROOT
        return HubCopy(folder=folder, commit=about.commit, at=about.at, left_out=about.left_out, since=about.since)

    def _read(self, folder: Path) -> _About | None:
        try:
            about = _About.model_validate_json((folder / ABOUT).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            log.error("%s: cannot be read and is fetched anew: %s", folder.name, error)
            return None
        return about if (about.repo, about.commit) == (self.repo.repo_id, folder.name) else None

    def _whole(self, about: _About) -> bool:
        folder = self.root / about.commit / ROOT
        try:
            there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
            same = there == set(about.files) and all(
                Blob(path, digest, about.commit).holds((folder / path).read_bytes())
                for path, digest in about.files.items()
            )
            return same and check_results(folder).ok  # it may have been checked by an app that asked for less
        except OSError as error:
            log.error("%s: cannot be read and is fetched anew: %s", about.commit, error)
            return False

    def _finished(self) -> list[_About]:
        if not self.root.is_dir():
            return []
        return [about for folder in self.root.iterdir() if (about := self._read(folder)) is not None]

    def _tidy(self, commit: str) -> None:
        """Take away what nobody reads any more: folders of old commits, and what was begun long ago."""
        old = sorted((a for a in self._finished() if a.commit != commit), key=lambda about: about.at, reverse=True)
        gone = [self.root / about.commit for about in old[KEPT - 1 :]]
        gone += [path for path in self.root.glob(".new-*") if time.time() - path.stat().st_mtime > STALE_S]
        for folder in gone:
            shutil.rmtree(folder, ignore_errors=True)  # what cannot be removed now is found again


def _wanted(blobs: Iterable[Blob], repo_id: str) -> tuple[dict[str, Blob], dict[str, str]]:
    """By path below ``results/``, the files that may be of a board, and why others are left out.

    Studies and notes for readers are nobody's rows: they are passed over.
    """
    wanted: dict[str, Blob] = {}
    left_out: dict[str, str] = {}
    for blob in blobs:
        path = blob.path.removeprefix(f"{ROOT}/")
        board, *rest = path.split("/")
        if board == STUDIES or path.rpartition("/")[2] in NOT_RECORDS:
            continue
        known = board in BOARDS and (len(rest) == 1 or (len(rest) == 2 and rest[0] == FOLDER))
        if not known or not rest[-1].endswith(".json") or not SLUG.fullmatch(rest[-1].removesuffix(".json")):
            left_out[visible(path)] = "not the place of a record or its scripts"
        elif blob.size > MAX_BYTES:
            left_out[path] = f"found {blob.size:,} bytes, expected at most {MAX_BYTES:,}"
        else:
            wanted[path] = blob
    if len(wanted) > MOST_FILES:
        raise ResultsError(f"{repo_id}: found {len(wanted):,} files of results, expected at most {MOST_FILES:,}")
    return wanted, left_out


def _without_bad(folder: Path) -> dict[str, str]:
    """Remove what a check complains about until it complains no more; why, by path."""
    left_out: dict[str, str] = {}
    while bad := check_results(folder).bad:
        for path, lines in bad.items():
            left_out[visible(path.as_posix())] = "; ".join(lines)
            (folder / path).unlink()
    return left_out
