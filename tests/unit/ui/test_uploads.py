import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from echomind.errors import AudioError
from echomind.ui.uploads import Uploads


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


def put(folder, name="audio.wav", data=b"sound"):
    (folder / "abc123").mkdir(exist_ok=True)
    path = folder / "abc123" / name
    path.write_bytes(data)
    return str(path)


def test_a_recording_and_its_folder_are_gone_once_read(folder):
    assert Uploads(folder).take(put(folder), shared=False) == b"sound"
    assert list(folder.iterdir()) == []


def test_an_upload_is_gone_once_read(folder):
    assert Uploads(folder).take(put(folder)) == b"sound"
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_the_same_content_sent_twice_at_once_is_read_twice(folder):
    uploads, path = Uploads(folder), put(folder)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(uploads.take, [path] * 8)) == [b"sound"] * 8


def test_what_is_kept_in_memory_is_forgotten(folder):
    uploads, path = Uploads(folder, keep_s=0.01), put(folder)
    before = set(threading.enumerate())
    uploads.take(path)
    for timer in set(threading.enumerate()) - before:
        timer.join(10)
    with pytest.raises(AudioError, match=r"audio\.wav: the upload is no longer here; please send it again"):
        uploads.take(path)
    assert list(folder.iterdir()) == []


def test_a_recording_is_not_kept_in_memory(folder):
    uploads, path = Uploads(folder), put(folder)
    uploads.take(path, shared=False)
    with pytest.raises(AudioError, match="no longer here"):
        uploads.take(path, shared=False)


def test_content_that_came_again_outlives_the_first(folder):
    uploads, path = Uploads(folder, keep_s=0.01), put(folder)
    before = set(threading.enumerate())
    uploads.take(path)
    put(folder)
    for timer in set(threading.enumerate()) - before:
        timer.join(10)
    assert uploads.take(path) == b"sound"


class ByHand:
    """A timer that goes off when the test says so; ``late``: one that was cancelled too late to be stopped."""

    made = []

    def __init__(self, seconds, call):
        self.call, self.cancelled = call, False
        self.made.append(self)

    def start(self):
        pass

    def cancel(self):
        self.cancelled = True

    def go_off(self, *, late=False):
        if late or not self.cancelled:
            self.call()


@pytest.mark.parametrize("late", [False, True])
def test_what_comes_again_is_kept_as_long_as_what_comes_first(folder, monkeypatch, late):
    monkeypatch.setattr(ByHand, "made", [])
    monkeypatch.setattr("echomind.ui.uploads.threading.Timer", ByHand)
    uploads, path = Uploads(folder), put(folder)
    uploads.take(path)
    put(folder)
    uploads.take(path)
    first, second = ByHand.made
    first.go_off(late=late)
    assert uploads.take(path) == b"sound"  # whoever sent it a moment before the first was forgotten
    second.go_off()
    with pytest.raises(AudioError, match="no longer here"):
        uploads.take(path)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("where", ["outside.wav", "uploads/../outside.wav"])
def test_files_that_are_no_uploads_are_left_alone(folder, where):
    outside = folder.parent / "outside.wav"
    outside.write_bytes(b"ours")
    with pytest.raises(AudioError, match=r"outside\.wav: found a file that was not uploaded") as caught:
        Uploads(folder).take(str(folder.parent / where))
    assert str(folder.parent) not in str(caught.value)
    assert outside.read_bytes() == b"ours"


def test_links_out_of_the_folder_are_not_followed(folder):
    outside = folder.parent / "outside.wav"
    outside.write_bytes(b"ours")
    (folder / "link.wav").symlink_to(outside)
    with pytest.raises(AudioError, match="not uploaded"):
        Uploads(folder).take(str(folder / "link.wav"))


@pytest.mark.parametrize("path", [None, ""])
def test_no_file(folder, path):
    with pytest.raises(AudioError, match="found no recording"):
        Uploads(folder).take(path)
