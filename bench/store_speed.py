"""How long the local store takes: prints milliseconds for keeping, listing, finding and reading submissions.

``python -m bench.store_speed`` fills a store with 1,000 submissions of two small files, then asks it what the pages
ask: all ids, one sender's, a content's, how many since a moment; from an empty index, and again. ``get`` reads receipt,
events and contact of every submission from its folder, as a list with states does.
"""

from __future__ import annotations

import argparse
import datetime
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, START, made_event, made_receipt


def timed(what: str, action: Callable[[], object], of: int = 1) -> None:
    start = time.perf_counter()
    action()
    print(f"{what:<58} {1000 * (time.perf_counter() - start) / of:9.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=1000)
    count = parser.parse_args().submissions
    minutes = datetime.timedelta(minutes=1)
    receipts = [
        made_receipt(seed=i, at=START - i * 100 * minutes, sender=f"sender {i % 50}", model=f"model {i}")
        for i in range(count)
    ]
    with tempfile.TemporaryDirectory() as folder:
        store = LocalStore(Path(folder, "store"))
        timed("create, each", lambda: [store.create(receipt, FILES) for receipt in receipts], count)
        timed("append, each", lambda: [store.append(receipt.id, made_event()) for receipt in receipts], count)
        timed(f"ids of {count}, from an empty index", lambda: list(store.ids()))
        timed(f"ids of {count}", lambda: list(store.ids()))
        timed("find by sender", lambda: store.find(sender="huggingface:sender 7"))
        timed("find by content", lambda: store.find(content=receipts[0].content))
        timed("count_since", lambda: store.count_since("huggingface:sender 7", START - 1000 * minutes))
        timed(f"get of all {count}, with states", lambda: [store.get(name).standing for name in store.ids()])
        timed("get of one", lambda: store.get(receipts[count // 2].id))
        timed("open", lambda: LocalStore(Path(folder, "store")))
        timed("problems", lambda: store.problems())
        timed("problems, with the hashes of all files", lambda: store.problems(contents=True))


if __name__ == "__main__":
    main()
