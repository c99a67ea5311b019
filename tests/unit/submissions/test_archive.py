"""Zips from outside: honest ones are unpacked byte for byte, all others are refused in one line and leave nothing."""

import itertools
import random
import zlib

import pytest

from echomind.scoring.problems import Problems
from echomind.submissions.archive import MAX_MEMBERS, Room, unpack
from echomind.submissions.sent_names import SentNames
from tests.unit.submissions.made_archives import (
    DEFLATED,
    DEVICE,
    LINK,
    PIPE,
    STORED,
    Member,
    bomb,
    deflated,
    make_zip,
    overlapping,
    quoting,
    raw_zip,
    zip64,
)

MB = 2**20


@pytest.fixture
def unpacked(tmp_path):
    """Unpacks bytes; gives the members by name and the lines of what is wrong. Nothing may appear anywhere else."""
    runs = itertools.count()

    def run(data, limit=8 * MB, names=None):
        here = tmp_path / str(next(runs))
        folder, path = here / "room", here / "sent"
        folder.mkdir(parents=True)
        path.write_bytes(data)
        problems = Problems()
        found = unpack(path, "x.zip", Room(folder, limit, limit), names or SentNames(), problems)
        assert sorted(path.name for path in here.iterdir()) == ["room", "sent"]
        assert all(member.path.parent == folder and member.path.name.isdigit() for member in found)
        assert sum(file.stat().st_size for file in folder.iterdir()) <= limit
        lines = [problem.line() for problem in problems.kept]
        assert all(line.isprintable() and line.startswith("x.zip: ") for line in lines)
        return {member.name: member.path.read_bytes() for member in found}, lines

    return run


def refusal(unpacked, data, **options):
    """The only line with which a zip is refused."""
    found, lines = unpacked(data, **options)
    assert found == {} and len(lines) == 1, lines
    return lines[0].removeprefix("x.zip: ")


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_members_come_out_as_they_went_in(unpacked, method):
    members = {"a.json": b"[1]", "out/ä/只.jsonl": b"{}\n" * 99_999, "empty.wav": b"", "x/" + "n" * 230: b"!"}
    assert unpacked(make_zip(members, method)) == (members, [])


def test_folders_and_hidden_files_are_not_unpacked(unpacked):
    members = {"out/": b"", "out/a.json": b"[]", "out/.DS_Store": b"x", "__MACOSX/._a.json": b"y", ".git/config": b"z"}
    assert unpacked(make_zip(members)) == ({"out/a.json": b"[]"}, [])


def test_what_zip_tools_write_is_read(unpacked):
    data = b"words " * 5_000
    honest = Member("a.json", data, DEFLATED, flags=0x800 | 0x8)
    assert unpacked(raw_zip(honest, comment=b"made by hand"))[0] == {"a.json": data}
    assert unpacked(raw_zip(honest, before=b"#!/bin/self-extracting\n"))[0] == {"a.json": data}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../evil.json", "found the name '../evil.json', expected a plain name, or a relative path"),
        ("a/../../evil.json", "found the name 'a/../../evil.json', expected a plain name"),
        ("/etc/evil.json", "found the name '/etc/evil.json', expected a plain name"),
        ("C:/evil.json", "found the name 'C:/evil.json', expected a plain name"),
        ("c:evil.json", "found the name 'c:evil.json', expected a plain name"),
        ("..\\evil.json", "found the name '..\\\\evil.json', expected a plain name"),
        ("a//b.json", "found the name 'a//b.json', expected a plain name"),
        ("./a.json", "found the name './a.json', expected a plain name"),
        ("", "found the name '', expected a plain name"),
        ("a\0.json", "found the invisible character U+0000 in the name"),
        ("a\x1b[31m.json", "found the invisible character U+001B in the name"),
        ("nosj.\u202ea.json", "found the invisible character U+202E in the name"),
        ("a\u200b.json", "found the invisible character U+200B in the name"),
        ("a\u0301.json", "expected it in Unicode normal form C: rename the file"),
        ("n" * 241, f"found a name of 241 characters that begins {'n' * 20!r}, expected at most 240"),
        ("a" + "\u0301\u0316" * 15_000, "found a name of 30001 characters that begins 'a"),
    ],
)
def test_names_that_lead_elsewhere_or_deceive_are_refused(unpacked, name, told):
    assert told in refusal(unpacked, raw_zip(Member(name)))


def test_hidden_and_folder_names_are_no_way_around(unpacked):
    for name in (".a/../../evil", "../", "a\u202e/", "/"):
        assert "name" in refusal(unpacked, raw_zip(Member(name)))


def test_names_that_are_one_without_case_are_refused(unpacked):
    line = refusal(unpacked, make_zip({"a.json": b"", "A.JSON": b""}))
    assert line == "found the name 'A.JSON' beside 'a.json', which differs in case alone, expected each name once"
    assert "which differs in case alone" in refusal(unpacked, make_zip({"straße.json": b"", "STRASSE.json": b""}))
    twice = raw_zip(Member("a.json", b"1"), Member("a.json", b"2"))
    assert refusal(unpacked, twice) == "found the name 'a.json' a second time, expected each name once"


def test_names_count_over_all_archives_of_an_upload(unpacked):
    names = SentNames()
    assert unpacked(make_zip({"out/": b"", "out/.x": b"", "a.json": b""}), names=names)[1] == []
    assert unpacked(make_zip({"out/": b"", "out/.x": b"", "b.json": b""}), names=names)[1] == []
    assert "a second time" in refusal(unpacked, make_zip({"a.json": b""}), names=names)


@pytest.mark.parametrize(
    ("attributes", "told"), [(LINK, "a link"), (PIPE, "a device, pipe"), (DEVICE, "a device, pipe")]
)
def test_links_and_devices_are_refused(unpacked, attributes, told):
    assert f"a.json: found {told}" in refusal(
        unpacked, raw_zip(Member("a.json", b"/etc/passwd", attributes=attributes))
    )


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_encrypted_members_are_refused(unpacked, flag):
    line = refusal(unpacked, raw_zip(Member("a.json", b"[]", flags=0x800 | flag)))
    assert line == "a.json: found an encrypted file, expected a file that anybody can read"


@pytest.mark.parametrize(
    ("method", "told"), [(12, "bzip2"), (14, "LZMA"), (9, "Deflate64"), (93, "Zstandard"), (77, "number 77")]
)
def test_other_compressions_are_refused(unpacked, method, told):
    line = refusal(unpacked, raw_zip(Member("a.json", b"[]", method)))
    assert line == f"a.json: found the compression {told}, expected deflate, or none"


def test_patches_are_refused(unpacked):
    assert "the compression of patches" in refusal(unpacked, raw_zip(Member("a.json", b"[]", flags=0x820)))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make_zip({"a.json": b"[]"}), "zip"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00\x00", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (bytes(257) + b"ustar\x0000", "tar"),
    ],
)
def test_archives_inside_are_refused_by_their_content(unpacked, data, kind):
    assert refusal(unpacked, make_zip({"a.json": data})) == (
        f"a.json: found an archive inside the archive ({kind}), expected the files themselves"
    )


@pytest.mark.parametrize("name", ["a.zip", "A.ZIP", "x/a.tar.gz", "a.tgz", "a.7z"])
def test_archives_inside_are_refused_by_their_name(unpacked, name):
    assert "an archive inside the archive" in refusal(unpacked, make_zip({name: b"[]"}))


def test_too_many_members_are_refused_before_they_are_listed(unpacked):
    made = raw_zip(*(Member(f"{number}.json") for number in range(MAX_MEMBERS + 1)))
    assert refusal(unpacked, made) == "found an archive of more than 8000 members, expected at most 8000"
    exactly = raw_zip(*(Member(f"{number}.json") for number in range(MAX_MEMBERS)))
    found, lines = unpacked(exactly)
    assert len(found) == MAX_MEMBERS and lines == []


def test_the_number_at_the_end_of_an_archive_is_not_believed(unpacked):
    members = [Member(f"{number}.json", b"[]") for number in range(3)]
    assert len(unpacked(raw_zip(*members, count=1))[0]) == 3
    assert len(unpacked(raw_zip(*members, count=0xFFFE))[0]) == 3


def test_what_is_too_large_unpacked_is_refused_before_it_is_unpacked(unpacked, tmp_path):
    rest = random.Random(0).randbytes(3 * MB)
    assert refusal(unpacked, make_zip({"a.json": rest, "b.json": rest}), limit=5 * MB) == (
        "found 6 MB when unpacked, expected at most 5 MB unpacked, all files together"
    )
    assert list(tmp_path.glob("*/room/*")) == []


def test_a_bomb_is_refused_by_its_ratio(unpacked):
    told = "bomb.json: found 5242880 bytes packed into"
    line = refusal(unpacked, raw_zip(bomb(5)))
    assert line.startswith(told) and line.endswith("expected at most 200 times as many; send it unpacked")


def test_an_archive_may_not_declare_what_it_has_not(unpacked):
    huge = raw_zip(Member("a.json", b"[]", size=2**31))
    found, lines = unpacked(huge)
    assert found == {} and any("2048 MB when unpacked" in line for line in lines)
    lying = raw_zip(Member("a.json", b"[]", size=0xFFFFFFFF, extra=zip64(size=2**62)))
    found, lines = unpacked(lying)
    assert found == {} and any("expected at most 8 MB unpacked" in line for line in lines)


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("data", [b"[1]", b"0123456789" * 20_000])
def test_content_longer_than_the_list_promises_is_refused(unpacked, method, data):
    short = Member("a.json", data, method, size=len(data) - 1)
    assert f"a.json: found more than {len(data) - 1} bytes of content" in refusal(unpacked, raw_zip(short))


def test_a_checksum_that_fits_the_lie_helps_nobody(unpacked):
    data = b"0123456789" * 20_000
    lie = Member("a.json", data, DEFLATED, size=100, crc=zlib.crc32(data[:100]))
    assert refusal(unpacked, raw_zip(lie)).startswith("a.json: found more than 100 bytes of content")
    exactly = Member("a.json", b"[1]", DEFLATED, size=2, crc=zlib.crc32(b"[1"))
    assert refusal(unpacked, raw_zip(exactly)).startswith("a.json: found damaged content")


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_content_shorter_than_the_list_promises_is_refused(unpacked, method):
    long = raw_zip(Member("a.json", b"0123456789", method, size=4_000))
    assert refusal(unpacked, long) == "a.json: found only 10 bytes of content, expected the 4000 that the list promises"


def test_damaged_content_is_refused(unpacked):
    assert "found damaged content" in refusal(unpacked, raw_zip(Member("a.json", b"[]", crc=1)))
    assert "found damaged content" in refusal(unpacked, raw_zip(Member("a.json", b"[]", DEFLATED, packed=b"\xff\xff")))
    cut = deflated(b"0123456789" * 99)[:-4]
    assert "a.json: found" in refusal(unpacked, raw_zip(Member("a.json", b"0123456789" * 99, DEFLATED, packed=cut)))


def test_a_name_that_differs_from_the_list_is_refused(unpacked):
    assert "found damaged content" in refusal(unpacked, raw_zip(Member("a.json", b"[]", local_name=b"b.json")))


@pytest.mark.parametrize("made", [overlapping, quoting])
def test_members_that_share_content_are_refused(unpacked, made):
    lines = unpacked(made(), limit=2**40)[1]
    assert any("found content that overlaps that of" in line for line in lines), lines


def test_content_inside_the_list_or_beyond_the_file_is_refused(unpacked):
    for where in (10, 10**6, 2**32 - 2):
        member = Member("a.json", b"[]", offset=where)
        assert "beyond the end of the archive" in refusal(unpacked, raw_zip(member))
    far = Member("a.json", b"[]", offset=0xFFFFFFFF, extra=zip64(offset=2**63))
    assert "beyond the end of the archive" in refusal(unpacked, raw_zip(far))
    long = Member("a.json", b"[]", packed_size=10_000, size=10_000)
    assert "beyond the end of the archive" in refusal(unpacked, raw_zip(long))


def test_an_archive_without_members_is_refused(unpacked):
    assert refusal(unpacked, raw_zip()) == "found an archive without members, expected predictions"


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"PK\x05\x06", b"PK\x03\x04" + bytes(500), b"[]" * 99])
def test_what_is_no_archive_is_refused(unpacked, data):
    assert "found a damaged archive" in refusal(unpacked, data)


@pytest.mark.parametrize("seed", range(8))
def test_an_archive_that_is_cut_off_or_damaged_is_refused_or_gives_what_went_in(unpacked, seed):
    chance = random.Random(seed)
    members = {f"{n}.json": chance.randbytes(chance.randrange(300)) for n in range(5)}
    data = make_zip(members, chance.choice([STORED, DEFLATED]))
    refused = 0
    for _ in range(60):
        broken = bytearray(data)
        if chance.random() < 0.3:
            del broken[chance.randrange(len(data)) :]
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] = chance.choice([0, 1, 0xFF, chance.randrange(256)])
        found, lines = unpacked(bytes(broken))
        assert lines or set(found.values()) <= set(members.values())  # a name may be damaged and still be a name
        refused += bool(lines)
    assert refused > 20
