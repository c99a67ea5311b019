"""The promise of the local store at every single step of ``create`` and ``append``: death, and a full disk."""

import errno
import fcntl
import os
import resource
import signal
from itertools import count

import pytest

from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.disk_steps import disk_steps, in_a_process_of_its_own
from tests.unit.submissions.made_submissions import made_event, made_receipt
from tests.unit.submissions.store_contract import SCORED
from tests.unit.submissions.two_actions import ACTIONS, RECEIPT, REPORTS, append, create, done, opened, prepare


@pytest.mark.parametrize("action", [create, append])
def test_death_at_any_step_loses_and_halves_nothing(action, tmp_path):
    found, whole = [], ACTIONS.index(action) + 1
    for last in count(1):
        root = tmp_path / str(last)
        store, steps = prepare(action, root), count(1)

        def die(what, steps=steps, last=last):
            if next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        def run(store=store, die=die):
            with disk_steps(die):
                action(store)

        status = in_a_process_of_its_own(run)
        found.append(done(opened(root)))
        action(opened(root))
        assert done(opened(root)) == whole
        if status == 0:
            break
        assert status == -signal.SIGKILL
    assert found == sorted(found), "once it is there, it stays"
    assert set(found) == {whole - 1, whole}
    assert last > 15, "every step was tried"


@pytest.mark.parametrize("action", [create, append])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_disk_that_takes_no_more_from_any_step_on_leaves_nothing_half(action, code, tmp_path):
    whole = ACTIONS.index(action) + 1
    for last in count(1):
        root = tmp_path / str(last)
        store, steps = prepare(action, root), count(1)

        def refuse(what, steps=steps, last=last):
            if what not in ("unlink", "rmdir") and next(steps) >= last:
                raise OSError(code, os.strerror(code), str(tmp_path))

        with disk_steps(refuse):
            try:
                action(store)
            except StoreUnavailable as error:
                message = str(error)
            else:
                break
        assert os.strerror(code) in message
        assert "\n" not in message
        assert str(tmp_path) not in message
        assert list((root / ".incoming").iterdir()) == [], f"left behind at step {last}"
        assert done(store) in (whole - 1, whole)
        action(store)
        assert done(store) == whole
    assert last > 12


def test_who_comes_right_after_a_death_can_go_on_at_once(tmp_path):
    other = {name: data + b" \n" for name, data in REPORTS.items()}
    for last in count(1):
        root = tmp_path / str(last)
        store, steps = prepare(append, root), count(1)

        def die(what, steps=steps, last=last):
            if next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        def run(store=store, die=die):
            with disk_steps(die):
                append(store)

        if in_a_process_of_its_own(run) == 0:
            break
        soon = LocalStore(root)  # too early to remove what is left behind
        expected = REPORTS if soon.get(RECEIPT.id).version == 2 else other
        if expected is other:
            assert soon.append(RECEIPT.id, made_event("scored", seed=2, **SCORED), other, expect=1) == 2
        later = opened(root)
        assert later.problems(contents=True) == []
        assert {name: later.read(RECEIPT.id, name) for name in REPORTS} == expected
    assert last > 15


def test_a_file_that_the_system_does_not_let_grow_is_not_kept_half(tmp_path):
    files = {"big.json": b"x" * 300_000}
    receipt = made_receipt(files)

    def write_under_a_limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = LocalStore(tmp_path / "s")
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        with pytest.raises(StoreUnavailable, match="File too large"):
            store.create(receipt, files)

    assert in_a_process_of_its_own(write_under_a_limit) == 0
    store = LocalStore(tmp_path / "s")
    assert list(store.ids()) == []
    assert list((store.root / ".incoming").iterdir()) == []


def test_a_disk_without_locks_is_said_to_be_so_and_nothing_stays_open(tmp_path, monkeypatch):
    store, fcntl_flock = LocalStore(tmp_path), fcntl.flock

    def no_locks(descriptor, how):
        if how != fcntl.LOCK_UN:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
        fcntl_flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", no_locks)
    descriptors = os.dup(0)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="No locks available"):
            create(store)
    os.close(descriptors)
    assert os.dup(0) == descriptors, "the next free number is the same as before"
    os.close(descriptors)
    assert list((store.root / ".incoming").iterdir()) == []


def test_a_submission_gets_its_place_under_the_lock_of_the_store(tmp_path):
    store, seen = LocalStore(tmp_path / "s"), []

    def try_the_lock(what):
        if what == "rename":
            descriptor = os.open(store.root, os.O_RDONLY)
            with pytest.raises(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.close(descriptor)
            seen.append(what)

    with disk_steps(try_the_lock):
        create(store)
    assert seen == ["rename"]
