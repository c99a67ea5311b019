"""Zips as they should be and as they should not: every field of every header can be made to lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

LINK, PIPE, DEVICE = 0o120777 << 16, 0o010644 << 16, 0o020644 << 16
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


def make_zip(members: Mapping[str, bytes], method: int = DEFLATED) -> bytes:
    """An honest zip, the same bytes whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def deflated(data: bytes) -> bytes:
    """Raw deflate, as a zip holds it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@dataclass
class Member:
    """One member; what is ``None`` is as it should be, anything else is written as it is."""

    name: str | bytes
    data: bytes = b""
    method: int = STORED
    flags: int = 0x800
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None  # in the list
    packed_size: int | None = None  # in the list
    local_name: bytes | None = None
    local_size: int | None = None
    attributes: int = 0o100644 << 16
    extra: bytes = b""
    offset: int | None = None  # in the list
    body: bytes | None = None  # instead of a local header with the content
    fields: dict[str, int] = field(default_factory=dict)

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode("utf-8", "surrogatepass")

    @property
    def content(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflated(self.data) if self.method == DEFLATED else self.data

    def local(self) -> bytes:
        """The member's own header and its content."""
        if self.body is not None:
            return self.body
        name = self.raw_name if self.local_name is None else self.local_name
        size = len(self.data) if self.local_size is None else self.local_size
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        header = (b"PK\x03\x04", 20, self.flags, self.method, 0, 0x21, crc, len(self.content), size, len(name), 0)
        return struct.pack("<4s5H3I2H", *header) + name + self.content

    def listed(self, offset: int) -> bytes:
        """The member's entry in the list."""
        size = len(self.data) if self.size is None else self.size
        packed = len(self.content) if self.packed_size is None else self.packed_size
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        where = offset if self.offset is None else self.offset
        name, version = self.raw_name, self.fields.get("version", 20)
        sizes = (crc, packed, size, len(name), len(self.extra), 0, 0, 0, self.attributes, where)
        mark = (b"PK\x01\x02", 3 << 8 | 20, version, self.flags, self.method, 0, 0x21)
        return struct.pack("<4s6H3I5H2I", *mark, *sizes) + name + self.extra


def raw_zip(*members: Member, count: int | None = None, comment: bytes = b"", before: bytes = b"") -> bytes:
    """A zip of exactly these members."""
    body, offsets = before, []
    for member in members:
        offsets.append(len(body))
        body += member.local()
    entries = b"".join(member.listed(at) for member, at in zip(members, offsets, strict=True))
    number = min(len(members) if count is None else count, 0xFFFF)
    end = (b"PK\x05\x06", 0, 0, number, number, len(entries), len(body), len(comment))
    return body + entries + struct.pack("<4s4H2IH", *end) + comment


def zip64(size: int | None = None, packed: int | None = None, offset: int | None = None) -> bytes:
    """The extra field that gives the 64-bit values of an entry whose 32-bit ones are all ones."""
    values = [value for value in (size, packed, offset) if value is not None]
    return struct.pack("<2H", 1, 8 * len(values)) + b"".join(struct.pack("<Q", value) for value in values)


def bomb(megabytes: int) -> Member:
    """A small member that unpacks to this much."""
    return Member("bomb.json", b"0" * (megabytes * 2**20), DEFLATED)


def overlapping(copies: int = 50, megabytes: int = 1) -> bytes:
    """Many members that share one content, each listed under a name of its own."""
    kernel = Member("a0.json", b"0" * (megabytes * 2**20), DEFLATED)
    names = [Member(f"a{number}.json", kernel.data, DEFLATED, offset=0, body=b"") for number in range(1, copies)]
    return raw_zip(kernel, *names)


def quoting() -> bytes:
    """A member whose stored content is another whole member, listed too: each byte of it counts twice."""
    inner = Member("b.json", b"0" * 2**20)
    outer = Member("a.json", inner.local())
    inner.body, inner.offset = b"", len(outer.local()) - len(outer.data)
    return raw_zip(outer, inner)
