import datetime

from hypothesis import given
from hypothesis import strategies as st

from echomind.submissions.layout import received_event
from echomind.submissions.model import new_event
from echomind.submissions.queue import CUT_OFF, FAULT, RELEASED_BY_PERSON, attempts, queue, waits
from echomind.submissions.store import Submission
from tests.unit.submissions.made_submissions import START, made_receipt

HOUR = datetime.timedelta(hours=1)


def claimed(by="a", until=START):
    return new_event("claimed", by, until=until.isoformat())


def released(**why):
    return new_event("released", "a", **why)


def submission(*events, seed=0, at=START):
    receipt = made_receipt(seed=seed, at=at)
    return Submission(receipt, (received_event(receipt), *events))


def test_each_way_an_attempt_ends_counts_as_what_it_is():
    assert attempts([]) == (0, 0)
    assert attempts([claimed(), claimed(), claimed()]) == (0, 0)  # renewed
    assert attempts([claimed("a"), claimed("b")]) == (0, 1)  # taken over
    assert attempts([claimed(), released(reason="stopped")]) == (0, 0)
    assert attempts([claimed(), released(**{FAULT: "yes"})]) == (1, 0)
    assert attempts([claimed(), released(**{CUT_OFF: "yes"}), claimed("b")]) == (0, 1)
    assert attempts([claimed(), released(**{FAULT: "yes"}), released(**{RELEASED_BY_PERSON: "yes"})]) == (0, 0)
    assert attempts([claimed("a"), new_event("held", "a", reason="why"), claimed("b")]) == (0, 0)


def test_who_waits():
    assert waits(submission(), START)
    assert not waits(submission(claimed(until=START + HOUR)), START)
    assert waits(submission(claimed(until=START)), START)
    for kind in ("held", "failed", "scored", "published", "withdrawn", "returned"):
        data = {"scorer": "s", "file": "scores-s.json"} if kind == "scored" else {"reason": "why"}
        assert not waits(submission(new_event(kind, "a", **data)), START)


def test_oldest_first_but_what_came_to_nothing_behind_the_others():
    tried = submission(claimed(), released(**{FAULT: "yes"}), seed=0)
    cut_off = submission(claimed(), released(**{CUT_OFF: "yes"}), claimed("b"), claimed("c"), seed=1)
    young, old = submission(seed=2, at=START + HOUR), submission(seed=3, at=START + HOUR / 2)
    done = submission(new_event("published", "a"), seed=4)
    assert queue([young, tried, cut_off, done, old], START) == [old, young, tried, cut_off]


@given(st.permutations(range(6)))
def test_the_order_does_not_depend_on_how_they_are_listed(order):
    made = [submission(seed=seed, at=START + (seed % 2) * HOUR) for seed in range(6)]
    assert queue([made[i] for i in order], START) == queue(made, START)
