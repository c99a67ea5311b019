"""What every store has to keep of the promise when it is asked which submissions there are: for ``StoreContract``."""

import datetime

import pytest

from tests.unit.submissions.made_submissions import FILES, START, made_receipt


class FindingContract:
    @pytest.fixture
    def store(self, open_store):
        return open_store()

    def test_the_oldest_comes_first_across_months_and_years(self, store, open_store):
        times = [START + datetime.timedelta(days=d) for d in (0, 45, -45, 400, -400, 1)]
        receipts = [made_receipt(seed=i, at=at) for i, at in enumerate(times)]
        for receipt in receipts:
            store.create(receipt, FILES)
        expected = [receipt.id for receipt in sorted(receipts, key=lambda receipt: receipt.at)]
        for reader in (store, open_store()):
            assert list(reader.ids()) == expected
            assert reader.find() == expected
            assert reader.find(sender="huggingface:Ada") == expected

    def test_equal_times_come_in_the_order_of_ids(self, store):
        receipts = [made_receipt(seed=seed) for seed in range(5)]
        for receipt in receipts:
            store.create(receipt, FILES)
        assert list(store.ids()) == sorted(receipt.id for receipt in receipts)

    def test_it_finds_by_content_and_by_sender(self, store, open_store):
        other = {"a.json": b"[]"}
        ada, eve = made_receipt(seed=1), made_receipt(seed=2, sender="Eve", at=START + datetime.timedelta(seconds=1))
        ada_again = made_receipt(other, seed=3, at=START + datetime.timedelta(seconds=2))
        for receipt, files in ((ada_again, other), (eve, FILES), (ada, FILES)):
            store.create(receipt, files)
        for reader in (store, open_store()):
            assert reader.find(content=ada.content) == [ada.id, eve.id]
            assert reader.find(sender="huggingface:Ada") == [ada.id, ada_again.id]
            assert reader.find(sender="huggingface:Ada", content=ada.content) == [ada.id]
            assert reader.find(content="0" * 64) == []

    @pytest.mark.parametrize(
        "sender",
        ["Ada", "huggingface:ada", "huggingface:Ada ", "local:Ada", "huggingface:A%", "huggingface:_da", "\ud800", ""],
    )
    def test_a_sender_is_compared_exactly(self, store, sender):
        store.create(made_receipt(), FILES)
        assert store.find(sender=sender) == []
        assert store.count_since(sender, START) == 0

    def test_names_of_senders_are_text(self, store, open_store):
        names = ["O'Brien", '"; DROP TABLE submissions; --', "../../x", "你好 😀", "Å"]
        for seed, name in enumerate(names):
            store.create(made_receipt(seed=seed, sender=name), FILES)
        for seed, name in enumerate(names):
            assert open_store().find(sender=f"huggingface:{name}") == [made_receipt(seed=seed).id]

    def test_it_counts_since_a_moment(self, store, open_store):
        second = datetime.timedelta(seconds=1)
        for seed in range(5):
            store.create(made_receipt(seed=seed, at=START + seed * second), FILES)
        store.create(made_receipt(seed=9, sender="Eve", at=START), FILES)
        moments = [START - second, START, START + second / 1_000_000, START + 4 * second, START + 5 * second]
        assert [open_store().count_since("huggingface:Ada", moment) for moment in moments] == [5, 5, 4, 1, 0]
        elsewhere = (START + 2 * second).astimezone(datetime.timezone(datetime.timedelta(hours=-9)))
        assert store.count_since("huggingface:Ada", elsewhere) == 3

    def test_a_moment_without_its_zone_is_refused(self, store):
        with pytest.raises(ValueError, match="zone"):
            store.count_since("huggingface:Ada", START.replace(tzinfo=None))
