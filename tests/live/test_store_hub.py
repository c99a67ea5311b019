"""The real Hub, where settings name a repository: ``HF_TOKEN=... ECHOMIND_LIVE_SUBMISSIONS_REPO=owner/name``.

``HF_HUB_OFFLINE=0`` lets the tests ask it.
The repository is made, private, when it is missing. Each run leaves its submissions there: a store takes nothing back.
"""

import os
import secrets
import threading

import pytest

from echomind.submissions.model import new_event
from echomind.submissions.remote_order import RemoteOrder
from echomind.submissions.store import Conflict
from echomind.submissions.store_hub import HubStore
from echomind.submissions.store_local import LocalStore
from echomind.submissions.store_spooled import SpooledStore
from tests.unit.submissions.made_submissions import made_receipt

TOKEN, REPO = os.environ.get("HF_TOKEN", ""), os.environ.get("ECHOMIND_LIVE_SUBMISSIONS_REPO", "")
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not (TOKEN and REPO), reason="HF_TOKEN or ECHOMIND_LIVE_SUBMISSIONS_REPO is not set"),
]


def made():
    """A submission that no other run has: two small files, one that the Hub keeps as a large one, an empty one."""
    files = {
        "understanding.json": secrets.token_hex(50).encode(),
        "replies.zip": secrets.token_bytes(200_000),
        "large.json": secrets.token_hex(6_000_000).encode(),
        "empty.json": b"",
    }
    return made_receipt(files, seed=secrets.token_hex(16)), files


def test_what_is_created_is_there_to_the_byte_and_private():
    store, (receipt, files) = HubStore(REPO, TOKEN), made()
    store.create(receipt, files, contact="nobody@example.org")
    store.create(receipt, files, contact="nobody@example.org")
    newcomer = HubStore(REPO, TOKEN)
    assert newcomer.get(receipt.id).receipt == receipt
    assert newcomer.get(receipt.id).version == 1
    assert newcomer.get(receipt.id).contact == "nobody@example.org"
    assert {name: newcomer.read(receipt.id, name) for name in files} == files
    assert receipt.id in list(newcomer.ids())
    assert newcomer.versions()[receipt.id] == 1


def test_of_several_writers_one_wins_and_all_get_on():
    store, (receipt, files) = HubStore(REPO, TOKEN), made()
    store.create(receipt, files)
    outcomes = []

    def work(number):
        mine = HubStore(REPO, TOKEN)
        try:
            until = "2030-01-01T00:00:00+00:00"
            outcomes.append(mine.append(receipt.id, new_event("claimed", f"worker {number}", until=until), expect=1))
        except Conflict as conflict:
            outcomes.append(conflict)
        report = f"report-{number}.json"
        mine.append(receipt.id, new_event("held", f"worker {number}", reason="a test"), {report: b"%d" % number})

    threads = [threading.Thread(target=work, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome for outcome in outcomes if outcome == 2] == [2]
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2
    assert store.get(receipt.id).version == 1 + 1 + 3
    assert {store.read(receipt.id, f"report-{number}.json") for number in range(3)} == {b"0", b"1", b"2"}


def test_a_machine_catches_up_and_another_one_finds_it(tmp_path):
    receipt, files = made()
    machines = [
        SpooledStore(LocalStore(tmp_path / n / "s"), HubStore(REPO, TOKEN), RemoteOrder(tmp_path / n / "o.sqlite3"))
        for n in ("a", "b")
    ]
    machines[0].create(receipt, files, contact="nobody@example.org")
    assert not machines[0].stored(receipt.id)
    assert machines[0].catch_up().done == [receipt.id]
    assert machines[0].stored(receipt.id)
    assert machines[1].get(receipt.id) == machines[0].get(receipt.id)
    assert {name: machines[1].read(receipt.id, name) for name in files} == files
