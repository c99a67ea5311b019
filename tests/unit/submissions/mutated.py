"""Uploads with faults drawn by chance: in their bytes, their records, their names, their archives, sounds and forms."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from echomind.submissions.sent_files import Incoming
from tests.unit.submissions.hostile import LINES, NASTY_NAMES, OFFICIAL, SMALL, SPOKEN
from tests.unit.submissions.made_archives import DEFLATED, LINK, STORED, Member, make_zip, raw_zip, zip64
from tests.unit.submissions.made_challenge import challenge_files
from tests.unit.submissions.made_sounds import sound, wav
from tests.unit.submissions.made_uploads import FULL_FORM as GOOD_FORM

Draw = Callable[[st.SearchStrategy[Any]], Any]
Files = dict[str, bytes]


@dataclass
class Case:
    """One upload: its files, and what the form and the board say."""

    files: list[Incoming]
    board: str = "echomind-mini"
    form: dict[str, Any] = field(default_factory=GOOD_FORM.copy)


TOKENS = [
    *(
        b"NaN",
        b"Infinity",
        b"-1e999",
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'""',
        b'"',
        b"\\",
        b",",
        b"]",
        b"}",
        b":",
        b"\n",
    ),
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc3", b"\\ud800", b"\\u0000", b"\\u202e", "\u202e".encode(), b"\r", b"\n"),
    *(b"[" * 2_000, b'{"a":' * 2_000, b"9" * 5_000, b"a" * 30_000, b"<script>alert(1)</script>", b"=HYPERLINK(1)"),
    *(b'"pred": "x"', b'"case_id": "id_1"', b"../../etc/passwd", b"'; DROP TABLE x;--", b"%00", b"{{7*7}}"),
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=9), v, max_size=4), max_leaves=8
)
NAMES = st.sampled_from(sorted(NASTY_NAMES.values())) | st.text(max_size=20)
SLOW = {"8,000 members", "10,000 members", "zip bombs side by side"}  # a second each, whatever else is wrong
BASES: dict[str, Files] = {
    "official": OFFICIAL,
    "lines": {"a.jsonl": LINES},
    "spoken": SPOKEN,
    "dialogues": challenge_files(),
    "nothing": {},
}


def _bytes(draw: Draw, data: bytes) -> bytes:
    """The same bytes with something taken out, put in, doubled or turned round."""
    at = draw(st.integers(0, len(data)))
    end = min(len(data), at + draw(st.integers(0, 60)))
    how = draw(st.sampled_from(["insert", "replace", "delete", "double", "cut", "flip", "random"]))
    match how:
        case "insert":
            return data[:at] + draw(st.sampled_from(TOKENS)) + data[at:]
        case "replace":
            return data[:at] + draw(st.sampled_from(TOKENS)) + data[end:]
        case "delete":
            return data[:at] + data[end:]
        case "double":
            return data[:end] + data[at:]
        case "cut":
            return data[:at]
        case "flip":
            return (
                data[:at] + bytes(byte ^ draw(st.sampled_from([1, 0x80, 0xFF])) for byte in data[at:end]) + data[end:]
            )
    return draw(st.binary(max_size=300))


def _encoding(draw: Draw, data: bytes) -> bytes:
    """The same text in another encoding, or packed."""
    text = data.decode("utf-8", "replace")
    how = draw(st.sampled_from(["utf-16", "utf-32-be", "latin-1", "cp037", "utf-7", "bom", "gzip", "crlf", "cr"]))
    match how:
        case "bom":
            return b"\xef\xbb\xbf" + data
        case "gzip":
            return gzip.compress(data)
        case "crlf" | "cr":
            return data.replace(b"\n", b"\r\n" if how == "crlf" else b"\r")
    return text.encode(how, "replace")


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in inside for place in [(*path, key), *_places(inner, (*path, key))]]


def _record(draw: Draw, data: bytes) -> bytes:
    """The same records with one value gone, replaced, renamed or there twice."""
    as_lines = not data.lstrip().startswith(b"[")
    try:
        records = [json.loads(line) for line in data.splitlines()] if as_lines else json.loads(data)
    except (ValueError, RecursionError):
        return _bytes(draw, data)
    places = _places(records)
    if not places:
        return b"[]"
    *path, last = draw(st.sampled_from(places))
    parent = records
    for key in path:
        parent = parent[key]
    match draw(st.sampled_from(["drop", "replace", "rename", "repeat"])):
        case "drop":
            del parent[last]
        case "replace":
            parent[last] = draw(VALUES)
        case "rename" if isinstance(parent, dict):
            parent[draw(st.text(max_size=12))] = parent.pop(last)
        case _:
            records.append(records[path[0] if path else last])
    if as_lines:
        return "\n".join(json.dumps(record) for record in records).encode()
    return json.dumps(records).encode()


def _sound(draw: Draw, data: bytes) -> bytes:
    """Another recording, or none."""
    numbers = st.sampled_from([0, 1, 2, 255, 16_000, 2**31, 2**32 - 1])
    match draw(st.sampled_from(["header", "bytes", "text", "kind", "nothing"])):
        case "header":
            return wav(0.2, said=draw(numbers), riff=draw(numbers), rate=draw(numbers), channels=draw(numbers) % 2**16)
        case "bytes":
            return _bytes(draw, data)
        case "text":
            return draw(st.sampled_from(TOKENS))
        case "kind":
            return sound(0.2, draw(st.sampled_from(["FLAC", "OGG", "AIFF"])))
    return b""


def _changed(draw: Draw, files: Files) -> Files:
    """The files with one fault."""
    if not files:
        return {draw(NAMES): draw(st.sampled_from(TOKENS) | st.binary(max_size=99))}
    name = draw(st.sampled_from(sorted(files)))
    data = files[name]
    how = draw(
        st.sampled_from(["bytes", "bytes", "record", "record", "record", "encoding", "name", "drop", "add", "sound"])
    )
    if how == "name":
        return {draw(NAMES) if key == name else key: value for key, value in files.items()}
    if how == "drop":
        return {key: value for key, value in files.items() if key != name}
    if how == "add":
        return {**files, draw(NAMES): draw(st.sampled_from([data, b"", b"[]", sound(0.1), make_zip({"x": data})]))}
    if how == "sound" and name.endswith(".wav"):
        return files | {name: _sound(draw, data)}
    fault = {"encoding": _encoding, "record": _record}.get(how, _bytes)
    return files | {name: fault(draw, data)}


def _archive(draw: Draw, files: Files) -> bytes:
    """A zip of the files, of which one member or the whole may lie."""
    numbers = st.sampled_from([0, 1, 7, 2**16, 2**31, 2**32 - 1])
    lies = {
        "flags": st.sampled_from([0, 1, 8, 0x20, 0x40, 0x2000, 0xFFFF]),
        "method": st.sampled_from([STORED, DEFLATED, 12, 14, 99]),
        "crc": numbers,
        "size": numbers,
        "packed_size": numbers,
        "local_size": numbers,
        "offset": numbers,
        "attributes": st.sampled_from([0, LINK, 0x10, 2**32 - 1]),
        "extra": st.sampled_from([b"", zip64(1), zip64(2**62, 2**62, 2**62), b"\x01\x00\xff\xff", b"\0"]),
        "packed": st.binary(max_size=50),
        "local_name": st.binary(max_size=20),
        "body": st.binary(max_size=60),
        "fields": st.just({"version": 99}),
    }
    members = [Member(name[:20_000], data, draw(st.sampled_from([STORED, DEFLATED]))) for name, data in files.items()]
    if members:
        victim = draw(st.sampled_from(members))
        for lie in draw(st.lists(st.sampled_from(sorted(lies)), max_size=2)):
            setattr(victim, lie, draw(lies[lie]))
    made = raw_zip(*members, count=draw(st.none() | numbers), before=draw(st.sampled_from([b"", b"", b"#!/bin/sh\n"])))
    if draw(st.integers(0, 4)) == 0:
        made = _bytes(draw, made)
    return make_zip({"inner.json": made}) if draw(st.integers(0, 19)) == 0 else made


def _form(draw: Draw, good: dict[str, Any]) -> dict[str, Any]:
    """A form with some fields that are not as they should be, or not of the form; every other one is good."""
    if draw(st.booleans()):
        return good
    fields = st.sampled_from([*GOOD_FORM, "verified", "sender", "", "\u202e"])
    texts = st.text(max_size=12) | st.sampled_from(
        ["basic", "tts", "yes", "=1+1", "<b>", "a" * 100_000, "\u0301" * 9_999]
    )
    return good | draw(st.dictionaries(fields, texts | VALUES, max_size=3))


@st.composite
def mutated(draw: Draw) -> Case:
    """One upload with zero to three faults, as it may come in: file by file, in one zip, or in several.

    One in ten begins with an upload that was made by hand to do harm.
    """
    if draw(st.integers(0, 9)) == 0:
        return Case(_harm(draw), form=_form(draw, GOOD_FORM))
    base = draw(st.sampled_from(sorted(BASES)))
    files = dict(BASES[base])
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        files = _changed(draw, files)
    match draw(st.sampled_from(["files", "zip", "zip", "lying zip", "two zips"])):
        case "files":
            incoming = [Incoming(name.rpartition("/")[2], data) for name, data in files.items()]
        case "zip":
            incoming = [Incoming(draw(NAMES | st.just("x.zip")), _honest_zip(files))]
        case "two zips":
            names = sorted(files)
            halves = [{n: files[n] for n in names[::2]}, {n: files[n] for n in names[1::2]}]
            incoming = [Incoming(f"{number}.zip", _honest_zip(half)) for number, half in enumerate(halves)]
        case _:
            incoming = [Incoming("x.zip", _archive(draw, files))]
    meant = "humdial" if base == "dialogues" else "echomind-mini"
    board = draw(st.sampled_from([meant] * 8 + ["echomind", "echomind-mini", "humdial", "", "../x"]))
    return Case(incoming, board, _form(draw, form_for(meant)))


def form_for(board: str) -> dict[str, Any]:
    """A whole form that is good on this board."""
    return GOOD_FORM | {"board": board, "voice": "human" if board == "humdial" else "tts"}


def _harm(draw: Draw) -> list[Incoming]:
    """What was made by hand, and perhaps good files beside it, or a fault in its bytes."""
    files = list(_made_by_hand(draw(st.sampled_from(sorted(SMALL.keys() - SLOW)))))
    if draw(st.booleans()):
        files = [*files, Incoming("good.jsonl", LINES)]
    if draw(st.booleans()):
        victim = draw(st.integers(0, len(files) - 1))
        content = files[victim].content
        assert isinstance(content, bytes)
        files[victim] = Incoming(files[victim].sent_as, _bytes(draw, content))
    return files


@lru_cache
def _made_by_hand(what: str) -> tuple[Incoming, ...]:
    return tuple(SMALL[what]())


def _honest_zip(files: Files) -> bytes:
    """A zip with these names, whatever they are."""
    return raw_zip(*(Member(name[:20_000], data, DEFLATED) for name, data in files.items()))
