import json
from dataclasses import replace

import pytest

from echomind.leaderboard.arrange import arrange, shade
from echomind.leaderboard.board_index import SHADES
from echomind.leaderboard.results import Results
from echomind.leaderboard.view import View
from echomind.settings import ROOT

RESULTS = Results(ROOT / "results")


@pytest.fixture
def made(record, write):
    """Results of a made board: ``made({"a": (40.0, 60.0), ...})`` with understanding and reasoning, n 1000 each."""

    def go(scores, intervals=None):
        for slug, (understanding, reasoning) in scores.items():
            record["model"]["name"] = slug.upper()
            record["scores"] = {"understanding_acc": understanding, "reasoning_acc": reasoning}
            record["intervals"] = (intervals or {}).get(slug, {})
            record["n"] = {"understanding_acc": 1000, "reasoning_acc": 1000} if intervals is None else {}
            results = write(json.loads(json.dumps(record)), slug)
        (results / "echomind" / "model-a.json").unlink(missing_ok=True)
        return Results(results)

    return go


def both(low, high):
    return {"understanding_acc": [low, high], "reasoning_acc": [low, high]}


def test_rank_is_one_and_the_clearly_better_and_ties_share_it(made):
    results = made(
        {"a": (80.0, 80.0), "b": (70.0, 70.0), "c": (68.0, 68.0), "d": (20.0, 20.0)},
        {"a": both(78, 82), "b": both(66, 74), "c": both(64, 72), "d": both(18, 22)},
    )
    rows = arrange(View(), results).rows
    assert [(row.slug, row.rank, row.place.worst) for row in rows] == [
        ("a", 1, 1),
        ("b", 2, 3),
        ("c", 2, 3),
        ("d", 4, 4),
    ]
    official = arrange(View(official=True), results).rows
    assert [row.rank for row in official] == [1, 2, 3, 4]


def test_without_intervals_places_are_by_value_and_say_so(made):
    table = arrange(View(), made({"a": (50.0, 50.0), "b": (50.0, 50.0), "c": (40.0, 40.0)}, {}))
    assert [(row.rank, row.place.by_value_alone) for row in table.rows] == [(1, True), (1, True), (3, True)]
    assert table.ranking.sentence.startswith("Rank is by value alone")


@pytest.mark.parametrize("best_first", [True, False])
@pytest.mark.parametrize("key", ["ves", "wer", "semsim"])
def test_missing_is_never_best_and_never_worst(key, best_first):
    view = View().in_order(key)
    rows = arrange(view if best_first else view.toggled(key), RESULTS).rows
    there = [key in row.record.scores for row in rows]
    assert there == sorted(there, reverse=True) and not all(there)


def test_a_further_key_decides_between_equal_rows(made):
    results = made({"a": (50.0, 1.0), "b": (50.0, 9.0), "c": (60.0, 5.0)})
    view = View().in_order("understanding_acc")
    assert [row.slug for row in arrange(view, results).rows] == ["c", "a", "b"]  # equal ones by name
    assert [row.slug for row in arrange(view.then_by("reasoning_acc"), results).rows] == ["c", "b", "a"]
    turned = view.then_by("reasoning_acc").then_by("reasoning_acc")
    assert [row.slug for row in arrange(turned, results).rows] == ["c", "a", "b"]


def test_rows_can_be_put_in_order_by_name_size_date_and_coverage():
    for key, of in (
        ("size", lambda r: r.model.params_b),
        ("date", lambda r: r.provenance.date.toordinal()),
        ("coverage", lambda r: len(r.scores)),
    ):
        values = [of(row.record) for row in arrange(View().in_order(key), RESULTS).rows]
        there = [value for value in values if value is not None]
        assert there == sorted(there, reverse=True) and None not in values[: len(there)]
    names = [row.record.model.name.casefold() for row in arrange(View().in_order("name"), RESULTS).rows]
    assert names == sorted(names)
    ranks = {row.slug: row.rank for row in arrange(View(), RESULTS).rows}
    assert {row.slug: row.rank for row in arrange(View().in_order("name"), RESULTS).rows} == ranks


def test_pinned_rows_are_on_top_whatever_is_filtered():
    view = View().with_pin("echox").with_pin("kimi-audio").with_pin("gone").with_filter("weights", "closed")
    table = arrange(view, RESULTS)
    assert [(row.slug, row.pinned) for row in table.rows] == [
        ("kimi-audio", True),
        ("echox", True),
        ("gpt-4o-audio", False),
    ]
    assert (table.found, table.total) == (1, 14)


@pytest.mark.parametrize("text", ["(", "[", ".*", "🙂", "模型", "\\", "zzz", "(ict [", "%_"])
def test_any_search_is_literal(text):
    hits = arrange(View().searching(text), RESULTS).rows
    terms = text.casefold().split()
    for row in hits:
        model = row.record.model
        assert all(t in f"{model.name} {model.org} {model.hub_id} {model.licence}".casefold() for t in terms)
    if text == "(":
        assert hits  # an organisation has one in its name


def test_places_do_not_change_when_rows_are_left_out():
    whole = {row.slug: row.rank for row in arrange(View(), RESULTS).rows}
    some = arrange(View().with_filter("speech", "yes").with_size(5, 9).searching("audio"), RESULTS).rows
    assert some and all(whole[row.slug] == row.rank for row in some)


def test_a_window_of_rows_is_sent():
    table = arrange(replace(View(), rows=5), RESULTS)
    assert (len(table.sent), len(table.rows)) == (5, 14)
    assert len(arrange(replace(View(), rows=0), RESULTS).sent) == 14


def test_the_best_two_and_the_shading_follow_the_direction():
    table = arrange(View(), RESULTS)
    assert (table.best["wer"], table.second["wer"]) == (2.93, 3.97)
    assert (table.best["understanding_acc"], table.second["understanding_acc"]) == (66.25, 65.16)
    wer = next(metric for metric in table.metrics if metric.id == "wer")
    assert shade(table, wer, 2.93) == SHADES and shade(table, wer, 10.92) == 1


def test_a_new_version_of_the_board_is_seen(made):
    first = made({"a": (50.0, 50.0)})
    assert len(arrange(View(), first).rows) == 1
    second = made({"a": (50.0, 50.0), "b": (40.0, 40.0)})
    assert len(arrange(View(), second).rows) == 2
