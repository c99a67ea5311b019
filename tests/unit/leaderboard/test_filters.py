import math

import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.filters import (
    ANY_SIZE,
    FACETS,
    NOT_STATED,
    facet_counts,
    ordered_filters,
    ordered_size,
    passes,
    size_words,
    values_of,
)
from echomind.leaderboard.records import read_board
from echomind.leaderboard.view import View
from echomind.settings import ROOT


@pytest.fixture(scope="module")
def values():
    return {slug: values_of(record) for slug, record in read_board(ROOT / "results", "echomind").items()}


def test_every_record_has_a_value_in_every_facet(values):
    assert all(set(found) == set(FACETS) for found in values.values())
    assert values["gpt-4o-audio"]["weights"] == "closed" and values["audio-flamingo3"]["speech"] == "no"


def test_facets_count_rows_and_put_what_is_not_stated_last(values):
    counts = facet_counts(values.values())
    assert counts["weights"] == {"open": 13, "closed": 1}
    assert list(counts["licence"])[-1] == NOT_STATED
    assert all(sum(found.values()) == 14 for found in counts.values())


def test_any_within_a_facet_and_all_between_them(values):
    both = ordered_filters({"weights": ["closed", "open"]})
    assert all(passes(found, None, both, ANY_SIZE) for found in values.values())
    silent = ordered_filters({"weights": ["open"], "speech": ["no"]})
    assert {slug for slug, found in values.items() if passes(found, None, silent, ANY_SIZE)} == {
        "audio-flamingo3",
        "audio-flamingo3-chat",
        "audio-flamingo3-think",
        "desta2.5-audio",
    }


@pytest.mark.parametrize(
    ("size", "params", "shown"),
    [
        ((None, None), None, True),
        ((7.0, 7.0), 7.0, True),
        ((7.1, None), 7.0, False),
        ((None, 6.9), 7.0, False),
        ((0.0, None), None, False),  # what is not stated is in no range
    ],
)
def test_sizes_include_both_ends(values, size, params, shown):
    assert passes(values["echox"], params, (), size) is shown


@pytest.mark.parametrize(
    ("low", "high", "size"),
    [
        (9, 1, (1, 9)),
        (-1, 5, (None, 5)),
        (math.nan, math.inf, ANY_SIZE),
        (None, 0.0, (None, 0.0)),
        (1e9, None, ANY_SIZE),
    ],
)
def test_sizes_are_put_in_order(low, high, size):
    assert ordered_size(low, high) == size


def test_words_for_readers():
    assert [size_words(size) for size in ((1.0, 13.0), (None, 7.5), (70.0, None))] == [
        "1B to 13B",
        "up to 7.5B",
        "70B and larger",
    ]
    assert FACETS["licence"].word("") == "not stated" and FACETS["voice"].word("tts") == "synthetic"


def test_filters_come_and_go():
    view = View().with_filter("org", "a").with_filter("org", "b").with_filter("weights", "open")
    assert view.filters == (("weights", ("open",)), ("org", ("a", "b")))
    assert view.without_filter("org", "a").filters == (("weights", ("open",)), ("org", ("b",)))
    assert view.without_filter("org").filters == (("weights", ("open",)),)
    assert view.with_size(1, 2).searching("x").without_filters() == View()
    with pytest.raises(EchoMindError, match="expected one of: weights"):
        view.with_filter("__class__", "x")
