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


def test_files_without_an_ending_are_what_they_hold(arrive, tmp_path_factory):
    path = tmp_path_factory.mktemp("sent") / "gradio"
    path.write_bytes(b"{}")
    files = [
        Incoming("Qwen2.5-Omni", b"[]"),
        Incoming("b", sound()),
        Incoming("c", make_zip({"x/d.JSON": b"[1]", "e.FLAC": sound(kind="FLAC")})),
        Incoming("f", path),
    ]
    assert arrive(*files) == (
        [
            ("Qwen2.5-Omni", "predictions", b"[]"),
            ("b", "sound", sound()),
            ("x/d.JSON", "predictions", b"[1]"),
            ("e.FLAC", "sound", sound(kind="FLAC")),
            ("f", "predictions", b"{}"),
        ],
        [],
        [],
    )


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (
            "a.pdf",
            b"%PDF",
            "found a file that ends in .pdf, expected one that ends in .json, .jsonl, .zip, .wav or .flac",
        ),
        (
            "a.exe",
            b"[]",
            "found a file that ends in .exe, expected one that ends in .json, .jsonl, .zip, .wav or .flac",
        ),
        (
            "a.csv",
            b"1,A",
            "found a file that ends in .csv, expected one that ends in .json, .jsonl, .zip, .wav or .flac",
        ),
        (
            "a.mp3",
            b"ID3",
            "found a file that ends in .mp3, expected one that ends in .json, .jsonl, .zip, .wav or .flac",
        ),
        (
            "a.wav",
            b"[]",
            "found neither sound nor an archive in a file that ends in .wav, expected sound as WAV or FLAC",
        ),
        ("a.zip", b"[]", "found neither sound nor an archive in a file that ends in .zip, expected a zip archive"),
        ("a.json", sound(), "found sound in a file that ends in .json, expected a name that ends in .wav or .flac"),
        (
            "a.docx",
            make_zip({"a": b""}),
            "found a zip archive in a file that ends in .docx, expected a name that ends in .zip",
        ),
    ],
)
def test_what_a_file_holds_and_what_its_ending_says_have_to_agree(arrive, name, data, told):
    assert arrive(Incoming(name, data)) == ([], [f"{name}: {told}"], [])


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
        "c.zip: found no file of predictions in this archive, only a.txt and 1 more, expected the official runner's"
        " JSON arrays or JSON Lines of keys and predictions"
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
