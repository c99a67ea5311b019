from itertools import pairwise

import pytest

from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.frame import board_frame, order_values, ranks
from echomind.leaderboard.intervals import NoInterval, ScoreInterval
from echomind.leaderboard.rank_intervals import order_interval, rank_board, rank_models
from echomind.leaderboard.records import Record, read_board
from echomind.settings import ROOT

NAN = float("nan")
UNKNOWN = NoInterval("nobody said")


def between(low, high, kind="measured"):
    return ScoreInterval(low, high, kind)


def ranked(rows, higher=True):
    return rank_models({s: r[0] for s, r in rows.items()}, {s: r[1] for s, r in rows.items()}, higher)


def test_a_hand_worked_board():
    # a's interval lies above c's and d's, b's overlaps both its neighbours, d's lies below all others
    found = ranked(
        {
            "a": (60, between(55, 65)),
            "b": (54, between(49, 59)),
            "c": (50, between(46, 54)),
            "d": (30, between(25, 35)),
        }
    )
    places = {slug: (r.plain, r.best, r.worst, r.rank) for slug, r in found.ranks.items()}
    assert places == {"a": (1, 1, 2, 1), "b": (2, 1, 3, 1), "c": (3, 2, 3, 2), "d": (4, 4, 4, 4)}
    assert found.basis == "intervals"
    assert "wholly above" in found.sentence


def test_where_less_is_better_the_board_is_turned_round():
    found = ranked({"a": (2.0, between(1, 3)), "b": (10.0, between(8, 12))}, higher=False)
    assert [(r.plain, r.clear, r.worst) for r in found.ranks.values()] == [(1, 1, 1), (2, 2, 2)]
    assert "wholly below" in found.sentence


@pytest.mark.parametrize(("n", "expected"), [(0, []), (1, [(1, 1, 1)]), (2, [(1, 1, 1), (2, 2, 2)])])
def test_very_small_boards(n, expected):
    rows = {f"m{i}": (50 - 10 * i, between(48 - 10 * i, 52 - 10 * i)) for i in range(n)}
    found = ranked(rows)
    assert [(r.plain, r.clear, r.worst) for r in found.ranks.values()] == expected
    assert found.basis == ("values" if n == 0 else "intervals")


def test_equal_values_share_a_place_and_ends_that_touch_are_not_clear():
    found = ranked({"a": (50, between(45, 55)), "b": (50, between(45, 55)), "c": (40, between(35, 45))})
    assert [(r.plain, r.clear, r.worst) for r in found.ranks.values()] == [(1, 1, 3), (1, 1, 3), (3, 1, 3)]


def test_without_intervals_the_rank_is_by_value_alone_and_says_so():
    found = ranked({"a": (5.0, UNKNOWN), "b": (4.0, UNKNOWN), "c": (4.0, UNKNOWN), "d": (3.0, UNKNOWN)})
    assert found.basis == "values"
    assert [r.rank for r in found.ranks.values()] == [1, 2, 2, 4]
    assert all(
        r.by_value_alone and r.best is r.worst is None and r.reason == "nobody said" for r in found.ranks.values()
    )
    assert "by value alone" in found.sentence


def test_one_without_an_interval_is_neither_clearly_better_nor_worse_than_others():
    found = ranked({"a": (90, UNKNOWN), "b": (60, between(55, 65)), "c": (30, between(25, 35)), "d": (10, UNKNOWN)})
    assert found.basis == "mixed"
    assert [(r.plain, r.clear, r.worst, r.rank) for r in found.ranks.values()] == [
        (1, None, None, 1),
        (2, 1, 3, 1),
        (3, 2, 4, 2),
        (4, None, None, 4),
    ]


def test_a_missing_value_has_no_rank_and_moves_nobody():
    found = ranked({"a": (NAN, UNKNOWN), "b": (60, between(55, 65)), "c": (NAN, between(1, 2))})
    assert list(found.ranks) == ["b"]
    assert found.ranks["b"].worst == 1


def made(record, understanding, reasoning, intervals=(), **changes):
    record["scores"] = {"understanding_acc": understanding, "reasoning_acc": reasoning}
    record["n"] = {"understanding_acc": 100, "reasoning_acc": 100}
    record["intervals"] = dict(intervals)
    return Record.model_validate({**record, **changes}, strict=False)


ORDER = BOARDS["echomind"].orders[0]


def test_the_interval_of_a_mean_is_the_mean_of_the_ends(record):
    both = {"understanding_acc": (40, 60), "reasoning_acc": (50, 90)}
    assert order_interval(made(record, 50, 70, both), ORDER) == between(45.0, 75.0)
    one = order_interval(made(record, 50, 70, {"understanding_acc": (40, 60)}), ORDER)
    assert one.kind == "approximate"


def test_a_mean_of_which_one_part_has_no_interval_has_none():
    record = read_board(ROOT / "results", "echomind")["gpt-4o-audio"]
    assert "only the mean is known" in order_interval(record, BOARDS["echomind"].orders[1]).reason


def test_another_protocol_has_no_rank():
    records = read_board(ROOT / "results", "echomind")
    first = records["gpt-4o-audio"]
    other = first.model_copy(update={"protocol": first.protocol.model_copy(update={"voice": "human"})})
    found = rank_board(BOARDS["echomind"], {**records, "other": other}, ORDER)
    assert "other" not in found.ranks and len(found.ranks) == 14


@pytest.mark.parametrize("board", ["echomind", "echomind-mini", "humdial", "echomind-upper-bound"])
def test_plain_ranks_are_those_of_the_table(board):
    records = read_board(ROOT / "results", board)
    frame = board_frame(BOARDS[board], records)
    for order in BOARDS[board].orders:
        table = ranks(order_values(frame, order), order.higher_is_better).dropna()
        found = rank_board(BOARDS[board], records, order)
        assert {slug: r.plain for slug, r in found.ranks.items()} == {slug: int(rank) for slug, rank in table.items()}


def test_the_published_order_of_understanding_and_reasoning():
    found = rank_board(BOARDS["echomind"], read_board(ROOT / "results", "echomind"), ORDER)
    best = found.ranks["gpt-4o-audio"]
    assert (best.plain, best.clear, best.worst, best.interval.kind) == (1, 1, 1, "approximate")
    # three models within 61.5 to 59.3 %, each with an interval of 2.8: they share the second place
    second = [found.ranks[slug].rank for slug in ("audio-flamingo3", "desta2.5-audio", "qwen2.5-omni-7b")]
    assert second == [2, 2, 2]
    plain = sorted(found.ranks.values(), key=lambda rank: rank.plain)
    assert all(a.rank <= b.rank for a, b in pairwise(plain))
