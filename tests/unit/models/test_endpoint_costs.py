import threading

import pytest

from echomind.endpoint_settings import Prices
from echomind.models.endpoint_costs import Ledger, OverBudget, Usage

DOLLAR_A_TOKEN = Prices(text_in=0, text_out=1_000_000.0)


def out(tokens):
    return Usage(text_out=tokens)


def test_each_kind_of_token_has_its_price():
    usage = Usage(text_in=1_000_000, text_out=2_000_000, audio_in=3_000_000, audio_out=4_000_000)
    assert usage.cost(Prices(text_in=1, text_out=10, audio_in=100, audio_out=1000)) == 1 + 20 + 300 + 4000
    assert usage.cost(Prices(text_in=1, text_out=10)) == 4 + 60
    assert usage.cost(Prices(text_in=1, text_out=10, audio_in=0.0, audio_out=0.0)) == 21
    assert usage + Usage(1, 1, 1, 1) == Usage(1_000_001, 2_000_001, 3_000_001, 4_000_001)


def test_what_was_set_aside_comes_back():
    ledger = Ledger(DOLLAR_A_TOKEN, 10.0)
    for _ in range(3):
        with ledger.request(out(8)) as charge:
            charge.usage = out(1)
    assert ledger.total().cost_usd == 3
    with (
        pytest.raises(OverBudget, match=r"3\.0000 of 10\.0000 US dollars spent, .* may cost 8\.0000"),
        ledger.request(out(8)),
    ):
        pytest.fail("a request was let through")
    assert ledger.total().requests == 3


def test_a_request_that_fits_exactly_is_let_through():
    ledger = Ledger(DOLLAR_A_TOKEN, 3.0)
    for _ in range(3):
        with ledger.request(out(1)) as charge:
            charge.usage = out(1)
    assert ledger.total().cost_usd == 3.0


def test_a_budget_of_nothing_lets_only_free_requests_through():
    with pytest.raises(OverBudget), Ledger(DOLLAR_A_TOKEN, 0.0).request(out(1)):
        pytest.fail("a request was let through")
    with Ledger(Prices(text_in=0, text_out=0), 0.0).request(out(1000)) as charge:
        charge.usage = out(1000)


def test_a_failed_request_costs_nothing_and_a_lost_one_its_upper_bound():
    ledger = Ledger(DOLLAR_A_TOKEN, 10.0)
    with ledger.request(out(4)):
        pass
    with pytest.raises(RuntimeError), ledger.request(out(4)) as charge:
        charge.lost = True
        raise RuntimeError("the connection broke")
    total = ledger.total()
    assert (total.requests, total.lost, total.cost_usd, total.at_most_usd) == (2, 1, 0.0, 4.0)
    with pytest.raises(OverBudget, match=r"4\.0000 of 10\.0000"), ledger.request(out(7)):
        pytest.fail("a request was let through")


class Watched(threading.Condition):
    """Says when somebody begins to wait."""

    def __init__(self):
        super().__init__()
        self.somebody_waits = threading.Semaphore(0)

    def wait(self, timeout=None):
        self.somebody_waits.release()
        return super().wait(timeout)


def test_a_request_waits_for_those_under_way_rather_than_being_refused():
    ledger, order = Ledger(DOLLAR_A_TOKEN, 10.0, Watched()), []

    def second():
        with ledger.request(out(8)) as charge:
            order.append("second")
            charge.usage = out(1)

    thread = threading.Thread(target=second, daemon=True)
    with ledger.request(out(8)) as charge:
        thread.start()
        assert ledger._changed.somebody_waits.acquire(timeout=20)  # 8 are set aside, 8 more would be too much
        order.append("first")
        charge.usage = out(1)
    thread.join(20)
    assert order == ["first", "second"] and ledger.total().cost_usd == 2


def test_those_who_wait_in_vain_are_all_told():
    ledger, told = Ledger(DOLLAR_A_TOKEN, 10.0, Watched()), []

    def late():
        try:
            with ledger.request(out(8)):
                told.append("let through")
        except OverBudget:
            told.append("refused")

    threads = [threading.Thread(target=late, daemon=True) for _ in range(4)]
    with ledger.request(out(8)) as charge:
        for thread in threads:
            thread.start()
            assert ledger._changed.somebody_waits.acquire(timeout=20)
        charge.usage = out(8)
    for thread in threads:
        thread.join(20)
    assert told == ["refused"] * 4


def test_without_prices_costs_are_unknown_and_tokens_are_counted():
    ledger = Ledger(None, None)
    with ledger.request(out(8)) as charge:
        charge.usage = out(3)
    ledger.count_answer(cached=False)
    ledger.count_answer(cached=True)
    total = ledger.total()
    assert (total.cost_usd, total.at_most_usd, total.usage) == (None, None, out(3))
    assert (total.answers, total.cached) == (2, 1)
