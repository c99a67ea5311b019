"""A zip from outside, unpacked safely: everything that can be known beforehand is checked before a byte is written.

First the list of members as a whole: how many, their names, kinds, sizes, and whether they overlap, which is how a
small zip becomes a huge one. Only then is anything unpacked, in blocks, to files that we name; what a member really
holds is counted and must be what the list says. Nothing is written outside the folder given, nothing larger than the
limit, and no member is held in memory. An archive inside the archive is refused, told by its content.
"""

from __future__ import annotations

import copy
import mmap
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from echomind.benchmark.fields import shown
from echomind.errors import DataError
from echomind.scoring.problems import Problem, Problems
from echomind.scoring.read_files import MAX_BYTES
from echomind.submissions.content import ARCHIVE_ENDINGS, archive_kind
from echomind.submissions.sent_names import SentNames, check_name

# EchoMind has 3,356 replies that may each have a sound; the rest is for folders and what ``evaluate`` writes beside.
MAX_MEMBERS = 8_000
# Times that a member may be larger than its compressed bytes; deflate can reach 1,032. The most repetitive file that an
# honest model makes, the same short answer to every question with all of the official fields, reaches about 50.
MAX_RATIO = 200
RATIO_FROM = 2**20  # bytes; below this a ratio does no harm: a second of digital silence is as repetitive as a bomb
BLOCK = 2**16  # bytes read and written at a time

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # of the others one block may unpack to 80 MB at once
_OTHER_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz"}
_ENCRYPTED, _PATCH, _STRONG, _MASKED = 0x1, 0x20, 0x40, 0x2000
_LISTED = re.compile(rb"PK\x01\x02")  # begins every member's entry in the list
_LOCAL = struct.Struct("<4s22xHH")  # mark, length of the name and of the extra field; the member's bytes follow these
# What zipfile and zlib raise for archives that are damaged or lie.
_DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, struct.error)
_DAMAGED_TOO = (NotImplementedError, ValueError, OverflowError)  # a version from the future, a name in no encoding, …
_WHOLE = "a complete zip archive"


@dataclass(frozen=True)
class Unpacked:
    """One member: its name in the archive, which is only text, and where its bytes lie."""

    name: str
    path: Path
    size: int


@dataclass
class Room:
    """How many bytes one upload may still take when unpacked, and the folder that they go to."""

    folder: Path
    left: int
    limit: int
    _number: int = 0

    def new_file(self) -> Path:
        """A path for the next file, named by us."""
        self._number += 1
        return self.folder / f"{self._number:05}"

    @property
    def expected(self) -> str:
        """The limit, for messages."""
        return f"at most {self.limit / 2**20:.0f} MB unpacked, all files together"


class _Refused(Exception):
    """A member is not what it may be; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.line())
        self.problem = problem


def unpack(path: Path, sent_as: str, room: Room, names: SentNames, problems: Problems) -> list[Unpacked]:
    """The members of a zip, unpacked into ``room``; nothing, with problems noted, where any of them may not be.

    Folders and hidden files (``.DS_Store``, ``__MACOSX/._x``) are checked like the others and not unpacked. ``names``
    are those of the whole upload. Raises ``OSError`` where the folder cannot be written.
    """
    here = Problem(sent_as)
    try:
        count = _listed(path)
        if count > MAX_MEMBERS:  # before zipfile makes an object of each
            expected = f"at most {MAX_MEMBERS}"
            raise _Refused(replace(here, found=f"an archive of more than {MAX_MEMBERS} members", expected=expected))
        with path.open("rb") as file, _opened(file, here) as archive:
            before = problems.count
            _check_list(archive, file, here, room, names, problems)
            if problems.count > before:
                return []
            return list(_unpacked(archive, here, room, problems))
    except _Refused as refused:
        problems.add(refused.problem)
        return []


def _listed(path: Path) -> int:
    """How many members the list can have at most, whatever its end says; counts no further than the limit."""
    if not path.stat().st_size:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return sum(1 for _ in islice(_LISTED.finditer(data), MAX_MEMBERS + 1))


def _opened(file: BinaryIO, here: Problem) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (*_DAMAGED, *_DAMAGED_TOO, OSError) as error:
        raise _Refused(replace(here, found=f"a damaged archive ({_reason(error)})", expected=_WHOLE)) from None


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _check_list(
    archive: zipfile.ZipFile, file: BinaryIO, here: Problem, room: Room, names: SentNames, problems: Problems
) -> None:
    """Everything that the list of members says, with a problem for each fault."""
    members = archive.infolist()
    if not members:
        problems.add(replace(here, found="an archive without members", expected="predictions"))
    total = sum(info.file_size for info in members)
    if total > room.left:
        problems.add(replace(here, found=f"{total / 2**20:.0f} MB when unpacked", expected=room.expected))
    for info in members:
        member = replace(here, item=info.orig_filename)
        try:
            if _is_folder(info) or _is_hidden(info):  # several archives may have the same ones
                check_name(info.orig_filename.removesuffix("/"))
            else:
                names.take(info.orig_filename)
        except DataError as error:
            problems.add(here.because_of(error))
        found, expected = _fault(info)
        if found:
            problems.add(replace(member, found=found, expected=expected))
    _check_places(archive, file, here, problems)


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith("/")


def _is_hidden(info: zipfile.ZipInfo) -> bool:
    return any(part.startswith(".") for part in info.filename.split("/"))


def _fault(info: zipfile.ZipInfo) -> tuple[str, str]:
    """What is wrong with a member by itself: found, expected; two empty texts where nothing is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    flags = info.flag_bits
    if stat.S_ISLNK(kind):
        return "a link", "a file"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a device, pipe or socket", "a file"
    if flags & (_ENCRYPTED | _STRONG | _MASKED):
        return "an encrypted file", "a file that anybody can read"
    if info.compress_type not in _METHODS or flags & _PATCH:
        method = _OTHER_METHODS.get(info.compress_type, f"number {info.compress_type}")
        return f"the compression {'of patches' if flags & _PATCH else method}", "deflate, or none"
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:
        return (
            f"{info.file_size} bytes packed into {info.compress_size}",
            f"at most {MAX_RATIO} times as many; send it unpacked",
        )
    if info.filename.lower().endswith(ARCHIVE_ENDINGS):
        return "an archive inside the archive", "the files themselves"
    if info.file_size > MAX_BYTES:
        return f"{info.file_size / 2**20:.0f} MB", f"at most {MAX_BYTES // 2**20} MB a file"
    if _is_folder(info) and info.file_size:
        return "a folder with content of its own", "a file or a folder"
    return "", ""


def _check_places(archive: zipfile.ZipFile, file: BinaryIO, here: Problem, problems: Problems) -> None:
    """That the members' bytes lie in the file one behind the other, before the list, none of them twice."""
    end_before, before = 0, ""
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        member = replace(here, item=info.orig_filename)
        end = _end_of(info, file)
        if end is None or end > archive.start_dir:
            problems.add(replace(member, found="content beyond the end of the archive", expected=_WHOLE))
            return
        if info.header_offset < end_before:
            found = f"content that overlaps that of {shown(before)}"
            problems.add(replace(member, found=found, expected="each member's content by itself"))
            return
        end_before, before = end, info.orig_filename


def _end_of(info: zipfile.ZipInfo, file: BinaryIO) -> int | None:
    """Where the member's bytes end by its own header; ``None`` where there is no such header."""
    if not 0 <= info.header_offset < 2**62:
        return None
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:
        return None
    mark, name, extra = _LOCAL.unpack(header)
    return info.header_offset + _LOCAL.size + name + extra + info.compress_size if mark == b"PK\x03\x04" else None


def _unpacked(archive: zipfile.ZipFile, here: Problem, room: Room, problems: Problems) -> Iterator[Unpacked]:
    for info in archive.infolist():
        if _is_folder(info) or _is_hidden(info):
            continue
        member = replace(here, item=info.orig_filename)
        path = room.new_file()
        try:
            size = _unpack_one(archive, info, path, member)
        except _Refused as refused:
            problems.add(refused.problem)
            continue
        room.left -= size
        yield Unpacked(info.filename, path, size)


def _unpack_one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, member: Problem) -> int:
    """Write a member's bytes to ``path``; returns how many. ``_Refused`` where they are not what the list says."""
    whole = copy.copy(info)
    whole.file_size = info.file_size + 2 * BLOCK  # read to its real end: zipfile alone would stop where the list says
    size = 0
    with path.open("xb") as out:
        for block in _blocks(archive, whole, member):
            kind = archive_kind(block) if not size else ""
            if kind:
                found = f"an archive inside the archive ({kind})"
                raise _Refused(replace(member, found=found, expected="the files themselves"))
            size += len(block)
            if size > info.file_size:
                break
            out.write(block)
    if size != info.file_size:
        found = f"{'more than' if size > info.file_size else 'only'} {min(size, info.file_size)} bytes of content"
        raise _Refused(replace(member, found=found, expected=f"the {info.file_size} that the list promises"))
    return size


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: Problem) -> Iterator[bytes]:
    try:
        with archive.open(info) as content:
            while block := content.read(BLOCK):
                yield block
    except (*_DAMAGED, *_DAMAGED_TOO) as error:
        raise _Refused(replace(member, found=f"damaged content ({_reason(error)})", expected=_WHOLE)) from None
