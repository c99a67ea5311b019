"""Files of an upload: told apart by what they hold, and brought under names of ours."""

import itertools

import pytest

from echomind.scoring.problems import Problems
from echomind.submissions.archive import Room
from echomind.submissions.sent_files import Arrivals, Incoming
from tests.unit.submissions.made_archives import make_zip
from tests.unit.submissions.made_sounds import sound

MB = 2**20


@pytest.fixture
def arrive(tmp_path):
    """What arrives: name, kind and content of each file, and the lines of problems and warnings."""

    runs = itertools.count()

    def run(*files, limit=MB):
        problems, warnings, folder = Problems(), Problems(), tmp_path / str(next(runs))
        folder.mkdir()
        room = Room(folder, limit, limit)
        found = Arrivals(room, "tts", problems, warnings).take(files)
        assert all(file.path.parent == folder and file.path.name.isdigit() for file in found)
        assert all(file.size == file.path.stat().st_size for file in found)
        assert room.left == limit - sum(file.size for file in found) or problems.count or warnings.count
        told = [[problem.line() for problem in noted.kept] for noted in (problems, warnings)]
        return [(file.name, file.kind, file.path.read_bytes()) for file in found], *told

    return run


def test_files_are_what_they_hold_not_what_they_are_called(arrive, tmp_path_factory):
    lies = tmp_path_factory.mktemp("sent") / "gradio"
    lies.write_bytes(b"{}")
    files = [
        Incoming("a.wav", b"[]"),
        Incoming("b.json", sound()),
        Incoming("c.txt", make_zip({"x/d.json": b"[1]", "e.FLAC": sound(kind="FLAC")})),
        Incoming("f", lies),
    ]
    assert arrive(*files) == (
        [
            ("a.wav", "predictions", b"[]"),
            ("b.json", "sound", sound()),
            ("x/d.json", "predictions", b"[1]"),
            ("e.FLAC", "sound", sound(kind="FLAC")),
            ("f", "predictions", b"{}"),
        ],
        [],
        [],
    )


def test_members_come_in_the_order_of_their_names(arrive):
    found, *_ = arrive(Incoming("c.zip", make_zip({"b.wav": b"", "b.json": b"", "a.json": b"", "a.wav": b""})))
    assert [name for name, _, _ in found] == ["a.json", "b.json", "a.wav", "b.wav"]


def test_the_tree_of_the_official_runner_counts_alone(arrive):
    tree = {"o/asr_output/m/m_asr.json": b"[]", "notes.json": b"{}", "journal/shard-000.jsonl": b"", "run.json": b""}
    found, problems, warnings = arrive(Incoming("c.zip", make_zip(tree)))
    assert [name for name, _, _ in found] == ["o/asr_output/m/m_asr.json"] and problems == []
    assert warnings == [
        "notes.json: found a file beside the official ones, left out, expected the official files alone,"
        " below asr_output, mcq_output, response_output"
    ]


def test_a_zip_of_nothing_that_counts(arrive):
    _, problems, warnings = arrive(Incoming("c.zip", make_zip({"a.txt": b"", "b.py": b""})))
    assert problems == [
        "c.zip: found no file of predictions in this archive, expected the official runner's JSON arrays or JSON Lines"
        " of keys and predictions"
    ]
    assert warnings == ["c.zip: a.txt and 1 more, left out: neither .json, .jsonl, .wav nor .flac"]


def test_room_is_shared_by_files_and_what_is_in_zips(arrive):
    half = bytes(range(256)) * 2_400
    found, problems, _ = arrive(Incoming("a", half), Incoming("c.zip", make_zip({"b.json": half})))
    assert [name for name, _, _ in found] == ["a"]
    assert problems == ["c.zip: found 1 MB when unpacked, expected at most 1 MB unpacked, all files together"]
    found, problems, _ = arrive(Incoming("c.zip", make_zip({"b.json": half})), Incoming("a", half))
    assert [name for name, _, _ in found] == ["b.json"]
    assert problems == ["a: found more than there is room for, expected at most 1 MB unpacked, all files together"]


def test_one_refused_file_does_not_hide_the_others(arrive):
    found, problems, _ = arrive(Incoming("../x", b"[]"), Incoming("a", b"\x1f\x8b"), Incoming("b", b"[]"))
    assert [name for name, _, _ in found] == ["b"] and len(problems) == 2
