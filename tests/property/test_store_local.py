"""Whatever is done to a local store, in whatever order and by however many openings: it is what a dictionary would be.

And whatever text is given as an id or a file name: nothing outside the store is read or written.
"""

import datetime
import shutil
import tempfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from echomind.submissions.layout import is_file_name
from echomind.submissions.store import Conflict, StoreError, UnknownSubmission
from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, START, made_event, made_receipt

SENDERS = ("Ada", "ada", "Ådå", "O'Brien")
CONTENTS = ({"a.json": b"[]"}, FILES, {"empty": b""})
numbers = st.integers(0, 5)


def receipt_of(number):
    at = START + datetime.timedelta(days=20 * (number * 7 % 5))
    return made_receipt(CONTENTS[number % 3], seed=number, at=at, sender=SENDERS[number % 4]), CONTENTS[number % 3]


class LocalStoreIsADictionary(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp())
        self.stores = [LocalStore(self.folder / "s") for _ in range(2)]
        self.kept, self.reports = {}, {}

    def teardown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(number=numbers, opening=st.integers(0, 1))
    def create(self, number, opening):
        receipt, files = receipt_of(number)
        self.stores[opening].create(receipt, files)
        self.kept.setdefault(number, [])

    @rule(number=numbers, opening=st.integers(0, 1))
    def create_another_with_the_same_id(self, number, opening):
        receipt, files = receipt_of(number)
        other = receipt.model_copy(update={"at": receipt.at + datetime.timedelta(days=31)})
        if number in self.kept:
            with pytest.raises(StoreError):
                self.stores[opening].create(other, files)

    @rule(
        number=numbers,
        opening=st.integers(0, 1),
        event=st.integers(0, 9),
        report=st.sampled_from([None, "scores-1.json", "scores-2.json", "a.json"]),
        content=st.sampled_from([b"{}", b"[]"]),
        expect=st.sampled_from([None, 0, 1, -1]),
    )
    def append(self, number, opening, event, report, content, expect):
        store, (receipt, files) = self.stores[opening], receipt_of(number)
        new, brought = made_event(seed=event), {} if report is None else {report: content}
        wanted = None if expect is None else 1 + len(self.kept.get(number, [])) - expect
        call = partial(store.append, receipt.id, new, brought, expect=wanted)
        if number not in self.kept:
            with pytest.raises(UnknownSubmission):
                call()
            return
        events, there = self.kept[number], files | self.reports.get(number, {})
        if (new, brought) in events:
            assert call() == 2 + events.index((new, brought))
        elif new in [known for known, _ in events]:
            with pytest.raises(StoreError):
                call()
        elif wanted not in (None, 1 + len(events)):
            with pytest.raises(Conflict):
                call()
        elif any(there.get(name, data) != data for name, data in brought.items()):
            with pytest.raises(StoreError):
                call()
        else:
            assert call() == 2 + len(events)
            events.append((new, brought))
            self.reports.setdefault(number, {}).update(brought)

    @rule(opening=st.integers(0, 1))
    def open_anew(self, opening):
        self.stores[opening] = LocalStore(self.folder / "s", leftovers_after=datetime.timedelta(0))

    @precondition(lambda self: self.kept)
    @rule(damage=st.sampled_from(["delete", "noise", "cut"]))
    def damage_the_index(self, damage):
        path = self.folder / "s" / ".index" / "submissions.sqlite3"
        if damage == "delete":
            path.unlink()
        else:
            path.write_bytes(b"noise" * 3000 if damage == "noise" else path.read_bytes()[:5000])

    @invariant()
    def it_is_what_a_dictionary_would_be(self):
        for store in self.stores:
            receipts = {number: receipt_of(number)[0] for number in self.kept}
            expected = [r.id for r in sorted(receipts.values(), key=lambda r: (r.at, r.id))]
            assert list(store.ids()) == expected
            for sender in SENDERS:
                theirs = [r.id for r in receipts.values() if r.sender.name == sender]
                assert sorted(store.find(sender=f"huggingface:{sender}")) == sorted(theirs)
            for number, events in self.kept.items():
                submission = store.get(receipts[number].id)
                assert submission.receipt == receipts[number]
                assert submission.events[1:] == tuple(event for event, _ in events)
                for name, data in (CONTENTS[number % 3] | self.reports.get(number, {})).items():
                    assert store.read(receipts[number].id, name) == data
            assert store.problems(contents=True) == []


TestLocalStoreIsADictionary = LocalStoreIsADictionary.TestCase
TestLocalStoreIsADictionary.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

paths = st.lists(
    st.sampled_from(["..", ".", "/", "\\", "\x00", "raw", "events", "secret", "receipt.json", "\n", "é", "~"])
)
texts = st.text(max_size=200) | paths.map("/".join) | paths.map("".join)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret").write_bytes(b"not for anybody outside")
    store = LocalStore(folder / "submissions")
    store.create(made_receipt(), FILES, contact="private")
    return store


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".index" not in path.parts}


@given(text=texts)
@settings(max_examples=300, deadline=None)
def test_no_text_from_outside_reaches_a_file(store, text):
    before = everything(store.root.parent)
    with pytest.raises(UnknownSubmission):
        store.get(text)
    with pytest.raises(UnknownSubmission):
        store.append(text, made_event())
    if text not in FILES:
        with pytest.raises(StoreError):
            store.read(made_receipt().id, text)
    if not is_file_name(text) or text == "receipt.json":
        with pytest.raises(StoreError):
            store.append(made_receipt().id, made_event(), {text: b"x"})
    assert store.find(sender=text) == store.find(content=text) == []
    assert store.count_since(text, START) == 0
    assert everything(store.root.parent) == before
