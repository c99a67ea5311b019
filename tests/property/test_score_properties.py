"""What no set of predictions can do to a report: depend on its order, profit from a mistake, leave its interval."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.benchmark.question_types import LEVELS
from echomind.scoring.predictions import Predictions
from echomind.scoring.score import score
from tests.unit.scoring.made_sets import made_predictions, made_set

BENCHMARKS = {n: made_set(n, seed=n) for n in (2, 5)}
made = st.builds(
    lambda n, right, seed, failed: (BENCHMARKS[n], made_predictions(BENCHMARKS[n], right, seed, failed)),
    st.sampled_from(sorted(BENCHMARKS)),
    st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.1, 1.0]),
)
FEW = settings(max_examples=15, deadline=None)  # every example scores twice


def _shuffled(mapping, rng):
    pairs = list(mapping.items())
    rng.shuffle(pairs)
    return dict(pairs)


@FEW
@given(made, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_change_the_report(pair, rng):
    benchmark, given_answers = pair
    scripts, questions = list(benchmark.scripts), list(benchmark.questions)
    rng.shuffle(scripts)
    rng.shuffle(questions)
    other = Predictions(
        model=given_answers.model,
        prompt=given_answers.prompt,
        transcripts=_shuffled(given_answers.transcripts, rng),
        answers={level: _shuffled(given_answers.answers[level], rng) for level in reversed(LEVELS)},
        replies=_shuffled(given_answers.replies, rng),
    )
    first = score(benchmark, given_answers)
    second = score(replace(benchmark, scripts=tuple(scripts), questions=tuple(questions)), other)
    assert first.report == second.report
    assert first.items == second.items


@FEW
@given(made, st.integers(0, 10_000))
def test_one_more_wrong_answer_never_raises_an_accuracy(pair, seed):
    benchmark, before = pair
    rng = random.Random(seed)
    question = rng.choice(benchmark.questions)
    wrong = rng.choice([*(letter for letter in question.options if letter != question.answer), "", "no idea"])
    answers = {level: dict(before.answers[level]) for level in LEVELS}
    answers[question.level][question.id] = f"The answer is: {wrong}"
    first = score(benchmark, before).report
    second = score(benchmark, replace(before, answers=answers)).report
    metric = f"{question.level}_acc"
    for axis in ("level", "question_type", "attribute", "category", "style"):
        for part, cells in getattr(first, axis).items():
            if metric in cells:
                assert getattr(second, axis)[part][metric].value <= cells[metric].value


@FEW
@given(made)
def test_every_interval_contains_its_value(pair):
    report = score(*pair).report
    for axis in ("level", "question_type", "attribute", "category", "style", "beyond"):
        for part, cells in getattr(report, axis).items():
            for metric, cell in cells.items():
                assert (cell.low is None) == (cell.high is None)
                if cell.low is not None:
                    assert cell.low <= cell.value <= cell.high, (axis, part, metric)
                assert 0 <= cell.failed <= cell.n


@FEW
@given(made)
def test_the_same_answers_always_get_the_same_report(pair):
    assert score(*pair).report == score(*pair).report
