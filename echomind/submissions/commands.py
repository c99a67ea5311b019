"""``python -m echomind submissions``: score what was received, score again, and list what is there."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from echomind.scoring.jsonl_schema import schema_text
from echomind.settings import Settings, get_settings
from echomind.submissions.living import living
from echomind.submissions.open_store import open_store
from echomind.submissions.rescore import rescore
from echomind.submissions.service import Submissions
from echomind.submissions.store import Store, StoreError
from echomind.submissions.store_spooled import SpooledStore
from echomind.submissions.worker import Worker, Workers, workers_folder

log = logging.getLogger(__name__)
CATCH_UP_S = 20.0  # how often the remote store is asked what is new, and told what is new here


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store of the settings; while it is open, it and the remote store behind it, if any, tell each other all."""
    store = open_store(settings)
    stop = threading.Event()
    thread = threading.Thread(target=_keep_up, args=(store, stop), daemon=True)
    if isinstance(store, SpooledStore):
        exchange(store)
        thread.start()
    try:
        yield store
    finally:
        stop.set()
        if isinstance(store, SpooledStore):
            thread.join()
            exchange(store)


def exchange(store: SpooledStore) -> None:
    """Bring what is new here to the remote store, and from there what is new there; says what could not be."""
    try:
        for progress in (store.catch_up(), store.restore()):
            for submission_id, why in progress.left.items():
                log.warning("%s: left for the next round: %s", submission_id, why)
    except StoreError as error:
        log.warning("the remote store of submissions is away, everything is kept here: %s", error)


def _keep_up(store: SpooledStore, stop: threading.Event) -> None:
    while not stop.wait(CATCH_UP_S):
        exchange(store)


def run_work(*, once: bool = False, workers: int | None = None) -> int:
    """The ``submissions work`` command: until it is told to end (SIGINT, SIGTERM), or until nothing waits."""
    settings = get_settings()
    with opened(settings) as store:
        if once:
            with living(workers_folder(settings)) as own:
                worker = Worker(store, settings, own)
                while worker.run_once():
                    pass
            return 0
        team = Workers(store, settings, number=workers)
        end = threading.Event()

        def ask_to_end(number: int, frame: FrameType | None) -> None:
            end.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask_to_end)
        team.start()
        end.wait()
        team.stop()
    return 0


def run_rescore(*, as_json: bool = False) -> int:
    """The ``submissions rescore`` command; status 2 where some could not be scored again."""
    settings = get_settings()
    done = []
    with opened(settings) as store:
        for one in rescore(store, settings):
            done.append(one)
            if not as_json:
                _say(f"{one.id}: {one.problem or 'scored again'}")
    if as_json:
        _say(json.dumps({"rescored": [one._asdict() for one in done]}, ensure_ascii=False))
    return 2 if any(one.problem for one in done) else 0


def run_list(*, as_json: bool = False) -> int:
    """The ``submissions list`` command: newest first; nothing private."""
    settings = get_settings()
    with opened(settings) as store:
        found = Submissions(store, settings).all()
    if as_json:
        rows = [status.model_dump(mode="json", by_alias=True) for status in found]
        _say(json.dumps({"submissions": rows}, ensure_ascii=False))
        return 0
    for status in found:
        model = ascii(status.receipt.form.model)[1:-1]  # a terminal obeys some characters
        marks = " ".join(word for word, on in (("verified", status.verified), ("hidden", status.hidden)) if on)
        _say(f"{status.receipt.at:%Y-%m-%d %H:%M}  {status.id}  {status.state:10} {model} {marks}".rstrip())
    return 0


def run_schema() -> int:
    """The ``submissions schema`` command: the JSON Schema of a line of predictions in JSON Lines."""
    sys.stdout.write(schema_text())
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
