"""What the correlation view promises, a test a promise. Those that stand elsewhere:

n, method, interval and sentence agree: the published table ->
    tests/unit/leaderboard/test_comparison.py::test_the_published_table_gives_the_known_coefficients
n, method, interval and sentence agree: directions ->
    tests/unit/leaderboard/test_comparison.py::test_verdicts_speak_of_better_and_worse_whatever_the_direction
too few models, no coefficient ->
    tests/unit/leaderboard/test_correlation.py::test_too_few_points_give_no_number
too few models are explained ->
    tests/unit/leaderboard/test_comparison.py::test_too_few_models_are_explained_without_a_number
constant axis, no coefficient ->
    tests/unit/leaderboard/test_correlation.py::test_a_constant_axis_gives_no_number
constant axis is explained ->
    tests/unit/leaderboard/test_comparison.py::test_a_constant_axis_is_named
axis labels carry an arrow of the better direction ->
    tests/unit/leaderboard/test_scatter.py::test_axes_tell_unit_and_direction_of_better
influence of each model ->
    tests/unit/leaderboard/test_correlation.py::test_every_model_has_its_influence_and_one_that_leaves_nothing_has_none
influence is one sentence ->
    tests/unit/leaderboard/test_comparison.py::test_influence_is_one_sentence_about_one_model
"""

import pytest

from echomind.leaderboard.api import ResultsApi
from echomind.leaderboard.boards import BOARDS
from echomind.leaderboard.comparison import compare, number
from echomind.leaderboard.results import Results
from echomind.settings import ROOT
from tests.unit.checklist import is_there, named_tests

TABLE = named_tests(__doc__)
BOARD = BOARDS["echomind"]
PAIRS = [("understanding_acc", "reasoning_acc"), ("understanding_acc", "c_speech_rel"), ("reasoning_acc", "ves")]


@pytest.fixture(scope="module")
def results():
    return Results(ROOT / "results")


@pytest.mark.parametrize(("clause", "test"), TABLE)
def test_the_test_of_the_clause_is_there(clause, test):
    assert is_there(test), clause


@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_n_method_interval_and_sentence_agree(results, x, y):
    answer = ResultsApi(results).correlation(x, y)
    rank = answer["spearman"]
    assert answer["n"] == len(answer["points"])
    assert f"{answer['n']} models" in answer["sentence"]
    assert number(rank["value"]) in answer["sentence"]
    assert rank["low"] <= rank["value"] <= rank["high"]
    assert number(rank["low"]) in answer["sentence"] and number(rank["high"]) in answer["sentence"]
    assert ("compatible with anything" in answer["sentence"]) == (rank["low"] <= 0 <= rank["high"])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_fewer_models_than_say_anything_give_no_coefficient(results, count):
    records = dict(list(results.board("echomind").items())[:count])
    found = compare(BOARD, records, "understanding_acc", "reasoning_acc")
    assert found.result.n == count
    assert found.result.pearson is None and found.result.spearman is None
    assert found.sentence


def test_removing_one_model_changes_the_influence_line(results):
    records = results.board("echomind")
    before = compare(BOARD, records, "understanding_acc", "c_speech_rel")
    named = next(
        slug for slug, name in zip(before.slugs, before.models, strict=True) if name in "".join(before.influence)
    )
    after = compare(
        BOARD, {slug: r for slug, r in records.items() if slug != named}, "understanding_acc", "c_speech_rel"
    )
    assert after.influence != before.influence
    assert number(after.result.spearman.value) in "".join(before.influence)
