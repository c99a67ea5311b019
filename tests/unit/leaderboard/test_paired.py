import math

import numpy as np
import pytest

from echomind.errors import EchoMindError
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.known_items import KnownItems
from echomind.leaderboard.metrics import METRICS
from echomind.leaderboard.paired import Contestant, difference, differences
from echomind.leaderboard.records import Record, read_board
from echomind.leaderboard.scripts_data import from_rows
from echomind.settings import ROOT
from tests.unit.leaderboard.test_scripts_data import row

ACC, WER, VES = METRICS["reasoning_acc"], METRICS["wer"], METRICS["ves"]


@pytest.fixture
def made(record):
    """A contestant whose scripts have these marks (0 to 100), one list a script."""

    def make(name, marks=None, metric="reasoning_acc", digest="0" * 64, score=50.0, **changes):
        items = None
        if marks is not None:
            rows = [row(metric, f"s{i}", m, key=f"{i}/{j}") for i, ms in enumerate(marks) for j, m in enumerate(ms)]
            items = from_rows(rows, board="echomind-mini", model=name, scorer="x", set_digest=digest)
            score = items.metrics[metric].value
        fields = {**record, "scores": {metric: score}, "intervals": {}, "n": {}, **changes}
        return Contestant(name, Record.model_validate(fields, strict=False), items)

    return make


def marks(rng, right, scripts=60, questions=3):
    return (100.0 * (rng.random((scripts, questions)) < right)).tolist()


def test_two_models_that_differ_on_every_script_are_told_apart(made):
    rng = np.random.default_rng(1)
    found = difference(made("A", marks(rng, 0.9)), made("B", marks(rng, 0.3)), ACC)
    assert (found.kind, found.scripts, found.told_apart, found.better) == ("paired", 60, True, "A")
    assert found.low <= found.value <= found.high
    assert found.sentence.startswith("“Reasoning accuracy”: A is better than B by ")
    assert found.sentence.endswith("] over 60 shared scripts.")


def test_where_less_is_better_the_lower_one_is(made):
    rng = np.random.default_rng(1)
    low, high = made("A", marks(rng, 0.1), "wer"), made("B", marks(rng, 0.8), "wer")
    found = difference(low, high, WER)
    assert found.value < 0 and found.better == "A"
    assert "A is better than B by" in found.sentence
    assert "−" not in found.sentence
    assert difference(high, low, WER).sentence == found.sentence


def test_a_hand_worked_difference(made):
    # 3 scripts of one question: A right in 2, B in 1
    found = difference(made("A", [[100], [100], [0]]), made("B", [[100], [0], [0]]), ACC)
    assert found.value == pytest.approx(100 / 3)
    assert not found.told_apart
    assert "A and B cannot be told apart: the difference is 33.3 points [" in found.sentence


def test_equal_models_are_not_said_to_be_equal_for_certain(made):
    rng = np.random.default_rng(2)
    same = marks(rng, 0.5)
    found = difference(made("A", same), made("B", same), ACC)
    assert found.value == 0
    assert found.low < 0 < found.high
    assert "the difference is 0.0 points" in found.sentence


@pytest.mark.parametrize("scripts", [2, 3])
def test_very_few_scripts_have_wide_intervals(made, scripts):
    found = difference(made("A", [[100.0]] * scripts), made("B", [[0.0]] * scripts), ACC)
    assert found.value == 100
    assert found.low < 50


def test_one_script_says_nothing(made):
    found = difference(made("A", [[100, 0, 100]]), made("B", [[0, 0, 100]]), ACC)
    assert (found.kind, found.low, found.told_apart, found.scripts) == ("unknown", None, None, 1)
    assert "whether that is luck cannot be said, for one script alone" in found.sentence


def test_only_shared_scripts_count(made):
    a = made("A", [[100]] * 10 + [[0]] * 10)
    b = made("B", [[0]] * 5 + [[100]] * 5)
    found = difference(a, b, ACC)
    assert (found.scripts, found.value) == (10, pytest.approx(50))


def test_pairing_is_worth_it(made):
    rng = np.random.default_rng(3)
    hard = rng.random((80, 1)) < 0.5
    a = np.where(hard, 0.0, 100.0) * np.ones((1, 3))
    b = a.copy()
    b[:6] = 0.0
    pair = (made("A", a.tolist()), made("B", b.tolist()))
    paired = difference(*pair, ACC)
    apart = {"n": {"reasoning_acc": 240}}
    alone = [made(c.name, None, score=c.record.scores["reasoning_acc"], **apart) for c in pair]
    unpaired = difference(*alone, ACC)
    assert (paired.kind, unpaired.kind) == ("paired", "unpaired")
    assert paired.high - paired.low < 0.6 * (unpaired.high - unpaired.low)


def test_without_scripts_the_published_intervals_are_all_there_is(made):
    known = {"n": {"reasoning_acc": 4747}}
    found = difference(made("A", score=60.0, **known), made("B", score=50.0, **known), ACC)
    assert (found.kind, found.scripts, found.better) == ("unpaired", 0, "A")
    assert found.high - found.low == pytest.approx(math.sqrt(2) * 2 * 1.41, abs=0.1)
    assert found.sentence.endswith("by their own intervals, not paired.")
    assert found.reason == "the scores of single scripts are not known for A"


def test_without_intervals_nothing_is_said_about_luck(made):
    found = difference(made("A", metric="ves", score=3.3), made("B", metric="ves", score=3.2), VES)
    assert (found.kind, found.low, found.better) == ("unknown", None, None)
    assert "A and B are 0.10 points apart, and whether that is luck cannot be said, for only the mean" in found.sentence


def test_another_version_of_the_set_is_not_paired(made):
    rng = np.random.default_rng(4)
    found = difference(made("A", marks(rng, 0.9)), made("B", marks(rng, 0.3), digest="1" * 64), ACC)
    assert found.kind == "unknown"  # nor is any interval published here
    both = {"intervals": {"reasoning_acc": [10.0, 95.0]}}
    found = difference(made("A", marks(rng, 0.9), **both), made("B", marks(rng, 0.3), digest="1" * 64, **both), ACC)
    assert (found.kind, found.reason) == ("unpaired", "they answered different versions of the set")


def test_other_protocols_and_missing_scores_are_not_compared(made, record):
    other = {"protocol": {**record["protocol"], "prompt": "basic"}}
    found = difference(made("A"), made("B", **other), ACC)
    assert found.value is None and "measured by different protocols" in found.sentence
    assert difference(made("A"), made("B"), VES).sentence.endswith("not compared, for A has no such score.")


def test_shares_of_what_a_model_heard_itself_are_not_paired():
    records = read_board(ROOT / "results", "echomind-mini")
    known = KnownItems(ROOT / "results")
    a, b = (
        Contestant(slug, records[slug], known.of("echomind-mini", slug, records[slug]))
        for slug in ("echomind", "random")
    )
    found = difference(a, b, METRICS["chain_inferred_heard"])
    assert found.kind == "unpaired"
    assert "depends on what each model got right" in found.reason


def test_our_model_beside_its_floors():
    records = read_board(ROOT / "results", "echomind-mini")
    known = KnownItems(ROOT / "results")
    beside = [Contestant(r.model.name, r, known.of("echomind-mini", s, r)) for s, r in records.items()]
    for metric in BOARDS["echomind-mini"].columns():
        for found in differences(beside, metric):
            if found.kind == "paired":
                assert found.low <= found.value <= found.high
            assert "nan" not in found.sentence
    [floor] = differences(beside[:2], METRICS["style_direction_minilm"])
    first, second = (one.name for one in beside[:2])
    assert floor.better == (first if floor.low > 0 else second if floor.high < 0 else None)
    assert floor.scripts == 171
    assert floor.value == pytest.approx(
        records["echomind"].scores["style_direction_minilm"] - records["majority"].scores["style_direction_minilm"],
        abs=1e-3,
    )
    assert differences(beside, ACC) == differences(beside, ACC)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_two_to_four_models_are_compared(made, count):
    with pytest.raises(EchoMindError, match=f"found {count} models, expected 2 to 4"):
        differences([made(f"m{i}") for i in range(count)], ACC)
    assert len(differences([made(f"m{i}") for i in range(4)], ACC)) == 6
