"""Every change that this process makes to the disk, one step at a time: to fail, die or look at any of them."""

import os
from contextlib import contextmanager

import pytest

CHANGES = ("mkdir", "open", "fsync", "rename", "link", "unlink", "rmdir")


class _HalfWritten:
    """A file whose every writing is two steps, so that half of it can be all that there is."""

    def __init__(self, file, happens):
        self._file, self._happens = file, happens

    def write(self, data):
        self._file.write(data[: len(data) // 2])
        self._file.flush()
        self._happens("write")
        return self._file.write(data[len(data) // 2 :])

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()


@contextmanager
def disk_steps(happens):
    """Calls ``happens(what)`` before every change of the disk, and in the middle of every writing of a file."""

    def counted(what, original):
        def step(*arguments, **named):
            if what != "open" or arguments[1] & os.O_CREAT:
                happens(what)
            return original(*arguments, **named)

        return step

    def half(descriptor, mode, **named):
        file = fdopen(descriptor, mode, **named)
        return _HalfWritten(file, happens) if "w" in mode else file

    fdopen = os.fdopen
    with pytest.MonkeyPatch.context() as patch:
        for what in CHANGES:
            patch.setattr(os, what, counted(what, getattr(os, what)))
        patch.setattr(os, "fdopen", half)
        yield


def in_a_process_of_its_own(action):
    """Run ``action`` in a forked process; its exit status, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            action()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
