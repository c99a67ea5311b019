"""Whole uploads: what is taken, what is told, what is kept, and that nothing else is left behind."""

import contextlib
import hashlib
import json
import os
import random
import tempfile
import threading
from pathlib import Path

import pytest

from echomind.benchmark.clips import SentClips
from echomind.scoring.command import run_score
from echomind.scoring.predictions import Predictions
from echomind.scoring.read import read_predictions, read_sources
from echomind.scoring.read_files import Source
from echomind.settings import Settings
from echomind.submissions import intake, references
from echomind.submissions.intake import Incoming, IntakeError, IntakeUnavailable, accept, check_files, content_hash
from echomind.submissions.layout import check_files as check_kept
from echomind.submissions.store_local import LocalStore
from tests.unit.scoring.made_sets import made_predictions, made_set
from tests.unit.submissions.made_references import settings_for
from tests.unit.submissions.made_sounds import sound, wav
from tests.unit.submissions.made_uploads import (
    ME,
    json_lines,
    made_form,
    official,
    official_recordings,
    recordings,
    sent,
    zipped,
)

SET = made_set(6)
SAID = made_predictions(SET)
MB = 2**20


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_for(tmp_path_factory.mktemp("settings"), SET, max_upload_mb=8)


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, monkeypatch):
    """No check leaves anything in the folder for temporary files, whatever it was given."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def check(settings):
    def run(files, board="echomind-mini", form=None):
        found = check_files(files, board, form, settings)
        for line in (*found.lines(), *found.warning_lines()):
            assert line.isprintable() and len(line) < 2_000 and "echomind-upload" not in line
        assert found.ok == (not found.lines()) and (found.preview is not None) == found.ok
        assert json.loads(json.dumps(found.document()))["ok"] == found.ok
        return found

    return run


OFFICIAL = official(SET, SAID)
UPLOADS = {
    "the official files": sent(OFFICIAL),
    "a zip of the official tree": zipped(OFFICIAL),
    "JSON Lines": [Incoming("answers.jsonl", json_lines(SAID))],
    "a zip of JSON Lines": zipped({"answers.jsonl": json_lines(SAID)}),
    "two zips": [*zipped(dict([*OFFICIAL.items()][:2]), "a.zip"), *zipped(dict([*OFFICIAL.items()][2:]), "b.zip")],
    "under any names": [Incoming(str(number), data) for number, data in enumerate(OFFICIAL.values())],
}


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize("board", ["echomind-mini", "echomind"])
def test_everything_that_the_official_runner_and_we_write_is_taken(check, board, upload):
    found = check(UPLOADS[upload], board, made_form(board))
    assert found.ok and found.board == board
    assert found.answered == found.expected == 18 * 2 + 108
    assert {name: (part.expected, part.answered) for name, part in found.coverage.items()} == {
        "transcripts": (18, 18),
        "understanding": (48, 48),
        "reasoning": (60, 60),
        "replies": (18, 18),
    }
    assert len(found.types) == 18 and {(part.expected, part.answered) for part in found.types.values()} == {(6, 6)}
    assert found.preview.board == board and found.preview.model == "Made model" and found.preview.prompt == "basic"


def test_files_come_as_paths_too(check, tmp_path):
    paths = []
    for number, data in enumerate(OFFICIAL.values()):
        paths.append(tmp_path / f"gradio-{number}")
        paths[-1].write_bytes(data)
    found = check([Incoming(f"{path.name}.json", path) for path in paths])
    assert found.ok and all(path.is_file() for path in paths)


def test_without_a_form_the_files_alone_are_checked(check):
    found = check(UPLOADS["the official files"])
    assert found.ok and (found.preview.model, found.preview.prompt) == (SAID.model, "basic")


def test_some_of_the_files_are_taken_and_what_is_missing_is_told(check):
    name, data = next((n, d) for n, d in OFFICIAL.items() if n.endswith("mcq_understanding.json"))
    found = check([Incoming(name, data)])
    assert found.ok and found.answered == 48
    assert found.coverage["replies"].answered == 0
    assert any("no transcripts" in line for line in found.warning_lines())
    assert found.preview.absent["wer"] == "no transcripts were handed in"


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_sound_in_a_zip_beside_json_lines(check, kind):
    files = [Incoming("answers.jsonl", json_lines(SAID, sounds=True)), *zipped(recordings(SAID, kind), "sound.zip")]
    found = check(files)
    assert found.ok, found.lines()
    assert found.coverage["sound"].answered == 18 and found.expected == 144
    assert len(found.kept) == 19 and "dnsmos" in {metric.id for metric in found.preview.metrics}


def test_sound_in_the_same_zip_and_alone(check):
    everything = {"answers.jsonl": json_lines(SAID, sounds=True), **recordings(SAID)}
    assert check(zipped(everything)).coverage["sound"].answered == 18
    assert check(zipped(OFFICIAL | official_recordings(SET, SAID))).coverage["sound"].answered == 18
    flat = {name.replace("/", "-"): data for name, data in recordings(SAID, folder="").items()}
    rows = [json.loads(line) for line in json_lines(SAID, sounds=True).splitlines()]
    for row in rows:
        if "audio" in row:
            row["audio"] = row["audio"].replace("/", "-")
    lines = "\n".join(map(json.dumps, rows)).encode()
    assert check([Incoming("answers.jsonl", lines), *sent(flat)]).coverage["sound"].answered == 18


def test_a_recording_that_is_named_and_not_there_is_a_problem(check):
    sounds = recordings(SAID)
    missing = sounds.popitem()[0]
    found = check(zipped({"a.jsonl": json_lines(SAID, sounds=True), **sounds}))
    [line] = found.lines()
    assert "expected the sound of the reply" in line and missing.split("/")[1] in line


def test_recordings_that_nobody_names(check):
    names_none = [Incoming("a.jsonl", json_lines(SAID)), *zipped(recordings(SAID), "sound.zip")]
    [line] = check(names_none).lines()
    assert "found 18 recordings and no reply that names one" in line
    more = {"a.jsonl": json_lines(SAID, sounds=True), **recordings(SAID), "sound/more.wav": sound(), "x.wav": sound()}
    found = check(zipped(more))
    assert found.ok and any("a recording and 1 more that no reply names, left out" in w for w in found.warning_lines())
    assert {"sound/more.wav", "x.wav"}.isdisjoint(name for name, _ in found.kept)


def test_sound_that_is_none_is_a_problem_and_empty_sound_is_not(check):
    sounds = recordings(SAID)
    first, second, *_ = sounds
    empty = check(zipped({"a.jsonl": json_lines(SAID, sounds=True), **sounds, first: wav(0)}))
    assert empty.ok and f"{first}: found 0.00 s of sound; it counts as failed" in empty.warning_lines()
    broken = {first: b"RIFF\0\0\0\0WAVE", second: b"<html>"}
    found = check(zipped({"a.jsonl": json_lines(SAID, sounds=True), **sounds, **broken}))
    assert [line.partition(": ")[0] for line in found.lines()] == sorted([first, second])
    other = check(zipped({"a.jsonl": json_lines(SAID), "sound/a.mp3": b"ID3"}))
    assert other.lines() == ["upload.zip: sound/a.mp3: found a .mp3 file, expected sound as WAV or FLAC"]


def test_other_files_in_a_zip_are_left_out_and_told(check):
    found = check(zipped({**OFFICIAL, "README.md": b"# hi", "run.log": b"", ".DS_Store": b"", "run.json": b"{}"}))
    assert found.ok and len(found.kept) == 4
    told = [line for line in found.warning_lines() if "left out" in line]
    assert told == ["upload.zip: README.md and 1 more, left out: neither .json, .jsonl, .wav nor .flac"]


def test_only_the_voice_of_the_set_counts(check):
    human = {name.replace("output_synthesis", "output_human"): data for name, data in OFFICIAL.items()}
    found = check(zipped(OFFICIAL | human))
    assert found.ok and len(found.kept) == 4
    assert sum("a file of the other voice, left out" in line for line in found.warning_lines()) == 4


def same_told(capsys, settings, paths, found):
    """Whether ``score`` tells the same of the same files."""
    capsys.readouterr()
    references = Path(settings.echomind_set)
    status = run_score(paths, references=references, neural=False, only=("understanding_acc",))
    told = capsys.readouterr().err.splitlines()
    assert status == (0 if found.ok else 2)
    return found.ok or told == found.lines()


BREAKS = {
    "a key twice": lambda data: data.replace(b'"model":', b'"model": "x", "model":', 1),
    "NaN": lambda data: data.replace(b'"predicted_answer": "', b'"predicted_answer": NaN, "more": "', 1),
    "an unknown item": lambda data: data.replace(b'"id_1"', b'"id_999"'),
    "another model": lambda data: data.replace(b"made-model", b"other", 1),
    "half of a file": lambda data: data[: len(data) // 2],
    "a byte that is no UTF-8": lambda data: data[:300] + b"\xff" + data[300:],
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "nothing": lambda data: b"",
    "a number for a text": lambda data: data.replace(b'_answer": "', b'_answer": 7, "x": "'),
    "no fault": lambda data: data,
}


@pytest.mark.parametrize("fault", BREAKS)
def test_score_tells_the_same_of_the_same_files(check, settings, capsys, tmp_path, fault):
    files = {name: BREAKS[fault](data) for name, data in OFFICIAL.items()}
    for name, data in files.items():
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(data)
    alone = [tmp_path / "out" / name for name in files]
    assert same_told(capsys, settings, alone, check(sent(files), "echomind"))
    assert same_told(capsys, settings, [tmp_path / "out"], check(zipped(files), "echomind"))
    assert check(sent(files)).ok == (fault == "no fault")


def test_score_warns_of_the_same(check, settings, tmp_path):
    for name, data in OFFICIAL.items():
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(data.replace(b"The answer is: A", b" "))
    files = {name: (tmp_path / "out" / name).read_bytes() for name in OFFICIAL}
    reading = read_predictions([tmp_path / "out"], SET)
    mine = check(zipped(files)).warning_lines()
    theirs = [warning.line() for warning in reading.warnings]
    # sound is looked for beside files in a folder and in the upload otherwise; all else is the same
    assert [line for line in mine if "sound" not in line] == [line for line in theirs if "sound" not in line]


def test_another_prompt_than_the_form_says_is_a_problem(check):
    found = check(UPLOADS["the official files"], form=made_form(prompt="zero"))
    [line] = found.lines()
    assert line.startswith("the form: prompt: found zero, expected basic")


def test_a_form_for_another_board_is_a_problem(check):
    found = check(UPLOADS["JSON Lines"], "echomind-mini", made_form("echomind"))
    assert found.lines()[0].startswith("the form: board: found echomind, expected 'echomind-mini'")


@pytest.mark.parametrize("board", ["", "imagenet", "../mini", "Echomind", "x" * 10_000, "\u202e"])
def test_boards_that_nobody_knows(check, board):
    [line] = check(UPLOADS["JSON Lines"], board).lines()
    assert line.startswith("board: found ") and line.endswith("expected one of echomind-mini, echomind, humdial")


def test_boards_whose_references_are_not_here(tmp_path):
    bare = Settings(assets_dir=tmp_path / "nothing", data_dir=tmp_path)
    for board in ("echomind-mini", "echomind", "humdial"):
        found = check_files(UPLOADS["JSON Lines"], board, None, bare)
        assert found.lines() == [
            f"board: found the board {board}, whose references are not available here,"
            " expected one that can be scored here"
        ]


def test_nothing_and_too_many_files(check):
    assert check([]).lines()[0] == "found no file, expected predictions, WAV or FLAC sound, or a zip of them"
    [line] = check([Incoming(f"{number}.json", b"[]") for number in range(101)]).lines()
    assert line == "found 101 files, expected at most 100, or a zip of them"
    [line] = check(zipped({f"{number}.json": b"[]" for number in range(101)})).lines()
    assert line == "found 101 files of predictions, expected at most 100"


def test_what_is_too_large_is_not_read(check, tmp_path):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(200 * MB)
    assert check([Incoming("huge.json", huge)]).lines() == ["huge.json: found 200.0 MB, expected at most 8 MB"]
    both = [Incoming("a.json", bytes(5 * MB)), Incoming("b.json", bytes(5 * MB))]
    assert check(both).lines() == ["found 10.0 MB in all, expected at most 8 MB"]
    digits = random.Random(0).randbytes(2 * MB).hex().encode()  # half of it when packed
    [line] = check([Incoming("a.json", b" " * 5 * MB), *zipped({"b.json": digits}, "b.zip")]).lines()[:1]
    assert line == "b.zip: found 4 MB when unpacked, expected at most 8 MB unpacked, all files together"


def test_what_is_no_file(check, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "nothing", Path("a\0b"), Path("x" * 5_000)):
        [line] = check([Incoming("a.json", path)]).lines()
        assert line.startswith("a.json: found ") and str(tmp_path) not in line


@pytest.mark.parametrize(
    "name", ["../a.json", "/etc/a.json", "C:\\a.json", "a\u202e.json", "", "a\0", "n" * 241, "e\u0301"]
)
def test_names_that_are_not_plain(check, name):
    [line] = check([Incoming(name, json_lines(SAID))]).lines()
    assert "name" in line


def test_names_that_are_one(check):
    answers = json_lines(SAID)
    half = len(answers.splitlines()) // 2
    parts = [b"\n".join(answers.splitlines()[:half]), b"\n".join(answers.splitlines()[half:])]
    assert check([Incoming("a.jsonl", parts[0]), Incoming("b.jsonl", parts[1])]).ok
    [line] = check([Incoming("a.jsonl", parts[0]), Incoming("A.jsonl", parts[1])]).lines()
    assert line == "found the name 'A.jsonl' beside 'a.jsonl', which differs in case alone, expected each name once"
    [line] = check([Incoming("a.jsonl", parts[0]), *zipped({"a.jsonl": parts[1]})]).lines()
    assert line == "upload.zip: found the name 'a.jsonl' a second time, expected each name once"


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08", b"BZh9", b"7z\xbc\xaf\x27\x1c", bytes(257) + b"ustar"])
def test_other_archives(check, data):
    [line] = check([Incoming("a.json", data)]).lines()
    assert line.endswith("archive, expected predictions, WAV or FLAC sound, or a zip of them")


def test_a_thousand_problems_are_kept_and_the_rest_is_counted(check):
    rows = "\n".join(json.dumps({"key": f"reply/{n}/target", "pred": ""}) for n in range(3_000)).encode()
    found = check([Incoming("a.jsonl", rows)])
    assert (len(found.problems), found.problem_count) == (1_000, 3_000)
    assert len(found.lines()) == 1_001 and found.lines()[-1] == "and 2000 more problems"


@pytest.mark.parametrize("upload", UPLOADS)
def test_what_is_accepted_is_kept_under_our_names_and_read_back_as_it_was(settings, tmp_path, upload):
    receipt, kept = accept(UPLOADS[upload], made_form(), ME, settings)
    check_kept(receipt, kept)
    assert [file.name.partition(".")[0] for file in receipt.files] == [f"{n:04}" for n in range(1, len(kept) + 1)]
    assert receipt.id.startswith(receipt.content[:12]) and receipt.sender == ME and receipt.form == made_form()
    sources = []
    for file in receipt.files:
        (tmp_path / file.name).write_bytes(kept[file.name])
        sources.append(Source(tmp_path / file.name, file.sent_as))
    reading = read_sources(sources, SET)
    assert reading.problem_count == 0
    assert (reading.predictions.answers, reading.predictions.replies) == (SAID.answers, SAID.replies)


def test_sound_is_kept_and_found_again(settings, tmp_path):
    files = {"a.jsonl": json_lines(SAID, sounds=True), **recordings(SAID), "unused.wav": sound()}
    receipt, kept = accept(zipped(files), made_form(), ME, settings)
    assert [Path(name).suffix for name in kept] == [".jsonl"] + [".wav"] * 18
    for name, data in kept.items():
        (tmp_path / name).write_bytes(data)
    listed = {file.sent_as: tmp_path / file.name for file in receipt.files}
    reading = read_sources([Source(listed.pop("a.jsonl"), "a.jsonl")], SET, sound=SentClips(listed))
    assert reading.problem_count == 0 and len(reading.predictions.reply_audio) == 18


def test_a_store_takes_what_was_accepted(settings, tmp_path):
    receipt, kept = accept(UPLOADS["a zip of the official tree"], made_form(), ME, settings)
    store = LocalStore(tmp_path / "store")
    store.create(receipt, kept, contact="me@example.org")
    assert store.get(receipt.id).receipt == receipt
    assert all(store.read(receipt.id, name) == data for name, data in kept.items())


def test_the_same_bytes_have_the_same_content_whatever_they_are_called_and_however_they_come(settings):
    forms = ("the official files", "a zip of the official tree", "two zips", "under any names")
    receipts = [accept(UPLOADS[form], made_form(), ME, settings)[0] for form in forms]
    assert len({receipt.content for receipt in receipts}) == 1 and len({receipt.id for receipt in receipts}) == 4
    other = accept(UPLOADS["JSON Lines"], made_form(), ME, settings)[0]
    assert other.content != receipts[0].content
    assert content_hash(receipts[0].files[::-1]) == receipts[0].content
    pairs = sorted(f"{hashlib.sha256(data).hexdigest()} {len(data)}\n" for data in OFFICIAL.values())
    assert receipts[0].content == hashlib.sha256("".join(pairs).encode()).hexdigest()


def test_what_has_a_problem_is_not_accepted(settings):
    broken = [Incoming("a.jsonl", b'{"key": "x"}\n' * 30)]
    with pytest.raises(IntakeError) as refused:
        accept(broken, made_form(), ME, settings)
    assert refused.value.check.problem_count == 30 and len(str(refused.value).splitlines()) == 21
    with pytest.raises(IntakeError, match="the form: prompt: found zero"):
        accept(UPLOADS["the official files"], made_form(prompt="zero"), ME, settings)


def test_no_room_is_told_in_one_line(settings, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "/secret/place")

    monkeypatch.setattr("echomind.submissions.sent_files.Arrivals._copied", full)
    with pytest.raises(IntakeUnavailable, match=r"\Auploads cannot be checked here now: No space left on device\Z"):
        check_files(UPLOADS["JSON Lines"], "echomind-mini", None, settings)


def test_a_fault_of_ours_stays_loud_and_leaves_nothing(settings, monkeypatch):
    monkeypatch.setattr(intake, "read_sources", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        check_files(UPLOADS["JSON Lines"], "echomind-mini", None, settings)


def test_no_more_than_two_are_checked_at_once(settings, monkeypatch):
    inside, most = set(), []
    arrived = threading.Barrier(2)
    real = intake._Upload.checked

    def counted(self, files):
        inside.add(self)
        most.append(len(inside))
        with contextlib.suppress(threading.BrokenBarrierError):
            arrived.wait(10)
        try:
            return real(self, files)
        finally:
            inside.discard(self)

    monkeypatch.setattr(intake._Upload, "checked", counted)
    threads = [
        threading.Thread(target=check_files, args=(UPLOADS["JSON Lines"], "echomind-mini", None, settings))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert max(most) == 2 and len(most) == 6


def test_the_first_visitor_need_not_wait(settings, check):
    references._set.cache_clear()
    intake.prepare(settings)
    read = references._set.cache_info().misses
    assert read == 2
    assert check(UPLOADS["JSON Lines"], "echomind").ok and check(UPLOADS["JSON Lines"], "echomind-mini").ok
    assert references._set.cache_info().misses == read


def test_references_that_are_not_here_do_not_stop_the_start(tmp_path):
    nowhere = Settings(assets_dir=tmp_path, echomind_set="some-org/some-set", humdial_set=str(tmp_path / "none"))
    intake.prepare(nowhere)
    assert not check_files(UPLOADS["JSON Lines"], "echomind-mini", None, nowhere).ok


def test_a_reading_of_nothing_is_no_row(check):
    empty = check([Incoming("a.jsonl", b'{"key": "reply/id_1/target", "pred": ""}')])
    assert empty.ok and empty.answered == 1
    assert Predictions() == read_sources([], SET).predictions
