"""Names of clips from records: found below one folder, never outside it."""

from pathlib import PurePosixPath

import pytest

from echomind.benchmark.clips import Clips, SentClips, relative
from echomind.errors import DataError


@pytest.fixture
def root(tmp_path):
    for name in ("fast/a.flac", "slow/a.flac", "slow/b (1).wav", "slow/v1.5 x.ogg"):
        (tmp_path / "audio" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "audio" / name).touch()
    return tmp_path / "audio"


@pytest.mark.parametrize(
    ("name", "folder", "path"),
    [
        ("fast/a.wav", "", "fast/a.wav"),
        ("a.wav", "fast", "fast/a.wav"),
        ("fast/a.wav", "fast", "fast/a.wav"),
        ("audio/fast/a.wav", "", "fast/a.wav"),
        ("data/audio/fast/a.wav", "audio/fast", "fast/a.wav"),
        ("./fast//a.wav", "audio", "fast/a.wav"),
    ],
)
def test_paths_as_records_write_them(root, name, folder, path):
    assert Clips(root, ("dataset", "data", "audio")).path(name, folder) == PurePosixPath(path)


def test_files_are_found_whatever_their_suffix(root):
    clips = Clips(root)
    assert len(clips) == 4
    assert clips.find(PurePosixPath("fast/a.wav")) == root / "fast/a.flac"
    assert clips.find(PurePosixPath("slow/v1.5 x.wav")) == root / "slow/v1.5 x.ogg"
    assert clips.find(PurePosixPath("b (1).wav")) == root / "slow/b (1).wav"
    assert clips.find(PurePosixPath("fast/c.wav")) is None
    assert clips.find(PurePosixPath("v1.wav")) is None


def test_a_bare_name_of_two_files_is_refused(root):
    with pytest.raises(DataError, match=r"found 2 files called 'a\.wav', expected one, or its folder"):
        Clips(root).find(PurePosixPath("a.wav"))


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert Clips(tmp_path / "none").find(PurePosixPath("a.wav")) is None


@pytest.mark.parametrize(
    "text", ["", ".", "..", "../a", "a/../b", "/a", "\\a", "a\\b", "C:\\a", "a\0", "a\nb", "x" * 401]
)
def test_paths_that_could_lead_outside_are_refused(text):
    with pytest.raises(DataError, match="expected a relative path inside the data folder"):
        relative(text)


@pytest.fixture
def sent(tmp_path):
    names = ["box/fast/a.flac", "box/slow/a.flac", "box/slow/b (1).wav", "box/只.wav"]
    return SentClips({name: tmp_path / f"{number:04}" for number, name in enumerate(names)})


@pytest.mark.parametrize(
    ("name", "file"),
    [
        *(("box/fast/a.flac", "0000"), ("fast/a.wav", "0000"), ("slow/a", "0001"), ("b (1).wav", "0002")),
        *(("box/slow/b (1).ogg", "0002"), ("只.wav", "0003")),
    ],
)
def test_sent_files_are_found_by_the_names_they_were_sent_under(sent, tmp_path, name, file):
    assert sent.find(sent.path(name)) == tmp_path / file
    assert len(sent) == 4


@pytest.mark.parametrize(
    "name", ["0000", "box/0000", "box/c.wav", "x/fast/a.wav", "a/b (1).wav", "x/box/slow/a.flac", "ow/a.wav"]
)
def test_sent_files_are_found_by_nothing_else(sent, name):
    assert sent.find(sent.path(name)) is None


def test_a_bare_name_of_two_sent_files_is_refused(sent):
    with pytest.raises(DataError, match=r"found 2 files called 'a\.wav'"):
        sent.find(sent.path("a.wav"))


def test_nothing_sent_and_files_without_a_folder(tmp_path):
    assert len(SentClips({})) == 0 and SentClips({}).find(PurePosixPath("a.wav")) is None
    flat = SentClips({"a.wav": tmp_path / "1", "b/c.wav": tmp_path / "2"})
    assert flat.find(PurePosixPath("a.wav")) == tmp_path / "1"
    assert flat.find(PurePosixPath("b/c.wav")) == flat.find(PurePosixPath("c.wav")) == tmp_path / "2"


def test_the_end_of_a_sent_name_finds_it_however_deep_it_lies(tmp_path):
    deep = SentClips({f"{top}/b/c/d/{name}": tmp_path / top / name for top in "xy" for name in ("e.wav", f"{top}.wav")})
    assert deep.find(PurePosixPath("x/b/c/d/e.wav")) == tmp_path / "x" / "e.wav"
    assert deep.find(PurePosixPath("b/c/d/x.flac")) == deep.find(PurePosixPath("d/x.wav")) == tmp_path / "x" / "x.wav"
    assert deep.find(PurePosixPath("z/b/c/d/x.wav")) is None
    with pytest.raises(DataError, match=r"found 2 files called 'b/c/d/e\.wav', expected one, or its folder"):
        deep.find(PurePosixPath("b/c/d/e.wav"))
