import numpy as np
import pytest

from echomind.benchmark.items import STYLES
from echomind.scoring.answers import Choice
from echomind.scoring.likeness import Affinities, Likeness, likeness, reference_choices
from echomind.scoring.sensitivity import answer_metrics, contrasts, directed, direction, reply_change
from tests.unit.scoring.made_contrasts import OPTIONS, REFERENCES, RIGHT, all_replies, contrast_set
from tests.unit.scoring.made_sets import made_set

ROUGE = likeness(None)


def _choices(benchmark, letter_of):
    return {q.id: Choice(q, letter_of(q)) for q in benchmark.questions}


def _by_text(text):
    return lambda question: next((k for k, v in question.options.items() if v == text), None)


def _value(metric):
    return metric.numerator.sum() / metric.denominator.sum()


def test_pairs_are_deliveries_that_are_asked_the_same_with_another_right_answer():
    pairs = list(contrasts(contrast_set(1).questions))
    assert [(a.style, b.style) for a, b in pairs] == [
        ("alternative", "neutral"),
        ("alternative", "target"),
        ("neutral", "target"),
    ]
    assert {a.type.id for a, _ in pairs} == {"response_style_matching"}
    assert list(contrasts(made_set(6).questions)) == []


def test_right_answers_change_in_every_pair():
    benchmark = contrast_set(3)
    change, right = answer_metrics(benchmark, _choices(benchmark, lambda q: q.answer))
    assert (change.id, right.id) == ("style_answer_change", "style_answer_right")
    assert len(change.items) == 9
    assert _value(change) == _value(right) == 1


def test_the_same_option_under_another_letter_is_no_change():
    benchmark = contrast_set(2)
    same = _by_text("Calm them down.")
    assert {same(q) for q in benchmark.questions if q.type.id == "response_style_matching"} == {"A", "B", "C"}
    change, right = answer_metrics(benchmark, _choices(benchmark, same))
    assert _value(change) == _value(right) == 0
    assert not change.failed.any()


def test_the_same_letter_is_a_change_where_it_means_something_else():
    benchmark = contrast_set(1)
    change, right = answer_metrics(benchmark, _choices(benchmark, lambda q: "A"))
    assert _value(change) == 1  # A is another text each time
    assert RIGHT["target"] == RIGHT["alternative"] == "A"
    assert _value(right) == pytest.approx(1 / 3)
    assert len({OPTIONS[style]["A"] for style in STYLES}) == 3


def test_an_answer_that_cannot_be_read_fails_its_pairs():
    benchmark = contrast_set(1)
    choices = _choices(benchmark, lambda q: None if q.style == "neutral" else q.answer)
    change, right = answer_metrics(benchmark, choices)
    assert change.failed.sum() == 2
    assert _value(change) == _value(right) == pytest.approx(1 / 3)


def test_pairs_need_answers_of_their_level():
    benchmark = contrast_set(1)
    understanding = {i: c for i, c in _choices(benchmark, lambda q: "A").items() if c.question.level == "understanding"}
    assert answer_metrics(benchmark, understanding) == []


def test_replies_that_differ_only_in_dress_are_the_same():
    benchmark = contrast_set(3)
    said = {
        ("s1", "target"): "Oh, I see!",
        ("s1", "neutral"): "oh I  see.",
        ("s2", "target"): "Oh no!",
        ("s2", "neutral"): "Oh, I see!",
        ("s3", "target"): "Oh no!",
    }
    metric = reply_change(benchmark, said)
    assert metric.numerator.tolist() == [0.0, 1.0, 0.0]
    assert metric.failed.tolist() == [False, False, True]
    assert reply_change(contrast_set(1, ("target", "alternative")), said) is None


@pytest.mark.parametrize("text", ["Fine, see you there at noon.", "Well.", "Bring it today, who is there?"])
def test_a_reply_that_does_not_care_for_the_voice_scores_chance(text):
    benchmark = contrast_set(4)
    found = direction(benchmark, Affinities(benchmark.scripts, all_replies(benchmark, text), ROUGE), "rouge", "ROUGE-L")
    assert found.id == "style_direction_rouge"
    assert _value(found) == pytest.approx(1 / 3)


def test_a_reply_like_its_own_reference_goes_the_right_way():
    benchmark = contrast_set(2)
    said = all_replies(benchmark)
    said["s2", "target"] = REFERENCES["neutral"]
    del said["s2", "alternative"]
    found = direction(benchmark, Affinities(benchmark.scripts, said, ROUGE), "rouge", "ROUGE-L")
    marks = dict(zip([item.key for item in found.items], found.numerator, strict=True))
    assert marks == {
        **{f"s1/{style}": 1.0 for style in STYLES},
        "s2/target": 0.0,
        "s2/neutral": 1.0,
        "s2/alternative": 0.0,
    }
    assert found.failed.sum() == 1


def test_references_that_say_the_same_are_no_choice():
    benchmark = contrast_set(1)
    script = benchmark.scripts[0]
    twin = type(script.deliveries["neutral"])(
        **{**vars(script.deliveries["neutral"]), "reference": "who made you so ANGRY today"}
    )
    same = type(script)(**{**vars(script), "deliveries": {**script.deliveries, "neutral": twin}})
    assert set(reference_choices(same)) == {"alternative"}
    assert directed(type(benchmark)(**{**vars(benchmark), "scripts": (same,)})) == []


def test_likeness_is_asked_once_for_each_reply_and_reference():
    benchmark, calls = contrast_set(2), []

    def alike(references, hypotheses):
        calls.append(len(references))
        return np.zeros(len(references))

    Affinities(benchmark.scripts, all_replies(benchmark), Likeness("x", "x", alike))
    assert calls == [2 * 3 * 3]
