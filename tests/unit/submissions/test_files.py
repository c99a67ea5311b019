import os
import time

import pytest

from echomind.submissions.files import (
    abandoned,
    kind_of,
    list_folder,
    locked,
    make_folder,
    read_file,
    staging,
    write_new,
    writing,
)
from echomind.submissions.store import StoreError, StoreUnavailable
from tests.unit.submissions.disk_steps import in_a_process_of_its_own


def is_abandoned(folder, older_than_s=0.0):
    with abandoned(folder, older_than_s) as answer:
        return answer


def test_a_file_is_never_written_over(tmp_path):
    write_new(tmp_path / "a", b"first")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    for name in ("a", "link"):
        with pytest.raises(FileExistsError):
            write_new(tmp_path / name, b"second")
    assert read_file(tmp_path / "a", "a") == b"first"
    assert not (tmp_path / "b").exists()


def test_what_is_no_file_is_not_read(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    os.mkfifo(tmp_path / "pipe")
    for name, found in {"folder": "a folder", "link": "a link", "pipe": "a device", "none": "nothing"}.items():
        with pytest.raises(StoreError, match=f"here: found {found}"):
            read_file(tmp_path / name, "here")
    for name, found in {"link": "a link", "pipe": "a device", "none": "nothing"}.items():
        with pytest.raises(StoreError, match=f"here: found {found}"):
            list_folder(tmp_path / name, "here")


def test_a_listing_follows_no_links(tmp_path):
    (tmp_path / "b folder").mkdir()
    (tmp_path / "a link").symlink_to(tmp_path / "b folder")
    (tmp_path / "c file").write_bytes(b"")
    os.mkfifo(tmp_path / "d pipe")
    listed = {entry.name: entry.kind for entry in list_folder(tmp_path, "here")}
    assert listed == {
        "a link": "a link",
        "b folder": "a folder",
        "c file": "a file",
        "d pipe": "a device, pipe or socket",
    }
    assert listed == {name: kind_of(tmp_path / name) for name in listed}


def test_a_system_error_becomes_one_line_without_the_path(tmp_path):
    with pytest.raises(StoreUnavailable) as refusal, writing("it"):
        (tmp_path / "none" / "x").mkdir()
    assert str(refusal.value) == "it: cannot be written now: No such file or directory"


def test_folders_are_made_with_those_above_them_and_again(tmp_path):
    for _ in range(2):
        make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_a_staging_folder_is_removed_whatever_happens(tmp_path):
    with pytest.raises(ZeroDivisionError), staging(tmp_path, "new") as folder:
        (folder / "inside").mkdir()
        write_new(folder / "inside" / "x", b"")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_staging_folder_that_was_moved_to_its_place_stays_there(tmp_path):
    with staging(tmp_path, "new") as folder:
        folder.rename(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_staging_folder_is_abandoned_when_its_writer_is_gone(tmp_path):
    with staging(tmp_path, "new") as folder:
        assert not is_abandoned(folder)
        assert in_a_process_of_its_own(lambda: os._exit(7 if is_abandoned(folder) else 8)) == 8
    assert not is_abandoned(folder), "it is not there any more"

    def die():
        with staging(tmp_path, "new"):
            os._exit(9)

    assert in_a_process_of_its_own(die) == 9
    (left,) = tmp_path.iterdir()
    assert is_abandoned(left)
    assert not is_abandoned(left, older_than_s=60)
    os.utime(left, (time.time() - 61,) * 2)
    assert is_abandoned(left, older_than_s=60)


def test_who_removes_leftovers_may_be_quicker_than_the_lock(tmp_path, monkeypatch):
    original, made = os.open, []

    def removed_before_it_is_opened(path, *arguments, **named):
        if str(path).startswith(str(tmp_path / "new")) and not made:
            made.append(path)
            path.rmdir()
        return original(path, *arguments, **named)

    monkeypatch.setattr(os, "open", removed_before_it_is_opened)
    with staging(tmp_path, "new") as folder:
        assert made and made != [folder]
        assert not is_abandoned(folder)


def test_a_lock_does_not_live_on_in_a_process_forked_meanwhile(tmp_path):
    reader, writer = os.pipe()
    with locked(tmp_path):
        pid = os.fork()
        if pid == 0:
            os.close(writer)
            os.read(reader, 1)  # until the other end is closed
            os._exit(0)
    os.close(reader)
    assert in_a_process_of_its_own(lambda: locked(tmp_path).__enter__()) == 0
    os.close(writer)
    assert os.waitpid(pid, 0)[1] == 0


def test_readers_share_a_lock(tmp_path):
    with locked(tmp_path, shared=True), locked(tmp_path, shared=True):
        assert list(tmp_path.iterdir()) == []
