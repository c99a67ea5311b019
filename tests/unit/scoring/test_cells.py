import numpy as np
import pytest

from echomind.benchmark.items import STYLES
from echomind.errors import DataError
from echomind.scoring.cells import tabulate
from echomind.scoring.item_metric import Item, ItemMetric, metric_of_marks


def _items():
    """Four scripts; target angry or adult, neutral, alternative rain."""
    cues = {"target": "angry", "neutral": "neutral", "alternative": "rain"}
    for number in range(4):
        for style in STYLES:
            cue = "adult" if (number, style) == (3, "target") else cues[style]
            yield Item(f"s{number}/{style}", f"s{number}", style, cue)


def test_every_part_gets_the_items_that_belong_to_it():
    items = list(_items())
    marks = [{"target": 1.0, "neutral": 0.5, "alternative": None}[item.style] for item in items]
    metric = metric_of_marks("rouge_l", "conversation", items, marks)
    table = tabulate([metric], [f"s{n}" for n in range(4)])
    assert set(table) == {"level", "style", "attribute", "category"}
    whole = table["level"]["conversation"]["rouge_l"]
    assert (whole.value, whole.n, whole.failed) == (50.0, 12, 4)
    assert {part: cells["rouge_l"].value for part, cells in table["style"].items()} == {
        "target": 100.0,
        "neutral": 50.0,
        "alternative": 0.0,
    }
    assert {part: cells["rouge_l"].n for part, cells in table["attribute"].items()} == {"angry": 3, "rain": 4}
    assert {part: cells["rouge_l"].n for part, cells in table["category"].items()} == {
        "emotion": 3,
        "weather": 4,
        "age": 1,
    }
    alone = table["category"]["age"]["rouge_l"]
    assert (alone.low, alone.high) == (None, None)  # one script


def test_question_types_are_parts_too():
    items = [Item(f"q{i}", f"s{i}", "target", "sad", kind) for i, kind in enumerate(["a", "b", "b"])]
    table = tabulate([metric_of_marks("reasoning_acc", "reasoning", items, [1.0, 0.0, 1.0])], ["s0", "s1", "s2"])
    assert {kind: cell["reasoning_acc"].value for kind, cell in table["question_type"].items()} == {"a": 100, "b": 50}


def test_ratios_sum_before_they_divide_and_are_scaled():
    items = tuple(Item(f"s{i}/target", f"s{i}", "target", "sad") for i in range(3))
    wer = ItemMetric(
        *("wer", "understanding", items, np.array([1.0, 0.0, 5.0]), np.array([1.0, 9.0, 10.0]), np.zeros(3, bool)),
        worst=1.0,
        best=0.0,
    )
    marks = metric_of_marks("ves", "conversation", items, [2.0, 4.0, 5.0], worst=1.0, best=5.0, scale=1.0)
    table = tabulate([wer, marks], ["s0", "s1", "s2"])
    assert table["level"]["understanding"]["wer"].value == 30.0
    ves = table["level"]["conversation"]["ves"]
    assert ves.value == pytest.approx(11 / 3, abs=1e-6)
    assert 1 <= ves.low < ves.value < ves.high <= 5


def test_measures_beyond_the_paper_have_no_parts():
    items = [Item(f"s{i}", f"s{i}", "target", "sad", "coarse_grained") for i in range(2)]
    table = tabulate([metric_of_marks("style_reply_change", "style", items, [1.0, 0.0])], ["s0", "s1"])
    assert set(table) == {"beyond"}
    assert table["beyond"]["style"]["style_reply_change"].value == 50.0


def test_an_item_of_an_unknown_script_is_refused():
    metric = metric_of_marks("bleu", "conversation", [Item("x/target", "x", "target", "sad")], [1.0])
    with pytest.raises(DataError, match="bleu: found an item of the script 'x'"):
        tabulate([metric], ["s0"])
    assert tabulate([], ["s0"]) == {}
