"""The promise of the local store when the power goes: at every step, with a disk that keeps no more than it must."""

import errno
import os
import stat
from itertools import count
from pathlib import Path

import pytest

from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.disk_steps import disk_steps
from tests.unit.submissions.two_actions import ACTIONS, REPORTS, append, create, done, opened, prepare

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at open files through /proc")


class WithoutPower:
    """What a disk holds after a loss of power that keeps no more than it must: what ``fsync`` was called for."""

    def __init__(self, top):
        self._top = top.stat().st_ino
        self._folders = {self._top: {entry.name: entry.stat() for entry in top.iterdir()}}
        self._files = {}

    def synced(self, descriptor):
        here = os.fstat(descriptor)
        if stat.S_ISDIR(here.st_mode):
            with os.scandir(descriptor) as entries:
                self._folders[here.st_ino] = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        else:
            self._files[here.st_ino] = Path(f"/proc/self/fd/{descriptor}").read_bytes()

    def restore(self, target):
        self._restore(target, self._top, {})

    def _restore(self, target, folder, restored):
        target.mkdir()
        for name, kind in self._folders.get(folder, {}).items():
            if stat.S_ISDIR(kind.st_mode):
                self._restore(target / name, kind.st_ino, restored)
            elif kind.st_ino in restored:
                (target / name).hardlink_to(restored[kind.st_ino])
            else:
                (target / name).write_bytes(self._files.get(kind.st_ino, b""))
                restored[kind.st_ino] = target / name


def test_no_power_at_any_step_leaves_what_was_promised(tmp_path, monkeypatch):
    top = tmp_path / "disk"
    top.mkdir()
    disk, moments, fsync = WithoutPower(top), count(), os.fsync
    promised = 0

    def look():
        image = tmp_path / f"image {next(moments)}"
        disk.restore(image)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            return done(opened(image / "a" / "submissions"))

    def sync_and_look(descriptor):
        fsync(descriptor)
        disk.synced(descriptor)
        assert look() >= promised

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", sync_and_look)
        store = LocalStore(top / "a" / "submissions")
        for action in ACTIONS:
            action(store)
            promised += 1
            assert look() == promised
    assert next(moments) > 15


@pytest.mark.parametrize(("action", "last"), [(create, "rename"), (append, "link")])
def test_what_is_found_there_already_is_forced_to_the_disk_before_it_is_promised(action, last, tmp_path, monkeypatch):
    top = tmp_path / "disk"
    top.mkdir()
    disk, fsync = WithoutPower(top), os.fsync

    def sync(descriptor):
        fsync(descriptor)
        disk.synced(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    store = prepare(action, top / "submissions")
    before = []

    def fail_after_the_last(what):
        before.append(what)
        if what == "fsync" and before.count(last) == {"rename": 1, "link": 1 + len(REPORTS)}[last]:
            raise OSError(errno.EIO, "Input/output error")

    with disk_steps(fail_after_the_last), pytest.raises(StoreUnavailable):
        action(store)
    disk.restore(tmp_path / "before")
    action(store)
    disk.restore(tmp_path / "after")
    assert done(opened(tmp_path / "before" / "submissions")) == ACTIONS.index(action)
    assert done(opened(tmp_path / "after" / "submissions")) == ACTIONS.index(action) + 1


def test_a_store_that_somebody_else_had_just_made_is_forced_to_the_disk(tmp_path, monkeypatch):
    top = tmp_path / "disk"
    top.mkdir()
    disk, fsync = WithoutPower(top), os.fsync
    (top / "submissions").mkdir()
    monkeypatch.setattr(os, "fsync", lambda descriptor: (fsync(descriptor), disk.synced(descriptor)))
    create(LocalStore(top / "submissions"))
    disk.restore(tmp_path / "after")
    assert done(opened(tmp_path / "after" / "submissions")) == 1
