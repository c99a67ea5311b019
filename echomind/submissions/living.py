"""Which workers of this machine are alive: each holds the lock of a folder for as long as its process lives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from echomind.submissions.files import abandoned, make_folder, staging, writing

_LABEL = "worker"


@contextmanager
def living(folder: Path) -> Iterator[Path]:
    """A new folder in ``folder``, whose name names the worker and which goes with it, however the process ends."""
    with writing(folder.name):
        make_folder(folder)
    with staging(folder, _LABEL) as own:
        yield own


@contextmanager
def dead(folder: Path) -> Iterator[list[str]]:
    """Names of workers of this machine that ended without a word; their folders go when the block is left well.

    While the block lasts nobody else is told of the same ones.
    """
    with ExitStack() as locks:
        found = sorted(folder.glob(f"{_LABEL}-*")) if folder.is_dir() else []
        gone = [path for path in found if locks.enter_context(abandoned(path, 0))]
        yield [path.name for path in gone]
        for path in gone:
            shutil.rmtree(path, ignore_errors=True)  # what cannot be removed now is found again
