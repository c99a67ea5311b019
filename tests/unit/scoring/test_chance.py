import pytest

from echomind.scoring.chance import chance
from tests.unit.scoring.made_contrasts import contrast_set
from tests.unit.scoring.made_sets import made_set

BOTH = ("understanding", "reasoning")


def test_guessing_scores_the_mean_of_one_over_the_options():
    benchmark = made_set(5)
    found = chance(benchmark, BOTH, [])
    for level, metric in (("understanding", "understanding_acc"), ("reasoning", "reasoning_acc")):
        marks = [100 / len(q.options) for q in benchmark.level(level)]
        cell = found["chance"][metric]
        assert cell.value == pytest.approx(sum(marks) / len(marks))
        assert (cell.low, cell.high, cell.n, cell.failed) == (cell.value, cell.value, len(marks), 0)
    assert found["chance:gender_recognition"]["understanding_acc"].value == 50
    assert found["chance:age_group_classification"]["understanding_acc"].value == pytest.approx(100 / 3)
    assert len([part for part in found if part.startswith("chance:")]) == 18


def test_guessing_about_the_voice_in_pairs_and_directions():
    whole = chance(contrast_set(4), BOTH, ["style_direction_rouge"])["chance"]
    assert whole["style_answer_change"].value == 75
    assert whole["style_answer_right"].value == 6.25
    assert whole["style_direction_rouge"].value == pytest.approx(100 / 3)
    assert whole["chain_heard"].value == 25
    assert whole["chain_inferred_heard"].value == whole["chain_inferred_unheard"].value == 25


def test_what_was_not_answered_has_no_chance_either():
    found = chance(contrast_set(2), ("understanding",), [])
    assert set(found["chance"]) == {"understanding_acc", "chain_heard"}
    assert chance(contrast_set(2), (), []) == {}
