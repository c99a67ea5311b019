"""Many processes that submit into one store at the same moment, and are killed in the middle of what they do.

Each writer tells through a pipe when it begins a step of its work on the disk, when ``create`` has returned and when
the report is in. The moments to kill at are drawn beforehand as numbers of steps; the writer that reports such a step
is killed at once, so it dies within or right after it. A new process takes up the first submission that was not told
to be finished, as a client does that got no answer. Nothing sleeps and nothing waits for a time.
"""

import datetime
import os
import random
import selectors
import signal
import time
import traceback
from dataclasses import dataclass, field

from echomind.submissions.files import abandoned
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.disk_steps import disk_steps
from tests.unit.submissions.made_submissions import START, made_event, made_receipt

SIZES = (3_000, 40_000, 150_000)  # bytes of the files of a submission: about those of a small set
NO_TIME = datetime.timedelta(0)


@dataclass
class Figures:
    """What happened. The lists name submissions; all of them have to be empty."""

    kills: int = 0
    kills_within_a_writing: int = 0
    looked_for: int = 0  # receipts handed out that were looked for, and read whole, right after a kill
    receipts: int = 0
    steps: int = 0
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    not_scored_once: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)

    @property
    def faults(self):
        return [*self.lost, *self.damaged, *self.doubled, *self.not_scored_once, *self.problems, *self.left_behind]


class Work:
    """What writer ``writer`` submits as its ``number``-th, and what is found out about it."""

    def __init__(self, seed, writer, number):
        rng = random.Random(f"{seed}/{writer}/{number}")
        self.files = {f"part-{i}.json": rng.randbytes(size) for i, size in enumerate(SIZES)}
        at = START + datetime.timedelta(days=40 * (number % 3), seconds=writer)
        self.receipt = made_receipt(self.files, seed=f"{seed}/{writer}/{number}", at=at, sender=f"writer {writer}")
        self.report = {"scores-1.json": rng.randbytes(20_000)}
        name = f"{seed}/{writer}/{number}"
        self.claimed = made_event("claimed", seed=f"claimed {name}", until=START.isoformat())
        self.scored = made_event("scored", seed=f"scored {name}", scorer="1", file="scores-1.json")

    def create(self, store):
        store.create(self.receipt, self.files, contact="x@example.org")

    def score(self, store):
        store.append(self.receipt.id, self.claimed, expect=1)
        store.append(self.receipt.id, self.scored, self.report, expect=2)

    def is_whole(self, store):
        submission = store.get(self.receipt.id)
        files = {name: store.read(self.receipt.id, name) for name in self.files}
        events = (self.claimed, self.scored)[: submission.version - 1]
        return (
            (submission.receipt, submission.contact, files) == (self.receipt, "x@example.org", self.files)
            and submission.events[1:] == events
            and (submission.version < 3 or store.read(self.receipt.id, "scores-1.json") == self.report["scores-1.json"])
        )


class Writer:
    """A process that submits, started again after a kill; ``kept`` and ``finished``: how many it told to be so."""

    def __init__(self, root, seed, name, each):
        self.root, self.seed, self.name, self.each = root, seed, name, each
        self.kept, self.finished, self.pid, self.pipe = 0, 0, None, None
        self.rest = b""

    def start(self):
        self.pipe, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                os.close(self.pipe)
                self._submit(tell)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(tell)
        self.rest = b""

    def _submit(self, tell):
        with disk_steps(lambda what: os.write(tell, b"step\n")):
            store = LocalStore(self.root, leftovers_after=NO_TIME)
            for number in range(self.finished, self.each):
                work = Work(self.seed, self.name, number)
                work.create(store)
                os.write(tell, b"kept %d\n" % number)
                work.score(store)
                os.write(tell, b"scored %d\n" % number)

    def heard(self):
        """The number of steps told since the last time; ``None``: the process has ended."""
        data = os.read(self.pipe, 1 << 16)
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            match line.split():
                case [b"kept", number]:
                    self.kept = int(number) + 1
                case [b"scored", number]:
                    self.finished = int(number) + 1
        return lines.count(b"step") if data else None

    def end(self, kill=False):
        """Its exit status, after everything that it told has been heard."""
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        while self.heard() is not None:
            pass
        os.close(self.pipe)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def run(root, *, writers, each, kills, seed, scratch):
    """Let ``writers`` processes submit ``each`` and kill ``kills`` times; the ``Figures``. ``scratch``: to count in."""
    works = {(writer, number): Work(seed, writer, number) for writer in range(writers) for number in range(each)}
    total = _steps_of(works[0, 0], scratch) * len(works)
    moments = sorted(random.Random(seed).sample(range(1, int(0.9 * total)), kills))
    figures, start = Figures(), time.perf_counter()
    crew = [Writer(root, seed, name, each) for name in range(writers)]
    with selectors.DefaultSelector() as selector:
        for writer in crew:
            writer.start()
            selector.register(writer.pipe, selectors.EVENT_READ, writer)
        while selector.get_map():
            for key, _ in selector.select():
                writer = key.data
                steps = writer.heard()
                figures.steps += steps or 0
                is_moment = bool(moments) and figures.steps >= moments[0]
                if steps is not None and not is_moment:
                    continue
                selector.unregister(writer.pipe)
                if (status := writer.end(kill=steps is not None)) == -signal.SIGKILL:
                    moments.pop(0)
                    figures.kills += 1
                    figures.kills_within_a_writing += _abandoned(root) > 0
                    _look(figures, root, crew, works)
                    writer.start()
                    selector.register(writer.pipe, selectors.EVENT_READ, writer)
                elif status:
                    raise RuntimeError(f"writer {writer.name} ended with status {status}")
    figures.seconds = time.perf_counter() - start
    _look_at_all(figures, root, works)
    return figures


def _steps_of(work, scratch):
    steps = []
    store = LocalStore(scratch)
    with disk_steps(steps.append):
        work.create(store)
        work.score(store)
    return len(steps)


def _abandoned(root):
    """How many staging folders have no living writer. (The one killed last; others remove them as they start.)"""
    count = 0
    for folder in (root / ".incoming").iterdir():
        with abandoned(folder, 0) as is_abandoned:
            count += is_abandoned
    return count


def _look(figures, root, crew, works):
    """Every receipt handed out so far is there whole, and scored where that was told."""
    store = LocalStore(root)
    ids = list(store.ids())
    for writer in crew:
        for number in range(writer.kept):
            work = works[writer.name, number]
            figures.looked_for += 1
            if ids.count(work.receipt.id) != 1:
                figures.lost.append(work.receipt.id)
            elif not work.is_whole(store) or (number < writer.finished and store.get(work.receipt.id).version != 3):
                figures.damaged.append(work.receipt.id)


def _look_at_all(figures, root, works):
    store = LocalStore(root, leftovers_after=NO_TIME)
    ids = list(store.ids())
    figures.receipts = len(ids)
    figures.problems = store.problems(contents=True)
    figures.left_behind = [path.name for path in (root / ".incoming").iterdir()]
    figures.doubled = sorted({found for found in ids if ids.count(found) > 1})
    for work in works.values():
        if work.receipt.id not in ids:
            figures.lost.append(work.receipt.id)
        elif not work.is_whole(store):
            figures.damaged.append(work.receipt.id)
        elif [event.kind for event in store.get(work.receipt.id).events] != ["received", "claimed", "scored"]:
            figures.not_scored_once.append(work.receipt.id)
