import numpy as np
import pytest

from echomind.errors import DataError
from echomind.scoring.item_metric import Item, ItemMetric, delivery_item, metric_of_replies, question_item
from tests.unit.scoring.made_contrasts import contrast_set


def _metric(top=(1.0, 0.0), bottom=(1.0, 1.0), failed=(False, False), keys=("b", "a"), **more):
    items = tuple(Item(key, f"script-{key}") for key in keys)
    return ItemMetric("m", "style", items, np.array(top), np.array(bottom), np.array(failed), **more)


def test_rows_weigh_to_the_score():
    metric = _metric(top=(3.0, 1.0), bottom=(10.0, 2.0), best=0.0, worst=1.0)
    rows = list(metric.ordered().rows())
    assert rows[0] == {
        "key": "a",
        "script": "script-a",
        "style": None,
        "metric": "m",
        "value": 50.0,
        "weight": 2.0,
        "failed": False,
    }
    assert sum(r["value"] * r["weight"] for r in rows) / sum(r["weight"] for r in rows) == pytest.approx(100 * 4 / 12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"top": (1.0,)}, r"m: numerator has shape \(1,\), expected \(2,\)"),
        ({"keys": ("a", "a")}, "items twice"),
        ({"top": (float("nan"), 0.0)}, "m: b: found nan over 1.0"),
        ({"bottom": (1.0, 0.0)}, "m: a: found 0.0 over 0.0"),
        ({"top": (1.5, 0.0)}, "m: b: found the mark 1.5, expected none better than 1"),
        ({"top": (-1.0, 0.0), "worst": 1.0, "best": 0.0}, "m: b: found the mark -1, expected none better than 0"),
    ],
)
def test_marks_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(DataError, match=message):
        _metric(**wrong)


def test_marks_by_delivery_become_a_metric_and_a_missing_one_gets_the_lowest():
    benchmark = contrast_set()
    marks = {("s1", "target"): 4.0, ("s1", "neutral"): None, ("s2", "alternative"): 5.0}
    metric = metric_of_replies(benchmark, "c_speech_rel", marks, worst=1.0, best=5.0, used="judge x")
    assert metric.numerator.tolist() == [4.0, 1.0, 5.0]
    assert metric.failed.tolist() == [False, True, False]
    assert [(i.key, i.cue) for i in metric.items] == [
        ("s1/target", "angry"),
        ("s1/neutral", "neutral"),
        ("s2/alternative", "rain"),
    ]
    assert (metric.place, metric.scale, metric.used) == ("conversation", 1.0, "judge x")


def test_an_item_says_what_was_heard():
    benchmark = contrast_set()
    question = benchmark.question_by_id["s1_background_sound_detection_alternative"]
    item = question_item(benchmark, question)
    assert (item.script, item.style, item.cue, item.type) == (
        "s1",
        "alternative",
        "rain",
        "background_sound_detection",
    )
    with pytest.raises(DataError, match="found the item s9/target, which is not in the set made"):
        delivery_item(benchmark, ("s9", "target"))
