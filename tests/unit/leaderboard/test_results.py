import json
import os
import threading
import time

import pytest

from echomind.errors import ResultsError
from echomind.leaderboard import record_files
from echomind.leaderboard.results import Results
from echomind.submissions.model import new_event
from echomind.submissions.store import StoreUnavailable
from echomind.submissions.store_local import LocalStore
from tests.unit.leaderboard.made_rows import publish_row

BOARD = "echomind-mini"
LONG_AGO = 1_700_000_000


@pytest.fixture
def parsed(monkeypatch):
    """The names of the files that were read, in order."""
    names = []
    read = record_files.read_record
    monkeypatch.setattr(record_files, "read_record", lambda path: names.append(path.name) or read(path))
    return names


def settle(folder, seconds=LONG_AGO):
    for path in folder.rglob("*.json"):
        os.utime(path, (seconds, seconds))


class Away(LocalStore):
    """A store that cannot be reached while ``away``."""

    away = False

    def ids(self):
        if self.away:
            raise StoreUnavailable("the store is away")
        return super().ids()


def test_a_file_is_read_once_until_it_changes(record, write, parsed):
    folder = write(record)
    write(record, "model-b")
    settle(folder)
    results = Results(folder)
    first = results.look("echomind")
    assert results.look("echomind") is first
    assert parsed == ["model-a.json", "model-b.json"]
    record["scores"]["wer"] = 3.5
    write(record, "model-b")
    os.utime(folder / "echomind" / "model-b.json", (LONG_AGO, LONG_AGO + 9))
    second = results.look("echomind")
    assert parsed[2:] == ["model-b.json"]
    assert second.version == first.version + 1
    assert (first.records["model-b"].scores["wer"], second.records["model-b"].scores["wer"]) == (2.93, 3.5)


def test_what_was_written_just_now_is_not_taken_from_memory(record, write):
    folder = write(record)
    results = Results(folder)
    results.look("echomind")
    path = folder / "echomind" / "model-a.json"
    now = time.time()
    os.utime(path, (now, now))
    results.look("echomind")
    text = path.read_text().replace("2.93", "3.93")  # the same size, and within a tick the same time
    path.write_text(text)
    os.utime(path, (now, now))
    assert results.look("echomind").records["model-a"].scores["wer"] == 3.93


def test_files_come_and_go(record, write):
    folder = write(record)
    results = Results(folder)
    versions = [results.look("echomind").version]
    write(record, "model-b")
    versions.append(results.look("echomind").version)
    (folder / "echomind" / "model-a.json").unlink()
    versions.append(results.look("echomind").version)
    assert list(results.board("echomind")) == ["model-b"]
    assert versions == [1, 2, 3]
    assert results.board("humdial") == {}


def test_a_file_that_is_touched_and_not_changed_is_no_news(record, write):
    folder = write(record)
    settle(folder)
    results = Results(folder)
    first = results.look("echomind")
    settle(folder, LONG_AGO + 5)
    assert results.look("echomind") is first


def test_a_broken_file_is_told_until_it_is_mended(record, write):
    folder = write(b"{")
    results = Results(folder)
    for _ in range(2):
        with pytest.raises(ResultsError, match=r"echomind/model-a\.json"):
            results.look("echomind", at_most_s=60)
    write(record)
    assert len(results.board("echomind")) == 1
    record["board"] = "humdial"
    write(record)
    with pytest.raises(ResultsError, match="found 'humdial', expected 'echomind'"):
        results.board("echomind")


def test_a_look_of_a_moment_ago_may_do(record, write, parsed):
    folder = write(record)
    results = Results(folder)
    first = results.look("echomind", at_most_s=60)
    write(record, "model-b")
    assert results.look("echomind", at_most_s=60) is first
    assert results.look("echomind").version == first.version + 1


def test_submissions_stand_behind_files_and_never_replace_one(record, write, tmp_path):
    store = LocalStore(tmp_path / "store")
    publish_row(store, 0, "A model")
    results = Results(tmp_path / "nothing", store)
    (slug,) = results.board(BOARD)
    record["board"] = BOARD
    record["scores"] = {"wer": 1.0}
    record["intervals"] = record["n"] = {}
    folder = write(record, slug, BOARD)
    (only,) = Results(folder, store).board(BOARD).values()
    assert only.provenance.kind == "paper"
    write(record, "a-file", BOARD)
    (folder / BOARD / f"{slug}.json").unlink()
    assert list(Results(folder, store).board(BOARD)) == ["a-file", slug]


def test_only_what_changes_a_row_is_news(tmp_path):
    store = LocalStore(tmp_path / "store")
    receipt = publish_row(store, 0, "A model")
    results = Results(tmp_path / "nothing", store)
    first = results.look(BOARD)
    store.append(receipt.id, new_event("unverified", "moderator"))  # it was before
    assert results.look(BOARD) is first
    store.append(receipt.id, new_event("verified", "moderator"))
    assert results.look(BOARD).version == first.version + 1
    assert results.look("humdial").version == 1  # other boards do not change by it
    publish_row(store, 1, "Another")
    assert results.look("humdial").version == 1
    assert [r.model.name for r in results.board(BOARD).values()] == ["Another", "A model"]


def test_a_store_that_is_away_is_told_and_its_rows_come_back(tmp_path, caplog):
    store = Away(tmp_path / "store")
    publish_row(store, 0, "A model")
    results = Results(tmp_path / "nothing", store)
    there = results.look(BOARD)
    store.away = True
    missing = [results.look(BOARD) for _ in range(3)][-1]
    assert (missing.submissions_missing, dict(missing.records)) == (True, {})
    assert missing.version > there.version
    assert caplog.text.count("the rows of submissions to echomind-mini are missing: the store is away") == 1
    store.away = False
    back = results.look(BOARD)
    assert (back.submissions_missing, len(back.records)) == (False, 1)
    assert back.version > missing.version


def test_many_threads_see_whole_boards_and_versions_that_never_go_back(record, write):
    folder = write(record)
    results, stop, wrong = Results(folder), threading.Event(), []

    def watch():
        last = 0
        while not stop.is_set():
            look = results.look("echomind")
            if look.version < last or len({r.model.name for r in look.records.values()}) != len(look.records):
                wrong.append(look)
            last = look.version

    threads = [threading.Thread(target=watch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for index in range(40):
        record["model"]["name"] = f"Model {index}"
        path = folder / "echomind" / f"m{index}.json"
        path.with_suffix(".tmp").write_text(json.dumps(record))
        path.with_suffix(".tmp").rename(path)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(results.board("echomind")) == 41
