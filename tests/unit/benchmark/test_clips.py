"""Names of clips from records: found below one folder, never outside it."""

from pathlib import PurePosixPath

import pytest

from echomind.benchmark.clips import Clips, relative
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
