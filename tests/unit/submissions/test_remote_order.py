import pytest

from echomind.submissions.remote_order import RemoteOrder
from echomind.submissions.store import StoreUnavailable
from tests.unit.submissions.store_contract import together


@pytest.fixture
def order(tmp_path):
    return RemoteOrder(tmp_path / "made" / "order.sqlite3")


def test_what_is_learned_is_known_to_everybody_in_its_order(order):
    order.learn("s", ["c", "a", "b"])
    order.learn("t", ["x"])
    again = RemoteOrder(order.path)
    assert again.of("s") == ["c", "a", "b"]
    assert again.of("unknown") == []
    assert again.counts() == {"s": 3, "t": 1}


def test_older_news_take_nothing_back(order):
    order.learn("s", ["a", "b"])
    order.learn("s", ["a"])
    assert order.of("s") == ["a", "b"]
    order.learn("s", ["a", "c"])
    assert order.of("s") == ["a", "c"]


def test_what_is_forgotten_is_unknown(order):
    order.learn("s", ["a"])
    order.forget("s")
    order.forget("never known")
    assert order.counts() == {}


def test_many_may_learn_at_once(order):
    events = [str(i) for i in range(20)]
    outcomes = together([lambda n=n: RemoteOrder(order.path).learn("s", events[:n]) for n in range(1, 21)])
    assert outcomes == [None] * 20
    assert order.of("s") == events


def test_a_file_that_is_no_database_is_said_to_be_so(tmp_path):
    (tmp_path / "order.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailable, match=r"order\.sqlite3"):
        RemoteOrder(tmp_path / "order.sqlite3")
