"""Uploads that somebody made to do harm by their size: up to what is taken (50 MB), and beyond. Written to a folder."""

from __future__ import annotations

import json
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from echomind.submissions.sent_files import Incoming
from tests.unit.submissions.hostile import MB, SET
from tests.unit.submissions.made_archives import DEFLATED, STORED, Member, make_zip, raw_zip
from tests.unit.submissions.made_sounds import wav


def _sparse(folder: Path, size: int, name: str = "large", head: bytes = b"") -> list[Incoming]:
    path = folder / name
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return [Incoming("large.json", path)]


def _stored_zip(folder: Path, megabytes: int, method: int = STORED) -> list[Incoming]:
    """An honest zip of one file, a tenth of it digits that hardly pack and the rest spaces."""
    path = folder / "large"
    with zipfile.ZipFile(path, "w", method) as archive, archive.open("a.json", "w", force_zip64=True) as file:
        for number in range(megabytes):
            digits = random.Random(number).randbytes(MB // 20).hex().encode()
            file.write(digits + b" " * (MB - len(digits)))
    return [Incoming("large.zip", path)]


def _written(
    folder: Path, pieces: Callable[[int], bytes], count: int, front: bytes, end: bytes, name: str = "large.json"
) -> list[Incoming]:
    path = folder / "large"
    with path.open("wb") as file:
        file.write(front)
        for number in range(count):
            file.write(pieces(number))
        file.write(end)
    return [Incoming(name, path)]


def _zipped_file(folder: Path, files: list[Incoming]) -> list[Incoming]:
    assert isinstance(files[0].content, Path)
    data = make_zip({"large.json": files[0].content.read_bytes()})
    files[0].content.write_bytes(data)
    return [Incoming("large.zip", files[0].content)]


# As large as is taken (50 MB), or larger. The first argument is a folder of their own.
LARGE: dict[str, Callable[[Path], list[Incoming]]] = {
    "200 MB of nothing": lambda folder: _sparse(folder, 200 * MB),
    "200 MB that begin well": lambda folder: _sparse(folder, 200 * MB, head=b"[{"),
    "49 MB of null bytes": lambda folder: _sparse(folder, 49 * MB),
    "49 MB of white space in an array": lambda folder: _written(folder, lambda n: b" " * MB, 49, b"[", b"]"),
    "49 MB in one line": lambda folder: _written(
        folder, lambda n: b"a" * MB, 49, b'{"key": "asr/id_1/target", "pred": "', b'"}'
    ),
    "49 MB in one field name": lambda folder: _written(folder, lambda n: b"a" * MB, 49, b'[{"', b'": 1}]'),
    "five million fields of one object": lambda folder: _written(
        folder, lambda n: b'"%07x":1,' % n, 4_300_000, b"[{", b'"z":1}]'
    ),
    "five million fields of one line": lambda folder: _written(
        folder, lambda n: b'"%07x":1,' % n, 4_300_000, b"{", b'"z":1}'
    ),
    "eight million texts": lambda folder: _written(folder, lambda n: b'"%03x",' % (n % 4096), 8_000_000, b"[", b'""]'),
    "twelve million numbers": lambda folder: _written(folder, lambda n: b"0.1,", 12_000_000, b"[", b"0]"),
    "as many values as are taken": lambda folder: _written(
        folder, lambda n: b'"%036x":0.1,' % n, 999_990, b"[{", b'"z":1}]'
    ),
    "as many records as are taken": lambda folder: _written(
        folder, lambda n: b'{"case_id":"%d","predicted_answer":"x"},' % n, 99_999, b"[", b"{}]"
    ),
    "as many lines as are taken": lambda folder: _written(
        folder, lambda n: b'{"key":"asr/%d/target","pred":"%0400d"}\n' % (n, n), 99_999, b"", b""
    ),
    "sixteen million lines": lambda folder: _written(folder, lambda n: b"{}\n", 16_000_000, b"", b""),
    "a million empty lines": lambda folder: _written(folder, lambda n: b"\n", 1_000_000, b"", b""),
    "49 MB of escapes": lambda folder: _written(
        folder, lambda n: b"\\u0301" * 1_000, 8_000, b'[{"case_id": "id_1", "predicted_answer": "', b'"}]'
    ),
    "49 MB of emoji": lambda folder: _written(
        folder, lambda n: "\U0001f600".encode() * 1_000, 12_000, b'[{"case_id": "id_1", "predicted_answer": "', b'"}]'
    ),
    "49 MB of broken characters": lambda folder: _written(folder, lambda n: b"\xff" * MB, 49, b"[", b""),
    "49 MB of brackets": lambda folder: _written(folder, lambda n: b"[" * MB, 49, b"", b""),
    "answers of 20,000 characters": lambda folder: _written(
        folder,
        lambda n: (
            json.dumps({"key": f"understanding/{SET.level('understanding')[n].id}", "pred": "A. " * 6_600}).encode()
            + b"\n"
        ),
        len(SET.level("understanding")),
        b"",
        b"",
    ),
    "45 MB of sound": lambda folder: _written(
        folder, lambda n: bytes(MB), 45, wav(0, said=45 * MB, riff=45 * MB), b"", "large.wav"
    ),
    "45 MB of text in a zip": lambda folder: _zipped_file(
        folder, _written(folder, lambda n: b'"%07x":1,' % n, 3_900_000, b"[{", b'"z":1}]')
    ),
    "a zip of 200 MB": lambda folder: _stored_zip(folder, 200),
    "a zip of 49 MB": lambda folder: _stored_zip(folder, 49),
    "a zip that unpacks to 200 MB": lambda folder: _stored_zip(folder, 200, DEFLATED),
    "200 MB in ten files": lambda folder: [
        Incoming(f"{n}.json", _sparse(folder, 20 * MB, str(n))[0].content) for n in range(10)
    ],
    "a gigabyte in a zip": lambda folder: _sparse_zip(folder, 1024),
    "45 MB of zip entries": lambda folder: _written(
        folder, lambda n: b"PK\x01\x02" + bytes(42), 1_000_000, b"PK\x03\x04", b""
    ),
}


def _sparse_zip(folder: Path, megabytes: int) -> list[Incoming]:
    """A zip that really unpacks to this much, packed block by block."""
    packer, crc, packed = zlib.compressobj(9, zlib.DEFLATED, -15), 0, []
    for _ in range(megabytes):
        packed.append(packer.compress(bytes(MB)))
        crc = zlib.crc32(bytes(MB), crc)
    content = b"".join(packed) + packer.flush()
    size = megabytes * MB
    member = Member("a.json", b"", DEFLATED, packed=content, crc=crc, size=size, local_size=size)
    path = folder / "large"
    path.write_bytes(raw_zip(member))
    return [Incoming("large.zip", path)]
