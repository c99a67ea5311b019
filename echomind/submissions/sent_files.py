"""The files of one upload, brought into a folder of ours under names of ours, and told apart by what they hold.

A file is a zip, sound (WAV or FLAC), or else taken to be predictions; where its name has an ending, that has to say the
same, since people and programs go by it. In a zip the endings ``.json``, ``.jsonl``, ``.wav`` and ``.flac`` say what is
meant, as they do in a folder; the rest is left out and told.
"""

from __future__ import annotations

import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from echomind.benchmark.clips import SUFFIXES as SOUND_ENDINGS
from echomind.errors import DataError
from echomind.scoring.problems import Problem, Problems
from echomind.scoring.read_files import MAX_FILES, PREDICTIONS, SUFFIXES, that_count
from echomind.submissions.archive import BLOCK, Room, Unpacked, unpack
from echomind.submissions.content import HEAD, archive_kind, sound_kind
from echomind.submissions.sent_names import SentNames

TAKEN = "predictions, WAV or FLAC sound, or a zip of them"
_TAKEN_SOUND = (".wav", ".flac")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}\Z")  # "Qwen2.5-Omni" has none


@dataclass(frozen=True)
class Incoming:
    """One file as it comes in: what its sender calls it, and its bytes or where they lie."""

    sent_as: str
    content: Path | bytes


@dataclass(frozen=True)
class Sent:
    """One file of an upload that counts: the name it was sent under, which is only text, and where it lies."""

    name: str
    path: Path
    size: int
    kind: Literal["predictions", "sound"]


class Arrivals:
    """Takes in the files of one upload; what is wrong with them goes to ``problems``, what is left out to ``warnings``.

    ``voice`` decides between the two voices of the official runner's tree.
    """

    def __init__(self, room: Room, voice: Literal["tts", "human"], problems: Problems, warnings: Problems) -> None:
        self._room, self._voice, self._problems, self._warnings = room, voice, problems, warnings
        self._names = SentNames()

    def take(self, files: Sequence[Incoming]) -> list[Sent]:
        """The files that count, zips unpacked. Raises ``OSError`` where the room cannot be written."""
        if not files:
            self._problems.add(Problem(found="no file", expected=TAKEN))
        if len(files) > MAX_FILES:
            self._problems.add(Problem(found=f"{len(files)} files", expected=f"at most {MAX_FILES}, or a zip of them"))
            return []
        sizes = [self._size(file) for file in files]
        total = sum(size or 0 for size in sizes)
        if total > self._room.limit:  # before a byte is read
            expected = f"at most {self._room.limit / 2**20:.0f} MB"
            name, in_all = (files[0].sent_as, "") if len(files) == 1 else ("", " in all")
            self._problems.add(Problem(name, found=f"{total / 2**20:.1f} MB{in_all}", expected=expected))
            return []
        found = [sent for file, size in zip(files, sizes, strict=True) if size is not None for sent in self._one(file)]
        predictions = sum(sent.kind == "predictions" for sent in found)
        if predictions > MAX_FILES:
            self._problems.add(Problem(found=f"{predictions} files of predictions", expected=f"at most {MAX_FILES}"))
        return found if predictions <= MAX_FILES else []

    def _size(self, file: Incoming) -> int | None:
        """Bytes of a file; ``None`` with a problem noted for what is none."""
        if isinstance(file.content, bytes):
            return len(file.content)
        try:
            status = file.content.stat()
        except (OSError, ValueError) as error:  # ValueError: a null character in the path
            why = error.strerror if isinstance(error, OSError) else "no path"
            self._problems.add(Problem(file.sent_as, found=f"a file that cannot be read ({why})", expected=TAKEN))
            return None
        if not stat.S_ISREG(status.st_mode):
            self._problems.add(Problem(file.sent_as, found="no file", expected=TAKEN))
            return None
        return status.st_size

    def _one(self, file: Incoming) -> Iterator[Sent]:
        try:
            self._names.take(file.sent_as)
        except DataError as error:
            self._problems.add(Problem().because_of(error))
            return
        here = Problem(file.sent_as)
        copied = self._copied(file)
        with copied.path.open("rb") as content:
            head = content.read(HEAD)
        archive, sound = archive_kind(head), sound_kind(head)
        if archive in ("", "zip") and (found := _misnamed(file.sent_as, archive, bool(sound))):
            self._problems.add(replace(here, found=found[0], expected=found[1]))
        elif archive == "zip":
            members = unpack(copied.path, file.sent_as, self._room, self._names, self._problems)
            copied.path.unlink()
            yield from self._of_archive(file.sent_as, members)
        elif archive:
            self._problems.add(replace(here, found=f"a {archive} archive", expected=TAKEN))
        elif copied.size > self._room.left:
            self._problems.add(replace(here, found="more than there is room for", expected=self._room.expected))
        else:
            self._room.left -= copied.size
            yield Sent(copied.name, copied.path, copied.size, "sound" if sound else "predictions")

    def _copied(self, file: Incoming) -> Unpacked:
        path = self._room.new_file()
        with path.open("xb") as out:
            if isinstance(file.content, bytes):
                out.write(file.content)
            else:
                with file.content.open("rb") as source:
                    shutil.copyfileobj(source, out, BLOCK)
            return Unpacked(file.sent_as, path, out.tell())

    def _of_archive(self, archive: str, members: Sequence[Unpacked]) -> Iterator[Sent]:
        """Of an archive's members those that count; the others are told, all in one line."""
        predictions, sounds, rest = [], [], []
        for member in members:
            name = PurePosixPath(member.name)
            if name.suffix.lower() in SUFFIXES:
                predictions.append(name)
            elif name.suffix.lower() in _TAKEN_SOUND:
                sounds.append(name)
            elif name.suffix.lower() in SOUND_ENDINGS:
                found = f"a {name.suffix} file"
                self._problems.add(Problem(archive, item=member.name, found=found, expected="sound as WAV or FLAC"))
            else:
                rest.append(name)
        more = f" and {len(rest) - 1} more" if len(rest) > 1 else ""
        if rest:
            found = f"{rest[0]}{more}, left out: neither .json, .jsonl, .wav nor .flac"
            self._warnings.add(Problem(archive, found=found))
        if members and not predictions and not sounds:
            only = f", only {rest[0]}{more}" if rest else ""
            found = f"no file of predictions in this archive{only}"
            self._problems.add(Problem(archive, found=found, expected=PREDICTIONS))
        by_name = {PurePosixPath(member.name): member for member in members}
        for name in that_count(sorted(predictions), self._voice, self._warnings):
            yield Sent(str(name), by_name[name].path, by_name[name].size, "predictions")
        for name in sorted(sounds):
            yield Sent(str(name), by_name[name].path, by_name[name].size, "sound")


def _misnamed(name: str, archive: str, is_sound: bool) -> tuple[str, str] | None:
    """Where the ending of a name and what the file holds disagree: found, expected. No ending agrees with anything."""
    match = _ENDING.search(name)
    ending = match.group().lower() if match else ""
    holds: str = "neither sound nor an archive"
    endings: tuple[str, ...] = SUFFIXES
    if archive:
        holds, endings = "a zip archive", (".zip",)
    elif is_sound:
        holds, endings = "sound", _TAKEN_SOUND
    if not ending or ending in endings:
        return None
    if archive or is_sound:
        return f"{holds} in a file that ends in {ending}", f"a name that ends in {' or '.join(endings)}"
    meant = {".zip": "a zip archive"} | dict.fromkeys(_TAKEN_SOUND, "sound as WAV or FLAC")
    if ending in meant:
        return f"{holds} in a file that ends in {ending}", meant[ending]
    return f"a file that ends in {ending}", f"one that ends in {', '.join((*SUFFIXES, '.zip', '.wav'))} or .flac"
