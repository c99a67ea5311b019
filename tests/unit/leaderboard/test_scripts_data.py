import json

import numpy as np
import pytest

from echomind.errors import ResultsError
from echomind.leaderboard.records import read_board
from echomind.leaderboard.scripts_data import disagreements, from_rows, items_path, parse_items, read_items, to_bytes
from echomind.settings import ROOT

BOARD, DIGEST = "echomind-mini", "0" * 64
MINI = ("echomind", "majority", "random", "transcript-only")


def row(metric, script, value, weight=1.0, key="k"):
    return {
        "key": key,
        "script": script,
        "style": None,
        "metric": metric,
        "value": value,
        "weight": weight,
        "failed": False,
    }


def made(rows, model="A"):
    return from_rows(rows, board=BOARD, model=model, scorer="echomind-1.0", set_digest=DIGEST)


ROWS = [
    row("reasoning_acc", "s2", 100.0),
    row("reasoning_acc", "s1", 100.0),
    row("reasoning_acc", "s1", 0.0),
    row("wer", "s1", 14.285714, 7.0),
    row("wer_utterance_mean", "s3", 50.0),  # the board does not show it
]


def test_sums_by_hand():
    items = made(ROWS)
    assert items.scripts == ("s1", "s2")
    assert list(items.metrics) == ["wer", "reasoning_acc"]
    reasoning, wer = items.metrics["reasoning_acc"], items.metrics["wer"]
    assert (reasoning.count, reasoning.sum, reasoning.weight) == ((2, 1), (100.0, 100.0), None)
    assert (reasoning.n, reasoning.value) == (3, pytest.approx(200 / 3))
    assert (wer.count, wer.sum, wer.weight) == ((1, 0), (100.0, 0.0), (7.0, 0.0))
    assert wer.value == pytest.approx(14.2857, abs=1e-4)


def test_a_metric_has_the_scripts_that_have_items_of_it():
    found = made(ROWS).sums("wer")
    assert found.scripts == ("s1",)
    assert found.numerator.tolist() == [100.0]
    assert found.denominator.tolist() == [7.0]
    with pytest.raises(ResultsError, match="no items of bleu are known; expected one of wer, reasoning_acc"):
        made(ROWS).sums("bleu")


def test_rows_of_no_metric_of_the_board_are_refused():
    with pytest.raises(ResultsError, match="found no items of the metrics of echomind-mini"):
        made(ROWS[-1:])


def test_a_file_says_the_same_again_and_whole_numbers_are_short():
    items = made(ROWS)
    data = to_bytes(items)
    assert parse_items(data) == items
    assert to_bytes(parse_items(data)) == data
    assert b'"sum": [100,100]' in data
    assert json.loads(data)["schema"] == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["metrics"]["reasoning_acc"].update(count=[2]), "found 1 counts and 2 sums"),
        (lambda d: d["metrics"]["reasoning_acc"].update(count=[2, 0]), "found 0 items with the sum 100"),
        (lambda d: d["metrics"]["reasoning_acc"].update(count=[0, 0], sum=[0, 0]), "found no item"),
        (lambda d: d["metrics"]["wer"].update(weight=[7, 1]), "found 0 items with the sum 0 and the weight 1"),
        (lambda d: d["metrics"]["wer"].update(count=[True, 0]), "metrics.wer.count.0"),
        (lambda d: d.update(scripts=["s1"]), "found 2 counts, expected 1"),
        (lambda d: d.update(scripts=["s1", "s1"]), "expected each script once"),
        (lambda d: d.update(set_digest="x"), "set_digest"),
        (lambda d: d.pop("model"), "model: found nothing"),
        (lambda d: d.update(schema=2), "schema"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(change, says):
    data = json.loads(to_bytes(made(ROWS)))
    change(data)
    with pytest.raises(ResultsError) as error:
        parse_items(json.dumps(data).encode())
    assert says in str(error.value)


def test_a_large_file_is_refused_unread(monkeypatch):
    with pytest.raises(ResultsError, match="expected at most"):
        parse_items(b" " * 2_000_001)


def test_a_fault_names_the_file(tmp_path):
    path = items_path(tmp_path, BOARD, "a")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(ResultsError, match=r"^echomind-mini/items/a.json: line 1"):
        read_items(path)


@pytest.mark.parametrize("slug", MINI)
def test_the_sums_of_our_own_board_give_its_scores(slug):
    record = read_board(ROOT / "results", BOARD)[slug]
    items = read_items(items_path(ROOT / "results", BOARD, slug))
    assert disagreements(items, record) == []
    assert set(items.metrics) == set(record.scores)
    assert len(items.scripts) == 171
    for metric, (low, high) in record.intervals.items():
        from echomind.scoring.bootstrap import intervals

        sums = items.sums(metric)
        [found] = intervals(sums.numerator[:, None] / 100, sums.denominator[:, None], [0.0], [1.0])
        # drawn over all scripts of the set in the record, over those with items here: near, not the same
        assert 100 * np.array(found) == pytest.approx((low, high), abs=0.35 * (high - low))
