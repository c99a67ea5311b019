"""Properties of ranks with uncertainty, against the plain definition counted pair by pair."""

from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.leaderboard.intervals import NoInterval, ScoreInterval, wilson
from echomind.leaderboard.rank_intervals import rank_models

ROW = st.tuples(st.integers(0, 20), st.integers(0, 4), st.integers(0, 4), st.booleans())


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=12), st.booleans())
def test_places_are_those_of_the_definition(rows, higher):
    values = {f"m{i}": float(value) for i, (value, *_) in enumerate(rows)}
    intervals = {
        f"m{i}": ScoreInterval(value - low, value + high, "measured") if known else NoInterval("unknown")
        for i, (value, low, high, known) in enumerate(rows)
    }

    def clearly_better(a, b):
        a, b = intervals[a], intervals[b]
        if isinstance(a, NoInterval) or isinstance(b, NoInterval):
            return False
        return a.low > b.high if higher else a.high < b.low

    found = rank_models(values, intervals, higher).ranks
    assert set(found) == set(values)
    for slug, rank in found.items():
        assert rank.plain == 1 + sum(v > values[slug] if higher else v < values[slug] for v in values.values())
        if isinstance(intervals[slug], NoInterval):
            assert rank.rank == rank.plain and rank.worst is None
            continue
        assert rank.best == 1 + sum(clearly_better(other, slug) for other in values)
        assert rank.worst == len(values) - sum(clearly_better(slug, other) for other in values)
        assert rank.best <= rank.plain <= rank.worst


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(1, 500))
def test_a_wilson_interval_holds_the_share_and_shrinks_with_n(right, n):
    percent = 100 * min(right, n) / n
    low, high = wilson(percent, n)
    assert 0 <= low <= percent <= high <= 100
    narrower = wilson(percent, 4 * n)
    assert narrower[1] - narrower[0] < high - low
