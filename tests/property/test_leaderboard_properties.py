"""Properties of records, frames, correlations and markup over generated values."""

import datetime
import json
import math
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from echomind.errors import EchoMindError, ResultsError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.comparison import compare
from echomind.leaderboard.correlation import MIN_MODELS, correlate
from echomind.leaderboard.frame import board_frame, order_of, ordered, ranks, search
from echomind.leaderboard.labels import place_labels
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.records import ModelInfo, Protocol, Provenance, Record, parse_record
from echomind.ui.markup import h

BOARD = BOARDS["echomind"]
SCORE = st.integers(100, 500).map(lambda n: n / 100)  # as published: two decimals, so ties happen
GAP = st.one_of(st.just(math.nan), SCORE)


def record(name, scores):
    return Record(
        schema=1,
        board="echomind",
        model=ModelInfo(name=name),
        protocol=BOARD.protocol,
        provenance=Provenance(kind="paper", source="x", date=datetime.date(2026, 1, 1), verified=True),
        scores=scores,
    )


NAMES = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_a_results_error(data):
    with pytest.raises(ResultsError):
        parse_record(data)


@given(
    JSON, st.sampled_from(["schema", "board", "model", "protocol", "provenance", "scores", "intervals", "n", "extra"])
)
def test_any_value_in_any_field_is_read_or_refused_with_the_field_named(value, field):
    good = json.loads(record("A", {"wer": 2.0}).model_dump_json(by_alias=True))
    data = json.dumps({**good, field: value}).encode("utf-8", "surrogatepass")
    try:
        parsed = parse_record(data)
    except ResultsError as error:
        assert str(error)
        return
    assert field != "extra"
    assert parse_record(parsed.model_dump_json(by_alias=True).encode()) == parsed


@given(st.lists(GAP, max_size=15))
def test_ranks_count_the_strictly_better(values):
    given_ranks = ranks(pd.Series(values, dtype=float), True)
    for value, rank in zip(values, given_ranks, strict=True):
        if math.isnan(value):
            assert pd.isna(rank)
        else:
            assert rank == 1 + sum(other > value for other in values)


@given(st.lists(st.dictionaries(st.sampled_from(["ves", "c_ctx_fit"]), SCORE, min_size=1), max_size=8), st.booleans())
def test_sorting_keeps_every_row_and_puts_missing_last(rows, best_first):
    records = {f"m{i}": record(f"M{i}", scores) for i, scores in enumerate(rows)}
    table = ordered(board_frame(BOARD, records), order_of("ves"), best_first)
    assert sorted(table.index) == sorted(records)
    values = table["ves"].tolist()
    present = [value for value in values if not math.isnan(value)]
    assert all(math.isnan(value) for value in values[len(present) :])
    assert present == sorted(present, reverse=best_first)


@given(st.lists(NAMES, max_size=6, unique=True), st.text(max_size=10))
def test_search_finds_what_contains_the_text_and_never_fails(names, text):
    records = {f"m{i}": record(name, {"wer": 1.0}) for i, name in enumerate(names)}
    frame = board_frame(BOARD, records)
    found = set(search(frame, text)["name"])
    assert found <= set(names)
    for name in names:
        assert name in set(search(frame, name)["name"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(GAP, GAP), max_size=12))
def test_correlations_agree_with_scipy_or_give_no_number(pairs):
    x, y = [p[0] for p in pairs], [p[1] for p in pairs]
    complete = [p for p in pairs if not (math.isnan(p[0]) or math.isnan(p[1]))]
    found = correlate(x, y)
    assert found.n == len(complete)
    if found.n < MIN_MODELS:
        assert found.failure == "few"
    elif len({a for a, _ in complete}) == 1 or len({b for _, b in complete}) == 1:
        assert found.failure == "constant"
    else:
        a, b = zip(*complete, strict=True)
        assert found.pearson.value == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-9)
        assert found.spearman.value == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)
        for coefficient in (found.pearson, found.spearman):
            if coefficient.low is not None:
                assert -1 <= coefficient.low <= coefficient.high <= 1
        assert np.isfinite(found.fit.low).all() and np.isfinite(found.fit.high).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["wer", "ves"]), SCORE, min_size=1), max_size=8))
def test_every_model_is_a_point_or_is_left_out_with_a_reason(rows):
    records = {f"m{i}": record(f"M{i}", scores) for i, scores in enumerate(rows)}
    found = compare(BOARD, records, "wer", "ves")
    assert sorted([*found.models, *(out.model for out in found.left_out)]) == sorted(f"M{i}" for i in range(len(rows)))
    assert all(out.lacks and out.reason for out in found.left_out)
    assert found.sentence.endswith(".") and "nan" not in found.sentence
    spans = found.result.spearman is not None and not found.result.spearman.decided
    if spans and found.result.spearman.low is not None:
        assert "compatible with anything from" in found.sentence


@given(st.text(max_size=30), st.text(max_size=30))
def test_markup_never_lets_a_text_out_of_its_place(text, value):
    html = str(h("p", text, title=value))
    inside = html.removeprefix('<p title="').removesuffix("</p>")
    assert inside.count('"') == 1 and inside.count(">") == 1 and "<" not in inside


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), max_size=10))
def test_label_places_are_inside_for_any_points(points):
    places = place_labels(points, [(30.0, 10.0)] * len(points), (200.0, 200.0))
    assert len(places) == len(points)
    for (x, y), place in zip(points, places, strict=True):
        if place is not None:
            assert -1e-6 <= x + place.dx <= 200 + 1e-6 and -1e-6 <= y + place.dy <= 200 + 1e-6


@given(st.sampled_from(list(METRICS)), st.floats(-1e6, 1e6))
def test_shown_values_are_within_half_a_step(metric, value):
    shown = METRICS[metric].text(value).replace("−", "-")
    assert abs(float(shown) - value) <= 0.5 * 10 ** -METRICS[metric].decimals + 1e-9


def test_protocols_are_compared_field_by_field():
    assert Protocol(scorer="a") != Protocol(scorer="b")
    assert issubclass(ResultsError, EchoMindError)
