"""The local store keeps the promise of every store, and names what does not belong into its folder."""

import logging
import os
import shutil
from datetime import timedelta

import pytest

from echomind.submissions.layout import event_name
from echomind.submissions.store import StoreError, StoreUnavailable, UnknownSubmission
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, START, made_event, made_receipt
from tests.unit.submissions.store_contract import REPORT, SCORED, StoreContract

GOOD, BAD = made_receipt(seed=1), made_receipt(seed=2)
REPORT_NAME = SCORED["file"]
SECRET = b"not for anybody outside"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "submissions"


@pytest.fixture
def open_store(root):
    return lambda **given: LocalStore(root, **given)


class TestContract(StoreContract):
    pass


@pytest.fixture
def store(open_store):
    """Two submissions, each with a report; the second one is there to be damaged."""
    store = open_store()
    for receipt in (GOOD, BAD):
        store.create(receipt, FILES, contact="ada@example.org")
        store.append(receipt.id, made_event("scored", **SCORED), REPORT)
    return store


@pytest.fixture
def bad(store):
    return store.root / "2026-11" / BAD.id


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_bytes(SECRET)
    return folder


def replace_by_link(path, target):
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.symlink_to(target)


def event_file(bad, number):
    return next((bad / "events").glob(f"{number:08}-*"))


def copy_event_under_another_name(bad):
    shutil.copy(event_file(bad, 2), bad / "events" / event_name(3, made_event("held", seed=5)))


def the_good_one_is_served(store):
    assert store.get(GOOD.id).version == 2
    assert {name: store.read(GOOD.id, name) for name in FILES} == FILES
    assert GOOD.id in list(store.ids())


def test_a_sound_store_has_no_problems(store):
    assert store.problems(contents=True) == []


def test_a_report_that_is_a_sent_file_again_is_no_problem(store):
    name, data = next(iter(FILES.items()))
    store.append(GOOD.id, made_event(seed=7), {name: data})
    assert store.read(GOOD.id, name) == data
    assert store.problems(contents=True) == []


def test_what_lies_on_the_disk_is_what_readers_of_the_folder_expect(store, bad):
    assert sorted(str(path.relative_to(bad)) for path in bad.rglob("*.json")) == [
        "contact.json",
        f"events/00000001-received-{BAD.id[13:]}.json",
        "events/" + event_name(2, made_event("scored")),
        "raw/response.json",
        "raw/understanding.json",
        "receipt.json",
        REPORT_NAME,
    ]
    assert (bad / "contact.json").stat().st_mode & 0o077 == 0, "nobody else on the machine reads a contact"
    assert b"ada@example" not in (bad / "receipt.json").read_bytes()


def test_events_tell_which_reports_they_brought(store):
    assert [list(kept.files) for kept in store.kept_events(GOOD.id)] == [[], [REPORT_NAME]]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("notes.txt", "a file 'notes.txt'"),
        (".DS_Store", "a file '.DS_Store'"),
        ("2026-13", "a folder '2026-13'"),
        ("2026-11/notes.txt", "2026-11: found a file 'notes.txt'"),
        ("2026-11/0f", "2026-11: found a folder '0f'"),
        ("2026-11/\u202eevil\n", "2026-11: found a file '\\u202eevil\\n'"),
        (".incoming/half.json", ".incoming: found a file 'half.json'"),
    ],
)
def test_a_stray_is_named_and_stops_nobody(open_store, store, name, says):
    path = store.root / name
    path.mkdir() if says.startswith("a folder") or "found a folder" in says else path.write_bytes(b"")
    store = open_store(leftovers_after=timedelta(0))
    assert list(store.ids()) == sorted([GOOD.id, BAD.id])
    (problem,) = store.problems()
    assert says in problem
    assert path.exists(), "it is not the store's, so it does not remove it"


def test_what_is_left_out_is_logged_once(open_store, store, bad, caplog):
    (bad / "receipt.json").write_bytes(b"{}")
    (store.root / "notes.txt").write_bytes(b"")
    shutil.rmtree(store.root / ".index")
    caplog.set_level(logging.ERROR)
    store = open_store()
    for _ in range(3):
        assert list(store.ids()) == [GOOD.id]
    assert sorted(record.levelname for record in caplog.records) == ["ERROR", "ERROR"]
    assert BAD.id in caplog.text
    assert "notes.txt" in caplog.text


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda bad, outside: (bad / "receipt.json").unlink(), "receipt.json: found nothing"),
        (lambda bad, outside: (bad / "receipt.json").write_bytes(b'{"schema": 1'), "receipt.json: line 1"),
        (lambda bad, outside: (bad / "receipt.json").write_bytes(b'{"schema": 2}'), "receipt.json: schema"),
        (lambda bad, outside: replace_by_link(bad / "receipt.json", outside / "secret"), "receipt.json: found a link"),
        (lambda bad, outside: shutil.copy(bad.parent / GOOD.id / "receipt.json", bad), f"receipt of 2026-11/{GOOD.id}"),
        (lambda bad, outside: replace_by_link(bad, bad.parent / GOOD.id), f"2026-11/{BAD.id}: found a link"),
        (lambda bad, outside: replace_by_link(bad / "events", bad.parent / GOOD.id / "events"), "events: found a link"),
        (lambda bad, outside: shutil.rmtree(bad / "events"), "events: found nothing"),
        (lambda bad, outside: (bad / "events" / "notes").write_bytes(b""), "events: found 'notes'"),
        (lambda bad, outside: event_file(bad, 1).unlink(), "expected event number 1"),
        (lambda bad, outside: event_file(bad, 2).write_bytes(b""), "scored"),
        (lambda bad, outside: replace_by_link(event_file(bad, 2), outside / "secret"), "found a link"),
        (lambda bad, outside: copy_event_under_another_name(bad), "expected the one that its name says"),
        (lambda bad, outside: (bad / "contact.json").write_bytes(b"[]"), "contact.json"),
        (lambda bad, outside: replace_by_link(bad / "contact.json", outside / "secret"), "contact.json: found a link"),
    ],
)
def test_a_damaged_submission_is_refused_by_name_and_stops_nobody(open_store, store, bad, outside, damage, says):
    damage(bad, outside)
    store = open_store()
    with pytest.raises(StoreError) as refusal:
        store.get(BAD.id)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert str(store.root) not in str(refusal.value)
    assert any(BAD.id in problem for problem in store.problems())
    the_good_one_is_served(store)


@pytest.mark.parametrize("name", ["understanding.json", REPORT_NAME])
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path, outside: path.write_bytes(path.read_bytes().replace(b"1", b"2")), "SHA-256"),
        (lambda path, outside: path.write_bytes(path.read_bytes() + b"\n"), "found"),
        (lambda path, outside: path.unlink(), "found nothing"),
        (lambda path, outside: replace_by_link(path, outside / "secret"), "found a link"),
        (lambda path, outside: (path.unlink(), os.mkfifo(path)), "found a device, pipe or socket"),
        (lambda path, outside: (path.unlink(), path.mkdir()), "found a folder"),
    ],
)
def test_a_damaged_file_is_refused_by_name(store, bad, outside, name, damage, says):
    damage(next(bad.rglob(name)), outside)
    with pytest.raises(StoreError, match=says) as refusal:
        store.read(BAD.id, name)
    assert name in str(refusal.value)
    assert store.problems(contents=True) == [str(refusal.value)]
    the_good_one_is_served(store)


def test_a_folder_of_files_that_is_a_link_is_refused(store, bad, outside):
    (outside / "understanding.json").write_bytes(FILES["understanding.json"])
    replace_by_link(bad / "raw", outside)
    with pytest.raises(StoreError, match="raw"):
        store.read(BAD.id, "understanding.json")
    assert any("raw" in problem for problem in store.problems())


def test_a_month_that_is_a_link_is_not_followed(store, outside):
    (store.root / "2027-01").symlink_to(outside)
    with pytest.raises(StoreError, match="2027-01: found a link"):
        store.create(made_receipt(seed=3, at=START.replace(year=2027, month=1)), FILES)
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert any("2027-01" in problem for problem in store.problems())


def test_a_file_that_no_event_names_is_not_served(store, bad):
    (bad / "notes.txt").write_bytes(SECRET)
    (bad / "raw" / "more.json").write_bytes(SECRET)
    for name in ("notes.txt", "more.json"):
        with pytest.raises(StoreError, match=name):
            store.read(BAD.id, name)
        assert any(name in problem for problem in store.problems())


@pytest.mark.parametrize("make", [lambda path, outside: path.mkdir(), lambda path, outside: path.symlink_to(outside)])
def test_a_report_never_goes_where_something_else_lies(store, bad, outside, make):
    make(bad / "scores-2.json", outside / "secret")
    with pytest.raises(StoreError, match=r"scores-2\.json: found a (link|folder)"):
        store.append(BAD.id, made_event("scored", seed=2, **SCORED), {"scores-2.json": b"{}"})
    assert store.get(BAD.id).version == 2
    assert (outside / "secret").read_bytes() == SECRET


def test_a_submission_in_two_months_is_named_with_both(open_store, store, bad):
    shutil.copytree(bad, store.root / "2026-12" / BAD.id)
    store = open_store()
    with pytest.raises(StoreError, match=f"2026-11/{BAD.id} and 2026-12/{BAD.id}"):
        store.get(BAD.id)
    assert list(store.ids()) == [GOOD.id]
    assert any("2026-12" in problem for problem in store.problems())


def test_a_submission_that_was_taken_out_of_the_folder_is_gone(store, bad):
    assert BAD.id in list(store.ids())
    shutil.rmtree(bad)
    assert list(store.ids()) == store.find(content=BAD.content) == [GOOD.id]
    with pytest.raises(UnknownSubmission):
        store.get(BAD.id)


def test_a_store_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for root in (tmp_path / "file", tmp_path / "file" / "submissions"):
        with pytest.raises(StoreUnavailable) as refusal:
            LocalStore(root)
        assert str(tmp_path) not in str(refusal.value)


def test_a_store_whose_folder_is_away_is_unavailable_and_not_empty(store):
    store.root.rename(store.root.with_name("elsewhere"))
    for call in (lambda: list(store.ids()), lambda: store.get(GOOD.id), lambda: store.problems()):
        with pytest.raises(StoreUnavailable):
            call()


def test_a_root_behind_a_link_is_a_root(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "submissions").symlink_to(tmp_path / "disk")
    store = LocalStore(tmp_path / "submissions")
    store.create(GOOD, FILES)
    assert list(store.ids()) == [GOOD.id]
    assert store.problems() == []
