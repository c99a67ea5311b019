"""What every store has to keep of the promise: subclass ``StoreContract`` in a test module and define ``open_store``.

The fixture ``open_store`` returns a function; each call opens the same, at first empty store anew, as another process
or a restart would do.
"""

import threading
from functools import partial

import pytest

from echomind.submissions.store import Conflict, StoreError, UnknownSubmission
from tests.unit.submissions.finding_contract import FindingContract
from tests.unit.submissions.made_submissions import FILES, START, made_event, made_receipt

REPORT = {"scores-echomind-1.0.json": b'{"wer": 12.5}\n'}
SCORED = {"scorer": "echomind-1.0", "file": "scores-echomind-1.0.json"}
OUTSIDE_NAMES = [
    "",
    ".",
    "..",
    "../receipt.json",
    "raw/understanding.json",
    "/etc/passwd",
    "C:\\x",
    "Understanding.json",
    "a\nb",
    "understanding.json\n",
    "a\x00b",
    "\ud800",
    "über.json",
    "x" * 122,
    "receipt.json",
    "contact.json",
    "raw",
    "events",
]
OUTSIDE_IDS = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "0" * 12 + "-" + "0" * 32 + "\n",
    "0" * 12 + "-" + "G" * 32,
    "*",
    "%",
    "\ud800",
    "a" * 10_000,
]


def together(calls):
    """What each of ``calls`` returned or raised, started at the same moment in threads of their own."""
    outcomes, start = [None] * len(calls), threading.Barrier(len(calls))

    def run(position, call):
        start.wait()
        try:
            outcomes[position] = call()
        except Exception as error:
            outcomes[position] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


class StoreContract(FindingContract):
    # create

    def test_what_was_created_is_there_whole_for_everybody(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES, contact="ada@example.org, évidemment 你好")
        for reader in (store, open_store()):
            submission = reader.get(receipt.id)
            assert submission.receipt == receipt
            assert submission.contact == "ada@example.org, évidemment 你好"
            assert [event.kind for event in submission.events] == ["received"]
            assert submission.version == 1
            assert submission.standing.state == "received"
            assert {name: reader.read(receipt.id, name) for name in FILES} == FILES
            assert list(reader.ids()) == [receipt.id]

    def test_no_contact_is_no_contact(self, store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        assert store.get(receipt.id).contact == ""

    def test_files_may_be_empty_or_hold_any_bytes(self, store, open_store):
        files = {"empty.json": b"", "a.zip": bytes(range(256)) * 5000, "b": b"\r\n\x00"}
        receipt = made_receipt(files)
        store.create(receipt, files)
        assert {name: open_store().read(receipt.id, name) for name in files} == files

    def test_the_same_receipt_again_changes_nothing(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES, contact="first")
        store.append(receipt.id, made_event())
        before = store.get(receipt.id)
        store.create(receipt, FILES, contact="first")
        open_store().create(receipt, FILES, contact="first")
        assert open_store().get(receipt.id) == before
        assert list(open_store().ids()) == [receipt.id]

    @pytest.mark.parametrize("change", [{"model": "Another"}, {"sender": "Eve"}, {"at": START.replace(year=2027)}])
    def test_the_same_id_with_another_receipt_is_refused(self, store, open_store, change):
        receipt = made_receipt()
        store.create(receipt, FILES)
        with pytest.raises(StoreError, match=receipt.id):
            open_store().create(made_receipt(**change), FILES)
        assert store.get(receipt.id).receipt == receipt
        assert list(store.ids()) == [receipt.id]

    def test_one_of_two_receipts_with_the_same_id_wins(self, open_store):
        receipts = [made_receipt(model=f"model {i}", at=START.replace(month=1 + i)) for i in range(4)]
        outcomes = together([partial(open_store().create, receipt, FILES) for receipt in receipts])
        winners = [receipt for receipt, outcome in zip(receipts, outcomes, strict=True) if outcome is None]
        assert len(winners) == 1
        assert all(isinstance(outcome, StoreError) for outcome in outcomes if outcome is not None)
        assert open_store().get(receipts[0].id).receipt == winners[0]

    @pytest.mark.parametrize(
        "files",
        [
            {},
            {"understanding.json": FILES["understanding.json"]},
            FILES | {"more.json": b"{}"},
            FILES | {"understanding.json": b'{"k1": "B"}\n'},
            FILES | {"understanding.json": FILES["understanding.json"] + b"\n"},
            FILES | {"../../x": b""},
        ],
    )
    def test_files_that_do_not_fit_the_receipt_are_refused(self, store, open_store, files):
        receipt = made_receipt()
        with pytest.raises(StoreError) as refusal:
            store.create(receipt, files)
        assert "\n" not in str(refusal.value)
        assert list(open_store().ids()) == []

    def test_a_file_name_twice_in_the_receipt_is_refused(self, store):
        receipt = made_receipt()
        twice = receipt.model_copy(update={"files": (*receipt.files, receipt.files[0])})
        with pytest.raises(StoreError, match="twice"):
            store.create(twice, FILES)

    def test_the_same_submission_by_many_at_once_is_there_once(self, open_store):
        receipt = made_receipt()
        assert together([partial(open_store().create, receipt, FILES) for _ in range(6)]) == [None] * 6
        assert list(open_store().ids()) == [receipt.id]
        assert open_store().get(receipt.id).version == 1

    def test_many_different_at_once_are_all_there(self, open_store):
        receipts = [made_receipt(seed=seed) for seed in range(8)]
        assert together([partial(open_store().create, receipt, FILES) for receipt in receipts]) == [None] * 8
        assert sorted(open_store().ids()) == sorted(receipt.id for receipt in receipts)

    # append

    def test_events_come_in_the_order_they_were_added(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        events = [made_event(seed=seed, at=START.replace(hour=23 - seed)) for seed in range(12)]
        assert [store.append(receipt.id, event) for event in events] == list(range(2, 14))
        assert open_store().get(receipt.id).events[1:] == tuple(events)

    def test_an_event_is_kept_to_the_letter(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        event = made_event("failed", by="Zoë <script>", reason='line 3\n"x": é 你好 \u202e' + "y" * 5000)
        store.append(receipt.id, event)
        assert open_store().get(receipt.id).events[1] == event
        assert open_store().get(receipt.id).standing.reason == event.data["reason"]

    def test_an_event_brings_its_files(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        assert store.append(receipt.id, made_event("scored", **SCORED), REPORT) == 2
        assert open_store().read(receipt.id, SCORED["file"]) == REPORT[SCORED["file"]]
        assert open_store().get(receipt.id).standing.scores == {"echomind-1.0": SCORED["file"]}

    def test_an_event_twice_is_there_once(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        event = made_event("scored", **SCORED)
        assert store.append(receipt.id, event, REPORT, expect=1) == 2
        assert store.append(receipt.id, made_event(seed=2)) == 3
        assert open_store().append(receipt.id, event, REPORT, expect=1) == 2
        assert open_store().append(receipt.id, event, REPORT) == 2
        assert store.get(receipt.id).version == 3

    def test_an_event_of_the_same_id_with_other_words_is_refused(self, store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        store.append(receipt.id, made_event())
        with pytest.raises(StoreError):
            store.append(receipt.id, made_event(reason="another"))
        assert store.get(receipt.id).events[1:] == (made_event(),)

    @pytest.mark.parametrize("expect", [0, 2, 7])
    def test_who_expects_another_version_is_told(self, store, open_store, expect):
        receipt = made_receipt()
        store.create(receipt, FILES)
        with pytest.raises(Conflict):
            store.append(receipt.id, made_event("scored", **SCORED), REPORT, expect=expect)
        assert open_store().get(receipt.id).version == 1
        with pytest.raises(StoreError):
            open_store().read(receipt.id, SCORED["file"])

    def test_exactly_one_of_many_wins_each_round(self, open_store):
        receipt = made_receipt()
        open_store().create(receipt, FILES)
        for turn in range(5):
            events = [made_event("claimed", seed=(turn, i), until=START.isoformat()) for i in range(6)]
            outcomes = together([partial(open_store().append, receipt.id, event, expect=turn + 1) for event in events])
            winners = [event for event, outcome in zip(events, outcomes, strict=True) if outcome == turn + 2]
            assert len(winners) == 1, outcomes
            assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 5, outcomes
            assert open_store().get(receipt.id).events[turn + 1 :] == tuple(winners)

    def test_many_without_expectation_are_all_added(self, open_store):
        receipt = made_receipt()
        open_store().create(receipt, FILES)
        events = [made_event(seed=seed) for seed in range(6)]
        outcomes = together([partial(open_store().append, receipt.id, event) for event in events])
        assert sorted(outcomes) == [2, 3, 4, 5, 6, 7]
        stored = open_store().get(receipt.id).events[1:]
        assert [stored[version - 2] for version in outcomes] == events

    def test_a_report_is_never_replaced_by_another(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        store.append(receipt.id, made_event("scored", **SCORED), REPORT)
        with pytest.raises(StoreError):
            store.append(receipt.id, made_event("scored", seed=2, **SCORED), {SCORED["file"]: b"{}"})
        assert open_store().get(receipt.id).version == 2
        assert open_store().read(receipt.id, SCORED["file"]) == REPORT[SCORED["file"]]

    def test_the_same_report_may_come_again(self, store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        store.append(receipt.id, made_event("scored", **SCORED), REPORT)
        assert store.append(receipt.id, made_event("scored", seed=2, **SCORED), REPORT) == 3

    def test_a_report_never_stands_for_a_sent_file(self, store, open_store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        with pytest.raises(StoreError):
            store.append(receipt.id, made_event(), {"understanding.json": b"another"})
        assert open_store().read(receipt.id, "understanding.json") == FILES["understanding.json"]
        assert open_store().get(receipt.id).version == 1

    @pytest.mark.parametrize("name", OUTSIDE_NAMES)
    def test_a_name_from_outside_is_no_file_name(self, store, name):
        receipt = made_receipt()
        store.create(receipt, FILES, contact="private")
        with pytest.raises(StoreError):
            store.append(receipt.id, made_event(), {name: b"x"})
        with pytest.raises(StoreError):
            store.read(receipt.id, name)
        assert store.get(receipt.id).version == 1

    # what is not there

    @pytest.mark.parametrize("submission_id", [*OUTSIDE_IDS, "0" * 12 + "-" + "0" * 32])
    def test_what_is_not_there_is_unknown(self, store, submission_id):
        store.create(made_receipt(), FILES)
        for call in (
            lambda: store.get(submission_id),
            lambda: store.read(submission_id, "understanding.json"),
            lambda: store.append(submission_id, made_event()),
        ):
            with pytest.raises(UnknownSubmission) as unknown:
                call()
            assert "\n" not in str(unknown.value)
            assert len(str(unknown.value)) < 300

    def test_a_file_that_is_not_there_is_said_to_be_so(self, store):
        receipt = made_receipt()
        store.create(receipt, FILES)
        with pytest.raises(StoreError, match=r"scores-9\.json"):
            store.read(receipt.id, "scores-9.json")

    def test_an_empty_store_is_empty(self, store):
        assert list(store.ids()) == []
        assert store.find() == []
        assert store.find(content="0" * 64) == []
        assert store.count_since("huggingface:Ada", START) == 0
