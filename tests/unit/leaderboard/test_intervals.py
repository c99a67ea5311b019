import pytest
from scipy import stats

from echomind.leaderboard.intervals import APPROXIMATE, MEASURED, NoInterval, ScoreInterval, interval_of, wilson
from echomind.leaderboard.records import Record, read_board
from echomind.settings import ROOT


@pytest.fixture
def made(record):
    def make(scores, intervals=(), n=()):
        record.update(scores=scores, intervals=dict(intervals), n=dict(n))
        return Record.model_validate(record, strict=False)

    return make


@pytest.mark.parametrize(("right", "n"), [(0, 1), (1, 1), (1, 2), (2, 3), (9, 10), (66, 100), (4576, 4576)])
def test_wilson_is_scipys(right, n):
    theirs = stats.binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(100 * right / n, n) == (pytest.approx(100 * theirs.low), pytest.approx(100 * theirs.high))


def test_a_hand_worked_wilson_interval():
    # 5 of 10, z = 1.96: the middle is (0.5 + 0.19207) / 1.38415 = 0.5 and half the width
    # 1.96 * sqrt(0.025 + 0.0096036) / 1.38415 = 0.26341
    assert wilson(50.0, 10) == (pytest.approx(23.659, abs=0.01), pytest.approx(76.341, abs=0.01))


def test_nothing_or_everything_right_is_not_certain():
    assert wilson(0.0, 20) == (0.0, pytest.approx(16.11, abs=0.01))
    assert wilson(100.0, 20)[0] == pytest.approx(83.89, abs=0.01)
    assert wilson(100.0, 20)[1] == 100.0


@pytest.mark.parametrize(("percent", "n"), [(-0.1, 5), (100.1, 5), (float("nan"), 5), (50, 0)])
def test_what_is_no_share_is_refused(percent, n):
    with pytest.raises(ValueError, match="expected"):
        wilson(percent, n)


def test_a_records_own_interval_comes_first(made):
    found = interval_of(
        made({"reasoning_acc": 50.0}, {"reasoning_acc": (40.0, 61.0)}, {"reasoning_acc": 10}), "reasoning_acc"
    )
    assert found == ScoreInterval(40.0, 61.0, "measured")
    assert found.note == MEASURED


def test_a_published_share_gets_an_approximate_one_from_n(made):
    found = interval_of(made({"reasoning_acc": 50.0}, n={"reasoning_acc": 10}), "reasoning_acc")
    assert (found.low, found.high, found.kind) == (*wilson(50.0, 10), "approximate")
    assert found.note == APPROXIMATE and "Wilson" in found.note


@pytest.mark.parametrize(
    ("scores", "n", "metric", "says"),
    [
        ({"ves": 3.0}, {"ves": 3356}, "ves", "only the mean is known"),
        ({"wer": 3.0}, {"wer": 3356}, "wer", "only the mean is known"),
        ({"emo_align": 51.0}, {}, "emo_align", "does not say how many"),
        ({"ves": 3.0}, {}, "wer", "no score"),
        ({"emo_align": 101.0}, {"emo_align": 9}, "emo_align", "found 101, expected 0 to 100 %"),
    ],
)
def test_where_none_follows_the_reason_is_given(made, scores, n, metric, says):
    found = interval_of(made(scores, n=n), metric)
    assert isinstance(found, NoInterval)
    assert says in found.reason


def test_the_published_board_has_intervals_for_its_two_accuracies_and_for_nothing_else():
    for record in read_board(ROOT / "results", "echomind").values():
        for metric, value in record.scores.items():
            found = interval_of(record, metric)
            if metric in ("understanding_acc", "reasoning_acc"):
                assert found.kind == "approximate"
                assert found.low < value < found.high and 2 < found.high - found.low < 3
            else:
                assert found.reason
