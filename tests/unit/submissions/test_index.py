"""Whatever happens to the index, answers come from the folders."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from echomind.submissions import index
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, START, made_receipt
from tests.unit.submissions.store_contract import together

RECEIPTS = [
    made_receipt(seed=seed, at=START.replace(minute=seed), sender="AdaEve"[seed % 2 * 3 :][:3]) for seed in range(8)
]
IDS = [receipt.id for receipt in RECEIPTS]


@pytest.fixture
def store(tmp_path):
    store = LocalStore(tmp_path / "s")
    for receipt in RECEIPTS:
        store.create(receipt, FILES)
    assert list(store.ids()) == IDS
    return store


@pytest.fixture
def file(store):
    return store.root / ".index" / "submissions.sqlite3"


def answers_are_right(store):
    assert list(store.ids()) == IDS
    assert store.find(sender="huggingface:Ada") == IDS[::2]
    assert store.find(content=RECEIPTS[0].content, sender="huggingface:Eve") == IDS[1::2]
    assert store.count_since("huggingface:Eve", START.replace(minute=3)) == 3


def execute(file, *commands):
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for command in commands:
            connection.execute(command)


def rows(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT count(*) FROM submissions").fetchone()[0]


def put_noise(file, start):
    data = file.read_bytes()
    file.write_bytes(data[:start] + b"\xa5" * (len(data) - start))


DAMAGES = {
    "deleted": lambda file: file.unlink(),
    "folder deleted": lambda file: shutil.rmtree(file.parent),
    "no database": lambda file: file.write_bytes(b"no database at all " * 1000),
    "empty": lambda file: file.write_bytes(b""),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:5000]),
    "noise in its pages": lambda file: put_noise(file, 4096),
    "noise in its head": lambda file: put_noise(file, 20),
    "one table more": lambda file: execute(file, "CREATE TABLE more (id TEXT)"),
    "no table": lambda file: execute(file, "DROP TABLE submissions"),
    "other columns": lambda file: execute(file, "DROP TABLE submissions", "CREATE TABLE submissions (id TEXT)"),
    "behind": lambda file: execute(file, "DELETE FROM submissions WHERE at % 2 = 0"),
    "ahead": lambda file: execute(file, "INSERT INTO submissions VALUES ('x', 1, 'c', 'huggingface:Ada')"),
    "a folder in its place": lambda file: (file.unlink(), file.mkdir()),
    "noise in its log": lambda file: file.with_name(f"{file.name}-wal").write_bytes(b"\xa5" * 9000),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
@pytest.mark.parametrize("reopened", [True, False])
def test_a_damaged_index_changes_no_answer_and_heals(store, file, damage, reopened):
    damage(file)
    store = LocalStore(store.root) if reopened else store
    answers_are_right(store)
    if file.exists() and file.is_file():
        assert rows(file) == len(IDS)
    answers_are_right(LocalStore(store.root))
    assert rows(file) == len(IDS)


@pytest.mark.parametrize("damage", [DAMAGES["no database"], DAMAGES["deleted"], DAMAGES["noise in its pages"]])
def test_many_who_find_it_damaged_at_once_heal_it_once(store, file, damage):
    stores = [LocalStore(store.root) for _ in range(6)]
    damage(file)
    assert [list(found) for found in together([other.ids for other in stores])] == [IDS] * 6
    assert rows(file) == len(IDS)


def test_an_index_that_cannot_be_written_changes_no_answer(store, file, monkeypatch, caplog):
    shutil.rmtree(file.parent)
    file.parent.write_bytes(b"in the way")
    answers_are_right(store)
    answers_are_right(LocalStore(store.root))
    assert "reading the receipts instead" in caplog.text
    store.create(made_receipt(seed=9, at=START.replace(hour=23)), FILES)
    assert list(store.ids())[:-1] == IDS


def test_a_process_that_holds_the_index_holds_up_no_answer(store, file, monkeypatch):
    monkeypatch.setattr(index, "WAIT_S", 0)
    new = made_receipt(seed=9, at=START.replace(hour=23))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answers_are_right(store)
        store.create(new, FILES)
        assert list(store.ids()) == [*IDS, new.id]
        other.execute("ROLLBACK")
    assert list(store.ids()) == [*IDS, new.id]
    assert rows(file) == len(IDS) + 1


def test_it_is_a_write_ahead_log_that_is_forced_to_the_disk(store, file):
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    with store._index._connected() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_receipt_is_opened_once(store, monkeypatch):
    monkeypatch.setattr("echomind.submissions.stored_folder.StoredFolder.receipt", None)
    answers_are_right(store)
    answers_are_right(LocalStore(store.root))
