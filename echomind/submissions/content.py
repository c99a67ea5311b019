"""What a file is, told by its first bytes: names say nothing that can be relied on."""

from __future__ import annotations

from typing import Literal

HEAD = 512  # bytes; enough for the mark of every format below

# Offset, mark, and what people call it. A zip with nothing in it begins with its end.
_ARCHIVES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"PK\x07\x08", "zip"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\x1f\x9d", "compress"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (0, b"Rar!\x1a\x07", "RAR"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"\x04\x22\x4d\x18", "LZ4"),
    (0, b"LZIP", "lzip"),
    (0, b"MSCF\x00\x00\x00\x00", "cabinet"),
    (0, b"xar!", "xar"),
    (257, b"ustar", "tar"),
)
ARCHIVE_ENDINGS = (
    *(".zip", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".7z", ".rar", ".zst", ".lz4", ".lz", ".tar", ".cab"),
    *(".jar", ".war", ".whl", ".xar", ".z"),
)
Sound = Literal["wav", "flac"]


def archive_kind(head: bytes) -> str:
    """The kind of archive or compressed file that begins like this, e.g. ``"gzip"``; "" for anything else."""
    return next((name for at, mark, name in _ARCHIVES if head[at : at + len(mark)] == mark), "")


def sound_kind(head: bytes) -> Sound | None:
    """Whether a file begins as WAV or FLAC does."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    return "flac" if head[:4] == b"fLaC" else None
