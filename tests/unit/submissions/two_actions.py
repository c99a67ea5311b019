"""The two things that a store can be in the middle of, and whether each of them is done whole or not at all."""

import datetime

from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.made_submissions import FILES, made_event, made_receipt
from tests.unit.submissions.store_contract import REPORT, SCORED

RECEIPT = made_receipt()
NO_TIME = datetime.timedelta(0)
REPORTS = REPORT | {"items.jsonl": b"{}\n" * 100}


def opened(root):
    """The store as it is after a restart, long after."""
    return LocalStore(root, leftovers_after=NO_TIME)


def create(store):
    store.create(RECEIPT, FILES, contact="ada@example.org")


def append(store):
    store.append(RECEIPT.id, made_event("scored", **SCORED), REPORTS, expect=1)


def prepare(action, root):
    store = LocalStore(root)
    if action is append:
        create(store)
    return store


ACTIONS = (create, append)


def done(store):
    """How many of the two actions are done, after checking that each of them is done whole or not at all."""
    assert store.problems(contents=True) == []
    assert list((store.root / ".incoming").iterdir()) == []
    ids = list(store.ids())
    if not ids:
        assert not list(store.root.glob("*/*/*"))
        return 0
    assert ids == [RECEIPT.id]
    submission = store.get(RECEIPT.id)
    assert (submission.receipt, submission.contact) == (RECEIPT, "ada@example.org")
    assert {name: store.read(RECEIPT.id, name) for name in FILES} == FILES
    if submission.version == 1:
        assert {path.name for path in store.root.glob("*/*/*.json*")} == {"receipt.json", "contact.json"}
        return 1
    assert submission.events[1:] == (made_event("scored", **SCORED),)
    assert {name: store.read(RECEIPT.id, name) for name in REPORTS} == REPORTS
    return 2
